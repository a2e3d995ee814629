import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/eventlog/reader.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { SIGNAL_NAMES } from '../../src/protocol/signals.ts';
import { TestHome } from '../support/cli.ts';
import { anyNumber, arrayWith, holding, objectWith } from '../support/like.ts';

async function eventsOf(home: TestHome, id: string, ...types: string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { seq, type, payload } of readEvents(sessionPaths(home.home, id).log))
    if (types.includes(type)) found.push({ seq, type, payload });
  return found;
}

/** Polls for as long as a busy machine may need. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 20_000 });
}

describe('paste', () => {
  it('runs nothing in a line editor until Enter comes, and tells of removed markers', async () => {
    await using home = new TestHome();
    const id = await home.create();
    await home.result(['run', id, 'true']);
    const text = 'echo one\necho t\u001b[201~wo\n';
    const plain = await home.run(['paste', id, text]);
    expect(plain).toEqual({
      exitCode: 0,
      signal: null,
      stdout: '',
      stderr: 'agent-tty: a paste marker was removed from the text, the first at byte 15\n',
    });
    await home.result(['wait', id, '--text', 'echo two']);
    expect(String((await home.result(['snapshot', id]))['text'])).not.toMatch(/^(?:one|two)$/m);
    const pasted = await home.result(['paste', id, '-', '--append-newline'], { stdin: 'echo three' });
    expect(pasted).toMatchObject({ seq: anyNumber, bytesWritten: 23, bracketed: true, removedMarkers: 0 });
    await eventually(async () => (await home.result(['snapshot', id]))['text']).toMatch(/^three$/m);
    expect(await eventsOf(home, id, 'input_paste')).toMatchObject([
      { payload: { data: 'echo one\recho two\r', bracketed: true } },
      { payload: { data: 'echo three', bracketed: true } },
    ]);
  });

  it('is plain where no frame was asked for, from a file too', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'cat']);
    const file = path.join(home.work, 'text');
    fs.writeFileSync(file, 'from a file\r\nsecond\n');
    expect(await home.result(['paste', id, '--file', file])).toMatchObject({ bytesWritten: 19, bracketed: false });
    const twice = ['from a file', 'second', 'from a file', 'second'].toSorted();
    await eventually(async () =>
      String((await home.result(['snapshot', id]))['text'])
        .trim()
        .split('\n')
        .toSorted(),
    ).toEqual(twice);
  });

  it('refuses control characters, long lines and large texts before a byte is sent', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', 'echo ready; exec cat']);
    await home.result(['wait', id, '--text', 'ready']);
    expect(await home.error(['paste', id, 'a\u001b[A'])).toMatchObject({
      code: 'INVALID_INPUT',
      exitCode: 2,
      message: holding('ESC at byte 1'),
    });
    const long = 'x'.repeat(4_096);
    expect(await home.error(['paste', id, long])).toMatchObject({ code: 'CANONICAL_LINE_TOO_LONG', exitCode: 4 });
    const huge = path.join(home.work, 'huge');
    fs.writeFileSync(huge, Buffer.alloc(8 * 1024 * 1024, 'x\n'));
    expect(await home.error(['paste', id, '--file', huge])).toMatchObject({
      code: 'INVALID_INPUT',
      exitCode: 2,
      message: holding('8388592'),
    });
    expect(await eventsOf(home, id, 'input_paste')).toEqual([]);
    expect(await home.result(['paste', id, long, '--force'])).toMatchObject({ bytesWritten: 4_096 });
  });
});

describe('mark', () => {
  it('puts a label into the log', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'cat']);
    const { seq } = await home.result(['mark', id, 'login done']);
    expect(await eventsOf(home, id, 'marker')).toEqual([{ seq, type: 'marker', payload: { label: 'login done' } }]);
    expect(await home.error(['mark', id, 'a\u001bb'])).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2 });
  });
});

describe('resize', () => {
  it('reaches program, screen, record, and the replay of the log', async () => {
    await using home = new TestHome();
    const script = 'trap "echo size \\$(stty size)" WINCH; echo ready; while :; do sleep 0.05; done';
    const id = await home.create(['--', 'bash', '-c', script]);
    await home.result(['wait', id, '--text', 'ready']);
    const resized = await home.result(['resize', id, '--cols', '100', '--rows', '30']);
    expect(resized).toMatchObject({ sessionId: id, cols: 100, rows: 30, seq: anyNumber });
    await home.result(['wait', id, '--text', 'size 30 100']);
    expect(await home.result(['resize', id, '--cols', '100', '--rows', '30'])).toMatchObject({ cols: 100, rows: 30 });
    const live = await home.result(['snapshot', id, '--format', 'structured']);
    expect(live).toMatchObject({ cols: 100, rows: 30 });
    expect(await home.result(['inspect', id])).toMatchObject({
      session: { cols: 100, rows: 30, creationCols: 80, creationRows: 24 },
    });
    expect(await eventsOf(home, id, 'resize')).toMatchObject([{ seq: resized['seq'] }, {}]);
    await home.result(['destroy', id]);
    await home.result(['host', 'stop']);
    const replayed = await home.result(['snapshot', id]);
    expect(replayed).toMatchObject({ cols: 100, rows: 30, screenHash: live['screenHash'] });
  });

  it('takes both numbers, from 1 to 1000', async () => {
    await using home = new TestHome();
    expect(await home.error(['resize', 'x', '--cols', '5'])).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2 });
    expect(await home.error(['resize', 'x', '--cols', '0', '--rows', '5'])).toMatchObject({
      code: 'INVALID_DIMENSIONS',
      exitCode: 2,
    });
  });
});

describe('signal', () => {
  it.each([
    [[], 'hooks'],
    [['--completion', 'sentinel'], 'sentinel'],
  ])('INT ends a run as Ctrl+C does (%j)', async (options, source) => {
    await using home = new TestHome();
    const id = await home.create(['--shell', '/bin/bash', ...options]);
    const call = home.start(['run', id, 'echo begun; sleep 60', '--json']);
    await eventually(async () => JSON.stringify(await eventsOf(home, id, 'output'))).toContain('begun');
    await eventually(async () => (await home.result(['inspect', id]))['foreground']).toMatchObject({ name: 'sleep' });
    const sent = await home.result(['signal', id, 'int']);
    expect(sent).toMatchObject({ sessionId: id, signal: 'SIGINT', delivered: true, processes: 1, seq: anyNumber });
    const { stdout } = await call.end;
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      result: { outcome: 'interrupted', exitCode: 130, completed: true, source },
    });
    expect(await eventsOf(home, id, 'signal', 'run_complete')).toMatchObject([
      { type: 'signal', payload: { signal: 'SIGINT' } },
      { type: 'run_complete' },
    ]);
    expect(await home.run(['run', id, 'echo next'])).toMatchObject({ exitCode: 0, stdout: 'next\n' });
  });

  it('reaches the foreground alone, and with --tree everything of the session', async () => {
    await using home = new TestHome();
    const id = await home.create();
    await home.result(['run', id, 'setsid -f sleep 301; sleep 302 & true']);
    await home.run(['run', id, 'sleep 303', '--no-wait']);
    await eventually(async () => (await home.result(['inspect', id]))['foreground']).toMatchObject({ name: 'sleep' });
    expect(await home.result(['signal', id, 'SIGTERM'])).toMatchObject({ delivered: true, processes: 1 });
    expect(await home.run(['run', id, 'jobs'])).toMatchObject({ stdout: holding('sleep 302') });
    const all = await home.run(['signal', id, 'KILL', '--tree']);
    expect(all).toMatchObject({ exitCode: 0, stdout: 'sent SIGKILL to 3 processes\n' });
    expect(await home.result(['wait', id, '--exit'])).toMatchObject({ timedOut: false });
    expect(await home.error(['signal', id, 'TERM'])).toMatchObject({ code: 'SESSION_NOT_RUNNING', exitCode: 4 });
  });

  it('never reaches a stranger that got the pid of a session that ended', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'true']);
    await home.result(['wait', id, '--exit']);
    for (const verb of [
      ['signal', id, 'KILL', '--tree'],
      ['resize', id, '--cols', '9', '--rows', '9'],
      ['mark', id, 'late'],
      ['paste', id, 'late'],
    ])
      expect(await home.error(verb)).toMatchObject({ code: 'SESSION_NOT_RUNNING', exitCode: 4 });
    expect(await home.error(['signal', 'nobody', 'INT'])).toMatchObject({ code: 'SESSION_NOT_FOUND', exitCode: 3 });
  });

  it('of an unknown name is refused with those that are allowed', async () => {
    await using home = new TestHome();
    expect(await home.error(['signal', 'x', 'SIGTREM'])).toMatchObject({
      code: 'INVALID_SIGNAL',
      exitCode: 2,
      message: holding('INT TERM KILL HUP QUIT USR1 USR2 TSTP CONT WINCH'),
      hint: 'did you mean TERM?',
      details: objectWith({ allowed: arrayWith([...SIGNAL_NAMES]) }),
    });
  });
});
