import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { anyNumber, like, parseEnvelope } from '../support/like.ts';

const BASH = ['--shell', '/bin/bash'];

/** The lines of a structured snapshot. */
function linesOf(result: Record<string, unknown>): string[] {
  const lines: unknown = result['visibleLines'];
  if (!Array.isArray(lines)) throw new Error('no visibleLines');
  return lines.map((line: unknown) => {
    if (typeof line === 'object' && line !== null && 'text' in line && typeof line.text === 'string') return line.text;
    throw new Error(`no line: ${JSON.stringify(line)}`);
  });
}

function hash(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

describe('input', () => {
  it('arrives byte for byte, from a word, a file and standard input', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', 'stty raw -echo; printf ready; exec od -An -tx1 -v']);
    await home.result(['wait', id, '--text', 'ready']);
    const file = path.join(home.work, 'file');
    fs.writeFileSync(file, 'å');
    expect(await home.result(['type', id, 'ab\u0003'])).toMatchObject({ bytesWritten: 3, seq: anyNumber });
    await home.result(['type', id, '--file', file, '--append-newline']);
    await home.result(['type', id, '-'], { stdin: '0123456789' });
    await home.result(['wait', id, '--regex', '61 62 03 c3 a5 0a 30 31']);
  });

  it('of a megabyte is one piece for a program that reads it', async () => {
    await using home = new TestHome();
    const copy = path.join(home.work, 'copy');
    const text = 'naïve 日本語 '.repeat(60_000);
    const bytes = Buffer.byteLength(text);
    const id = await home.create([
      '--',
      'sh',
      '-c',
      `stty raw -echo; printf ready; head -c ${bytes} > ${copy}; printf done`,
    ]);
    await home.result(['wait', id, '--text', 'ready']);
    expect(await home.result(['type', id, '-'], { stdin: text })).toMatchObject({ bytesWritten: bytes });
    await home.result(['wait', id, '--text', 'done']);
    expect(hash(fs.readFileSync(copy))).toBe(hash(text));
  });

  it('that the terminal would cut is refused, unless forced', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', 'printf ready; exec cat']);
    await home.result(['wait', id, '--text', 'ready']);
    const long = `${'x'.repeat(4_096)}\n`;
    expect(await home.error(['type', id, '-'], { stdin: long })).toMatchObject({
      code: 'CANONICAL_LINE_TOO_LONG',
      exitCode: 4,
    });
    expect(await home.result(['type', id, '-', '--force'], { stdin: long })).toMatchObject({ bytesWritten: 4_097 });
  });

  it('as keys follows the modes of the application', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', "stty raw -echo; printf '\\033[?1hready'; exec od -An -tx1 -v"]);
    await home.result(['wait', id, '--text', 'ready']);
    expect(await home.result(['send-keys', id, 'Up', 'ctrl+c', 'A', 'Enter', 'F1', '1'])).toMatchObject({
      accepted: ['Up', 'ctrl+c', 'A', 'Enter', 'F1', '1'],
      bytesWritten: 10,
    });
    await home.result(['send-keys', id, 'a', 'b', 'c', 'd', 'e', 'f']);
    await home.result(['wait', id, '--text', '1b 4f 41 03 41 0d 1b 4f 50 31']);
    expect(await home.error(['send-keys', id, 'Ctrl+Enterr'])).toMatchObject({ code: 'INVALID_KEYS', exitCode: 2 });
  });
});

