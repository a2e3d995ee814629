import { describe, expect, it } from 'vitest';
import { MAX_KEPT_COMMAND_CHARS, MAX_KEPT_RUNS } from '../../../../src/host/run/runTable.ts';
import { atPrompt, Bench, EDITOR, mark, SENTINEL, SESSION } from '../../../support/runBench.ts';

describe('waiting', () => {
  it('times out without touching the run, whose late end is recognised', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('sleep');
    const waited = bench.wait(runId, 100);
    bench.clock.advance(100);
    expect(await waited).toEqual({ kind: 'timed_out' });
    expect(bench.coordinator.result(runId, 10)).toMatchObject({
      outcome: 'timed_out',
      timedOut: true,
      completed: false,
    });
    bench.feed(mark('C;1') + mark('D;1;0'));
    expect(bench.log.at(-1)).toBe('run_complete finished 0 seq 0');
    expect(await bench.wait(runId, 5)).toMatchObject({ kind: 'ended' });
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('clears timers and listeners however it ends', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('x');
    const stop = new AbortController();
    const aborted = bench.coordinator.wait(runId, { timeoutMs: 50, signal: stop.signal });
    const ended = bench.wait(runId, 50);
    stop.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    bench.feed(mark('D;1;2'));
    await ended;
    expect(bench.clock.pendingTimers).toBe(0);
    await expect(bench.coordinator.wait('nobody.1', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('rejects those who wait, now and later, when the end cannot be written, and says so to the feeder', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('x');
    bench.feed(mark('C;1'));
    const waited = bench.wait(runId, 1000);
    bench.failOn = 'run_complete';
    expect(() => bench.feed(mark('D;1;0'))).toThrow('no space for run_complete');
    await expect(waited).rejects.toThrow('no space for run_complete');
    await expect(bench.wait(runId)).rejects.toThrow('no space for run_complete');
    expect(bench.coordinator.runInFlight).toBeUndefined();
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('settles a waiter that waits for a queued run when the session ends', async () => {
    const bench = atPrompt();
    const queued = bench.coordinator.prepare({ command: 'later', noWait: false });
    const waited = bench.wait(queued.runId);
    bench.coordinator.exit({ exitCode: 0, exitSignal: null });
    expect(await waited).toMatchObject({ end: { outcome: 'session_exited' } });
  });
});

describe('the end of the session', () => {
  it('flushes what was held back, appends exit, and then settles', async () => {
    const bench = new Bench(SENTINEL);
    const { runId } = bench.type('exit 7');
    const waited = bench.wait(runId, 1000);
    bench.feed('echo\u001b]29417;5');
    bench.coordinator.exit({ exitCode: 7, exitSignal: null });
    expect(bench.log).toEqual(['input_run', 'output "echo\\u001b]29417;5"', 'exit 7']);
    expect(await waited).toMatchObject({ end: { outcome: 'session_exited', exitCode: 7, evidence: ['process_exit'] } });
    expect(bench.coordinator.result(runId, 10)).toMatchObject({ completed: false, toSeq: 1 });
    expect(bench.clock.pendingTimers).toBe(0);
    bench.coordinator.exit({ exitCode: 7, exitSignal: null });
    expect(bench.log).toHaveLength(3);
  });

  it.each(['exit', 'output'] as const)('settles every waiter even when %s cannot be written', async (type) => {
    const bench = new Bench(SENTINEL);
    const { runId } = bench.type('x');
    const waited = bench.wait(runId);
    bench.feed('held echo');
    bench.failOn = type;
    expect(() => bench.coordinator.exit({ exitCode: null, exitSignal: 'SIGHUP' })).toThrow('no space');
    expect(await waited).toMatchObject({ end: { outcome: 'session_exited', exitCode: 129, signal: 'SIGHUP' } });
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('the kept runs', () => {
  it('are bounded, the newest stay', () => {
    const bench = atPrompt();
    const ids: string[] = [];
    for (let n = 1; n <= MAX_KEPT_RUNS + 50; n++) {
      ids.push(bench.type('x').runId);
      bench.feed(mark(`C;${n}`) + mark(`D;${n};0`));
    }
    expect(bench.coordinator.views()).toHaveLength(MAX_KEPT_RUNS);
    expect(bench.coordinator.view(ids[0] ?? '')).toBeUndefined();
    expect(bench.coordinator.view(ids.at(-1) ?? '')).toMatchObject({ state: 'ended', outcome: 'finished' });
  });

  it('are fewer when their commands are long', () => {
    const bench = atPrompt();
    const command = `: ${'x'.repeat(400_000)}`;
    const ids: string[] = [];
    for (let n = 1; n <= 20; n++) {
      ids.push(bench.type(command).runId);
      bench.feed(mark(`C;${n}`) + mark(`D;${n};0`));
    }
    const kept = bench.coordinator.views();
    expect(kept.length * command.length).toBeLessThanOrEqual(MAX_KEPT_COMMAND_CHARS);
    expect(kept.length).toBe(Math.floor(MAX_KEPT_COMMAND_CHARS / command.length));
    expect(kept.at(-1)).toMatchObject({ runId: ids.at(-1), outcome: 'finished' });
  });

  it('give their output up before their outcome', () => {
    const bench = atPrompt();
    const big = 'x'.repeat(1024 * 1024);
    const ids: string[] = [];
    for (let n = 1; n <= 12; n++) {
      ids.push(bench.type('x').runId);
      bench.feed(`${mark(`C;${n}`)}${big}${mark(`D;${n};0`)}`);
    }
    expect(bench.coordinator.result(ids[0] ?? '', 10)).toBeUndefined();
    expect(bench.coordinator.view(ids[0] ?? '')).toMatchObject({ outcome: 'finished' });
    expect(bench.coordinator.result(ids.at(-1) ?? '', 10)?.outputBytes).toBe(big.length);
  });
});

describe('prepare', () => {
  it('types nothing, and a run can be taken back until it is typed', () => {
    const bench = atPrompt();
    const first = bench.coordinator.prepare({ command: 'a', noWait: false });
    const second = bench.coordinator.prepare({ command: 'b', noWait: true });
    expect(bench.log).toEqual([]);
    expect(second.runId).toBe(`${SESSION}.2`);
    expect(bench.coordinator.views().map((view) => [view.state, view.seq])).toEqual([
      ['queued', null],
      ['queued', null],
    ]);
    expect(bench.coordinator.withdraw(first.runId)).toBe(true);
    expect(bench.coordinator.withdraw(first.runId)).toBe(false);
    bench.coordinator.register({
      prepared: second,
      inputRunSeq: 0,
      action: bench.coordinator.plan(second, EDITOR, '/s'),
    });
    expect(bench.coordinator.withdraw(second.runId)).toBe(false);
    expect(() => bench.type('c')).toThrow('at most one run in flight');
  });

  it('refuses commands for a program that is no shell', () => {
    expect(() => new Bench(undefined).coordinator.prepare({ command: 'a', noWait: false })).toThrow(
      expect.objectContaining({ code: 'NOT_A_SHELL' }),
    );
  });
});
