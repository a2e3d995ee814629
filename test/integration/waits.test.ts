import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { connectHost } from '../../src/client/connect.ts';
import { TestHome } from '../support/cli.ts';
import { parseEnvelope } from '../support/like.ts';

const BASH = ['--shell', '/bin/bash'];

function seqOf(result: Record<string, unknown>): string {
  const seq = result['seq'] ?? result['capturedAtSeq'];
  if (typeof seq !== 'number') throw new Error(`no seq in ${JSON.stringify(result)}`);
  return String(seq);
}

describe('wait --after-seq', () => {
  it('sees only what came after the keys that it is about, on a live session and on an ended one', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    await home.result(['run', id, 'echo old"word"']);
    const seq = seqOf(await home.result(['type', id, 'printf "new%s\\n" word\n']));
    const since = ['--after-seq', seq];
    const old = ['wait', id, '--text', 'oldword', ...since];
    expect(await home.result(['wait', id, '--text', 'newword', ...since])).toMatchObject({ matchedText: 'newword' });
    expect(await home.result(['wait', id, '--regex', '^...word$', ...since])).toMatchObject({ matchedText: 'newword' });
    expect(await home.envelope([...old, '--timeout', '200ms'])).toMatchObject({ exitCode: 11 });
    expect(await home.result(['wait', id, '--text', 'oldword'])).toMatchObject({ matched: true });
    expect(await home.result(['wait', id, '--text', 'oldword', '--after-seq', '0'])).toMatchObject({ matched: true });
    await home.result(['type', id, 'exit\n']);
    await home.result(['wait', id, '--exit']);
    expect(await home.envelope(old)).toMatchObject({ exitCode: 4, result: { matched: false } });
    await home.result(['host', 'stop']);
    expect(await home.envelope(old)).toMatchObject({ exitCode: 4, result: { matched: false } });
    expect(await home.result(['wait', id, '--text', 'newword', ...since])).toMatchObject({ matched: true });
    const future = ['wait', id, '--text', 'x', '--after-seq', '99999'];
    expect(await home.error(future)).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2 });
  });

  it('is refused for an event that is still to come, with the last one', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const seq = Number(seqOf(await home.result(['run', id, 'true'])));
    const error = await home.error(['wait', id, '--text', 'x', '--after-seq', '99999999']);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2, details: { afterSeq: 99_999_999 } });
    expect(Number(error.details?.['lastSeq'])).toBeGreaterThanOrEqual(seq);
    for (const bad of ['-1', '9007199254740992', '1.5'])
      expect(await home.error(['wait', id, '--text', 'x', '--after-seq', bad])).toMatchObject({ exitCode: 2 });
    expect(await home.error(['wait', id, '--exit', '--after-seq', '1'])).toMatchObject({ exitCode: 2 });
  });
});

describe('wait --prompt', () => {
  it('waits for the end of what runs, typed or run, and of programs that hold the terminal', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    expect(await home.result(['wait', id, '--prompt'])).toMatchObject({ matched: true });
    await home.result(['run', id, 'sleep 0.5; echo run is over', '--no-wait']);
    await home.result(['wait', id, '--prompt']);
    expect((await home.run(['snapshot', id])).stdout).toContain('\nrun is over\n');
    const seq = seqOf(await home.result(['type', id, 'sh -c "sleep 0.5; echo typed is over"\n']));
    await home.result(['wait', id, '--prompt', '--after-seq', seq]);
    expect((await home.run(['snapshot', id])).stdout).toContain('\ntyped is over\n');
    await home.result(['type', id, 'cat\n']);
    await home.result(['wait', id, '--regex', 'cat\\n']);
    expect(await home.envelope(['wait', id, '--prompt', '--timeout', '600ms'])).toMatchObject({ exitCode: 11 });
    const waiting = home.start(['wait', id, '--prompt', '--json']);
    await home.result(['send-keys', id, 'Ctrl+D']);
    expect(parseEnvelope((await waiting.end).stdout)).toMatchObject({ result: { matched: true } });
    await home.result(['type', id, 'exit\n']);
    await home.result(['wait', id, '--exit']);
    expect(await home.envelope(['wait', id, '--prompt'])).toMatchObject({ exitCode: 4 });
  });

  it('is refused at once where there is no shell', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'cat']);
    const startMs = systemClock.nowMs();
    expect(await home.error(['wait', id, '--prompt', '--timeout', '30s'])).toMatchObject({
      code: 'NOT_A_SHELL',
      exitCode: 4,
    });
    expect(systemClock.nowMs() - startMs).toBeLessThan(10_000);
  });
});