describe('wait', () => {
  it('sees text and patterns, and says where', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    await home.result(['type', id, 'echo "mar""ker"\n']);
    const { result, exitCode } = await home.envelope(['wait', id, '--text', 'marker']);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      matched: true,
      timedOut: false,
      matchedText: 'marker',
      cursorRow: anyNumber,
      cursorCol: anyNumber,
      capturedAtSeq: anyNumber,
      screenHash: like(/^[0-9a-f]{64}$/),
    });
    expect(await home.result(['wait', id, '--regex', '^mark.r$'])).toMatchObject({
      matched: true,
      matchedText: 'marker',
    });
  });

  it('times out with status 11 and an envelope that says ok', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    expect(await home.envelope(['wait', id, '--text', 'never', '--timeout', '150ms'])).toMatchObject({
      ok: true,
      exitCode: 11,
      result: { matched: false, timedOut: true },
    });
    expect(await home.run(['wait', id, '--text', 'never', '--timeout', '150ms'])).toMatchObject({
      exitCode: 11,
      stdout: 'timed out after 150ms\n',
    });
  });

  it('waits for rest, silence and the end', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    expect(await home.result(['wait', id, '--screen-stable-ms', '100'])).toMatchObject({ matched: true });
    expect(await home.result(['wait', id, '--idle-ms', '100'])).toMatchObject({ timedOut: false });
    const waiting = home.start(['wait', id, '--exit', '--timeout', '0', '--json']);
    await home.result(['type', id, 'exit 9\n']);
    expect(parseEnvelope((await waiting.end).stdout)).toMatchObject({
      ok: true,
      result: { matched: true, timedOut: false, exitCode: 9 },
    });
  });

  it('ends with status 4 when the session ends before', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', 'echo shown; sleep 0.2']);
    expect(await home.run(['wait', id, '--text', 'never'])).toMatchObject({ exitCode: 4 });
    await home.result(['host', 'stop']);
    expect(await home.result(['wait', id, '--text', 'shown'])).toMatchObject({ matched: true, matchedText: 'shown' });
    expect(await home.envelope(['wait', id, '--text', 'never'])).toMatchObject({
      exitCode: 4,
      result: { matched: false, timedOut: false, sessionExited: true },
    });
    expect(await home.result(['wait', id, '--exit'])).toMatchObject({ matched: true, exitCode: 0 });
  });

  it('refuses a pattern that takes for ever, and the host stays quick', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', `printf '${'a'.repeat(60)}'; exec cat`]);
    await home.result(['wait', id, '--text', 'aaaa']);
    const [error, status] = await Promise.all([
      home.error(['wait', id, '--regex', '^(a|a)*$X']),
      home.result(['host', 'status']),
    ]);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2 });
    expect(status).toMatchObject({ running: true });
  });
});

describe('snapshot', () => {
  it('shows what a person would see, as text and row by row', async () => {
    await using home = new TestHome();
    const id = await home.create([
      '--cols',
      '20',
      '--rows',
      '4',
      '--',
      'sh',
      '-c',
      "printf '\\033[1mone\\033[0m\\r\\ntwo\\033[4;5Hx'; exec cat",
    ]);
    await home.result(['wait', id, '--text', 'x']);
    const text = await home.result(['snapshot', id]);
    expect(text).toMatchObject({
      format: 'text',
      sessionId: id,
      cols: 20,
      rows: 4,
      cursorRow: 3,
      cursorCol: 5,
      text: 'one\ntwo\n\n    x',
    });
    const structured = await home.result(['snapshot', id, '--format', 'structured']);
    expect(structured).toMatchObject({
      format: 'structured',
      isAltScreen: false,
      screenHash: text['screenHash'],
      capturedAtSeq: text['capturedAtSeq'],
    });
    expect(linesOf(structured)).toEqual(['one', 'two', '', '    x']);
    expect(text['screenHash']).toBe(createHash('sha256').update('one\ntwo\n\n    x').digest('hex'));
    expect((await home.run(['snapshot', id])).stdout).toBe('one\ntwo\n\n    x\n');
  });

  it('holds the lines above the screen when asked for them', async () => {
    await using home = new TestHome();
    const id = await home.create(['--rows', '3', '--', 'sh', '-c', 'seq 1 10; exec cat']);
    await home.result(['wait', id, '--text', '10']);
    expect(await home.result(['snapshot', id])).not.toHaveProperty('scrollbackLines');
    const { scrollbackLines } = await home.result(['snapshot', id, '--include-scrollback']);
    expect(scrollbackLines).toEqual(Array.from({ length: 8 }, (_, row) => ({ row, text: String(row + 1) })));
    expect((await home.run(['snapshot', id, '--include-scrollback'])).stdout).toBe(
      Array.from({ length: 10 }, (_, i) => `${i + 1}\n`).join(''),
    );
  });

  it('of an ended session is the same from its host and from its log', async () => {
    await using home = new TestHome();
    const id = await home.create([
      '--',
      'sh',
      '-c',
      "printf '\\033[?1049hfull screen\\033[?1049l'; seq 1 40; printf 'last \\342\\234\\223'",
    ]);
    await home.result(['wait', id, '--exit']);
    const fromHost = await home.result(['snapshot', id, '--format', 'structured', '--include-scrollback']);
    await home.result(['host', 'stop']);
    const fromLog = await home.result(['snapshot', id, '--format', 'structured', '--include-scrollback']);
    expect(fromLog).toEqual(fromHost);
    expect(linesOf(fromLog).at(-1)).toBe('last ✓');
  });
});
