import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { exportAsciicast } from '../../../src/artifacts/exportAsciicast.ts';
import { replaySnapshot } from '../../../src/artifacts/replaySnapshot.ts';
import type { NewEvent } from '../../../src/protocol/events.ts';
import { sessionPaths } from '../../../src/protocol/homeLayout.ts';
import { ScreenModel } from '../../../src/screen/emulator/screenModel.ts';
import { listArtifacts } from '../../../src/store/artifacts.ts';
import { like } from '../../support/like.ts';
import { output, SESSION_ID } from '../client/support.ts';
import { outputOf, parseCast } from './cast.ts';
import { endedSession } from './endedSession.ts';

/** A terminal leaves such bytes out, a recording shows U+FFFD for them. */
const NO_UTF8: NewEvent = { type: 'output', payload: { dataBase64: Buffer.from([0xff, 0x41]).toString('base64') } };

/** The event that ends inside a character: a recording that ends there shows U+FFFD. */
const INSIDE_CHARACTER = 4;

const EVENTS: readonly NewEvent[] = [
  output('one\r\n\u001b[31mtwo\u001b[0m'),
  { type: 'resize', payload: { cols: 30, rows: 5 } },
  output('\u001b[?1049h\u001b[2;3Halternate €'),
  { type: 'output', payload: { dataBase64: Buffer.from([0xe2, 0x82]).toString('base64') } },
  { type: 'output', payload: { dataBase64: Buffer.from([0xac, 0x41]).toString('base64') } },
  output('\u001b[?1049l\r\nthree'),
  { type: 'exit', payload: { exitCode: 0, exitSignal: null } },
];

/** The screen that a player of the recording ends with. */
async function played(file: string): Promise<string> {
  const { header, events } = parseCast(fs.readFileSync(file, 'utf8'));
  const { term, width, height } = header;
  const inTerm = typeof term === 'object' && term !== null && 'cols' in term && 'rows' in term ? term : undefined;
  using model = new ScreenModel({ cols: Number(inTerm?.cols ?? width), rows: Number(inTerm?.rows ?? height) });
  for (const [, code, data] of events) {
    if (code === 'o') model.write(Buffer.from(data), 0);
    const [cols, rows] = data.split('x').map(Number);
    if (code === 'r') model.resize(cols ?? 0, rows ?? 0, 0);
  }
  await model.flush();
  return model.state({ includeScrollback: false }).screenHash;
}