describe('wait for several things', () => {
  it('holds when they hold together, and tells what the text was', async () => {
    await using home = new TestHome();
    const script = "stty -echo; printf 'Loading done'; read x; printf '\\r\\033[Kdone\\r\\n> '; exec cat";
    const id = await home.create(['--', 'sh', '-c', script]);
    await home.result(['wait', id, '--text', 'Loading']);
    const wanted = ['--text', 'done', '--not-text', 'Loading', '--cursor-row', '1', '--cursor-col', '2'];
    expect(await home.envelope(['wait', id, ...wanted, '--timeout', '200ms'])).toMatchObject({ exitCode: 11 });
    const waiting = home.start(['wait', id, ...wanted, '--screen-stable-ms', '100', '--json']);
    await home.result(['type', id, '\n']);
    expect(parseEnvelope((await waiting.end).stdout)).toMatchObject({
      result: { matched: true, matchedText: 'done', cursorRow: 1, cursorCol: 2 },
    });
    await home.result(['destroy', id]);
    expect(await home.result(['wait', id, ...wanted, '--screen-stable-ms', '1s'])).toMatchObject({ matched: true });
    expect(await home.envelope(['wait', id, '--not-text', 'done', '--screen-stable-ms', '1s'])).toMatchObject({
      exitCode: 4,
    });
  });

  it('says what cannot stand together', async () => {
    await using home = new TestHome();
    const errors = [
      [['--exit', '--text', 'x'], '--exit stands alone and cannot be combined with --text'],
      [['--prompt', '--idle-ms', '5'], '--idle-ms stands alone and cannot be combined with --prompt'],
      [[], 'wait needs a condition'],
    ] as const;
    for (const [flags, message] of errors) {
      const error = await home.error(['wait', 'any', ...flags]);
      expect([error.exitCode, error.code]).toEqual([2, 'INVALID_INPUT']);
      expect(error.message).toContain(message);
    }
  });
});

describe('snapshot --include-cells', () => {
  it('is the same from a live host and from the log', async () => {
    await using home = new TestHome();
    const script = "printf '\\033[31mred\\033[0m 日\\r\\n\\033[1;4;38;2;1;2;3mx'; seq 1 30";
    const id = await home.create(['--', 'sh', '-c', script]);
    await home.result(['wait', id, '--exit']);
    const call = ['snapshot', id, '--format', 'structured', '--include-cells', '--include-scrollback'];
    const fromHost = await home.result(call);
    await home.result(['host', 'stop']);
    expect(await home.result(call)).toEqual(fromHost);
    const red = 'red'.split('').map((char) => ({ char, fg: 'palette:1' }));
    const wide = [{ char: ' ' }, { char: '日', width: 2 }, { char: '', width: 0 }];
    expect(fromHost).toMatchObject({
      scrollbackCells: [{ lineNumber: 0, cells: [...red, ...wide] }, {}, {}, {}, {}, {}, {}, {}],
    });
    expect(await home.error(['snapshot', id, '--include-cells'])).toMatchObject({ exitCode: 2 });
  });

  it('of 500 x 200 with 2,000 lines above works, and holds up nobody else', async () => {
    await using home = new TestHome();
    const print = 'BEGIN { s = sprintf("%499s", ""); gsub(/ /, "x", s); for (i = 0; i < 2300; i++) print s }';
    const id = await home.create([
      '--cols',
      '500',
      '--rows',
      '200',
      '--',
      'sh',
      '-c',
      `awk '${print}'; printf end; exec cat`,
    ]);
    await home.result(['wait', id, '--text', 'end']);
    const other = await home.create(['--', 'cat']);
    using client = await connectHost({ home: home.home });
    const over = new AbortController();
    const params = { session: id, includeScrollback: true, includeCells: true };
    const startMs = systemClock.nowMs();
    let tookMs = 0;
    const call = home
      .run(['snapshot', id, '--format', 'structured', '--include-cells', '--include-scrollback', '--json'])
      .finally(() => {
        over.abort();
        tookMs = systemClock.nowMs() - startMs;
      });
    let longestMs = 0;
    while (!over.signal.aborted) {
      const atMs = systemClock.nowMs();
      await client.call('screen.snapshot', { session: other });
      longestMs = Math.max(longestMs, systemClock.nowMs() - atMs);
      await delay(systemClock, 5);
    }
    const { stdout } = await call;
    const { result } = parseEnvelope(stdout);
    expect(result?.['scrollbackLines']).toHaveLength(2_000);
    expect(result?.['scrollbackCells']).toHaveLength(2_000);
    expect(result?.['cells']).toHaveLength(200);
    process.stdout.write(
      `${stdout.length} bytes in ${Math.round(tookMs)} ms; others waited up to ${Math.round(longestMs)} ms\n`,
    );
    expect(longestMs).toBeLessThan(1_000);
    const { screen } = await client.call('screen.snapshot', params);
    expect(screen.scrollbackCells).toHaveLength(2_000);
  });
});