describe('a recording that is exported', () => {
  it.each([2, 3] as const)(
    'in version %i plays to the screen of the snapshot, whole and from any event on',
    async (version) => {
      const log = endedSession();
      log.append(...EVENTS);
      for (let from = 0; from <= EVENTS.length; from++) {
        for (let to = from; to <= EVENTS.length; to++) {
          if (to === INSIDE_CHARACTER) continue;
          const { artifactPath } = await exportAsciicast(log.home, 'demo', { version, from, to });
          const { screenHash } = await replaySnapshot(log.file, { toSeq: to });
          expect(await played(artifactPath), `${from} to ${to}`).toBe(screenHash);
        }
      }
    },
  );

  it('tells of the file, which is listed among the artifacts of the session', async () => {
    const log = endedSession();
    log.append(...EVENTS.slice(0, 3), NO_UTF8, output('x'));
    const result = await exportAsciicast(log.home, 'demo');
    const bytes = fs.readFileSync(result.artifactPath);
    expect(result).toEqual({
      sessionId: SESSION_ID,
      format: 'asciicast',
      artifactPath: path.join(sessionPaths(log.home, SESSION_ID).artifacts, 'recording-v3-0-5.cast'),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      capturedAtSeq: 5,
      durationMs: 0,
      metadata: {
        asciicastVersion: 3,
        timing: 'recorded',
        cols: 20,
        rows: 4,
        fromSeq: 0,
        events: 5,
        replacedCharacters: 1,
        leadInEvents: 0,
        includesInput: false,
      },
    });
    expect(listArtifacts(log.home, SESSION_ID)).toEqual([
      { name: 'recording-v3-0-5.cast', path: result.artifactPath, sizeBytes: bytes.length },
    ]);
    expect(parseCast(bytes.toString('utf8')).header['title']).toBe('demo');
    expect(fs.statSync(result.artifactPath).mode & 0o777).toBe(0o600);
  });

  it('is the same, byte for byte, also when twenty are made at once', async () => {
    const log = endedSession();
    log.append(...EVENTS.slice(0, 3), NO_UTF8, output('x'));
    const results = await Promise.all(Array.from({ length: 20 }, () => exportAsciicast(log.home, SESSION_ID)));
    expect(new Set(results.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(fs.readdirSync(sessionPaths(log.home, SESSION_ID).artifacts)).toEqual(['recording-v3-0-5.cast']);
  });

  it('holds no more memory for a long log than for a short one', async () => {
    const log = endedSession();
    for (let i = 0; i < 60; i++) log.append(...Array.from({ length: 20 }, () => output('z'.repeat(40_000))));
    const write = vi.spyOn(fs, 'writeSync');
    await exportAsciicast(log.home, SESSION_ID);
    const sizes = write.mock.calls.map(([, bytes]) => Buffer.byteLength(bytes));
    const longest = Math.max(...sizes);
    vi.restoreAllMocks();
    expect(longest).toBeLessThan(512 * 1024);
  });

  const asciinema = spawnSync('asciinema', ['--version']);
  it.skipIf(asciinema.error !== undefined)('is taken by asciinema itself, which gives the output back', async () => {
    const log = endedSession();
    log.append(...EVENTS);
    const { artifactPath } = await exportAsciicast(log.home, SESSION_ID, { version: 2 });
    const shown = path.join(log.home, 'shown');
    // It wants a terminal to be there, and prints to wherever its output goes.
    const { status } = spawnSync('script', ['-qec', `asciinema cat ${artifactPath} > ${shown}`, '/dev/null'], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    expect(status).toBe(0);
    expect(fs.readFileSync(shown, 'utf8')).toBe(outputOf(parseCast(fs.readFileSync(artifactPath, 'utf8'))));
  });
});

describe('the place of a recording', () => {
  async function refusal(out: string, more: { force?: boolean } = {}): Promise<unknown> {
    const log = endedSession();
    const file = path.join(log.home, out);
    fs.mkdirSync(path.join(log.home, 'directory'));
    fs.writeFileSync(path.join(log.home, 'there'), 'old');
    const error: unknown = await exportAsciicast(log.home, 'demo', { out: file, ...more }).catch(
      (cause: unknown) => cause,
    );
    expect(fs.readFileSync(path.join(log.home, 'there'), 'utf8')).toBe(
      error instanceof Error ? 'old' : fs.readFileSync(file, 'utf8'),
    );
    expect(fs.readdirSync(log.home).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    return error;
  }

  it.each([
    ['there', 'exists', /there" exists$/],
    ['directory', 'is_directory', /it is a directory; name a file in it$/],
    ['missing/x.cast', 'missing_directory', /missing" does not exist$/],
    ['there/x.cast', 'missing_directory', /there" is not a directory$/],
  ])('may not be %s', async (out, reason, message) => {
    expect(await refusal(out)).toMatchObject({
      code: 'EXPORT_ERROR',
      details: { reason },
      message: like(message),
    });
  });

  it('may be a file that is there when that is to be replaced', async () => {
    expect(await refusal('there', { force: true })).toMatchObject({ format: 'asciicast' });
  });

  it('is left alone by a file that came up while the recording was made', async () => {
    const log = endedSession();
    const out = path.join(log.home, 'x.cast');
    const exporting = exportAsciicast(log.home, 'demo', { out });
    fs.writeFileSync(out, 'mine');
    await expect(exporting).rejects.toMatchObject({ code: 'EXPORT_ERROR', details: { reason: 'exists' } });
    expect(fs.readFileSync(out, 'utf8')).toBe('mine');
    expect(fs.readdirSync(log.home).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('holds nothing of an export that was taken back, and after an hour nothing of one that was killed', async () => {
    const log = endedSession();
    const { artifacts } = sessionPaths(log.home, SESSION_ID);
    const stop = new AbortController();
    stop.abort();
    await expect(exportAsciicast(log.home, 'demo', { signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(fs.readdirSync(artifacts)).toEqual([]);
    const [old = '', young = ''] = ['.a.cast.1.0.tmp', '.b.cast.1.0.tmp'].map((name) => path.join(artifacts, name));
    for (const file of [old, young]) fs.writeFileSync(file, 'half');
    const twoHoursAgo = fs.statSync(old).mtimeMs / 1_000 - 7_200;
    fs.utimesSync(old, twoHoursAgo, twoHoursAgo);
    expect(listArtifacts(log.home, SESSION_ID)).toEqual([]);
    await exportAsciicast(log.home, 'demo');
    expect(fs.readdirSync(artifacts)).toEqual([path.basename(young), 'recording-v3-0-0.cast']);
  });

  it.each([
    [{ from: 3, to: 2 }, 'the last event 2 is before the first one, 3'],
    [{ from: 9 }, 'the log has no event 9: its last one is 0'],
    [{ to: 9 }, 'the log has no event 9: its last one is 0'],
  ])('is not looked at for a range that the log does not hold: %j', async (range, message) => {
    await expect(exportAsciicast(endedSession().home, 'demo', range)).rejects.toMatchObject({
      code: 'EXPORT_ERROR',
      message,
    });
  });
});
