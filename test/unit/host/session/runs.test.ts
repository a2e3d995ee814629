import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { timeLeft } from '../../../../src/host/session/runWait.ts';
import { MAX_INPUT_BYTES } from '../../../../src/protocol/limits.ts';
import type { FakeClock } from '../../../support/fakeClock.ts';
import type { FakePty } from '../../../support/fakePty.ts';
import type { Bench } from '../../../support/runBench.ts';
import { RunsBench } from '../../../support/sessionRuns.ts';

let bed: RunsBench;
let pty: FakePty;
let bench: Bench;
let clock: FakeClock;

beforeEach(() => {
  bed = new RunsBench();
  ({ pty, bench, clock } = bed);
});
afterEach(() => bed[Symbol.asyncDispose]());

async function run(command: string, signal?: AbortSignal): Promise<string> {
  return (await bed.start(command, {}, signal)).runId;
}

function expectNothingTyped(): void {
  expect(pty.input.toString()).toBe('');
  expect(bench.coordinator.runInFlight).toBeUndefined();
  expect(bed.runs.views()).toEqual([]);
}

/** A command that goes by a script, because no paste takes it. */
const LONG = `: ${'x'.repeat(100_000)}`;

describe('a run that cannot be typed', () => {
  it('is refused when the program does not read, and the next one runs', async () => {
    pty.allowInput(0);
    pty.write(Buffer.alloc(MAX_INPUT_BYTES));
    const before = bed.journal.head.seq;
    await expect(run('true')).rejects.toMatchObject({ code: 'INPUT_QUEUE_FULL' });
    expect(bed.journal.head.seq).toBe(before);
    expectNothingTyped();
    pty.allowInput(Infinity);
    clock.advance(1_000);
    expect(bench.coordinator.runInFlight).toBeUndefined();
    await run('true');
    expect(pty.input.subarray(MAX_INPUT_BYTES).toString()).toContain('true');
  });

  it('is refused when its script cannot be written, and the next one runs', async () => {
    fs.writeFileSync(bed.scratch, 'in the way');
    await expect(run(LONG)).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expectNothingTyped();
    fs.rmSync(bed.scratch);
    await run(LONG);
    expect(fs.readFileSync(path.join(bed.scratch, fs.readdirSync(bed.scratch)[0] ?? ''), 'utf8')).toBe(`${LONG}\n`);
  });

  it('is refused when the log takes nothing, and leaves no script', async () => {
    bed.isFull = true;
    await expect(run(LONG)).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expectNothingTyped();
    expect(fs.readdirSync(bed.scratch)).toEqual([]);
    bed.isFull = false;
    await run(LONG);
    expect(fs.readdirSync(bed.scratch)).toHaveLength(1);
  });

  it('is taken back when its caller is gone already, or its session has ended', async () => {
    await expect(run('true', AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    bed.ended.abort(new Error('over'));
    await expect(run('true')).rejects.toThrow('over');
    expectNothingTyped();
  });
});

describe('a run that was seen to wait for input', () => {
  /** Waits for a run of the session's own program, which asks for a secret, while the log takes nothing. */
  async function blocked(): Promise<{ result: Promise<unknown> }> {
    pty.onData(() => undefined);
    const runId = bed.runs.registerProcess('passwd');
    bench.feed('Password: ');
    pty.setModes({ canonical: true, echo: false });
    bed.isFull = true;
    bed.journal.enqueue({ type: 'output', payload: { data: 'Password: ' } });
    const { signal } = new AbortController();
    const context = { signal, note: () => undefined, connection: { id: 1, closed: signal } };
    const request = { timeoutMs: 0, maxOutputBytes: 100, progress: false, untilInput: true };
    const result = bed.runs.wait(runId, request, context);
    for (let i = 0; i < 10; i++) {
      clock.advance(200);
      await Promise.resolve();
    }
    return { result };
  }

  it('is told so once the log has what it printed', async () => {
    const { result } = await blocked();
    bed.isFull = false;
    clock.advance(1_000);
    expect(await result).toMatchObject({
      outcome: 'blocked_on_input',
      completed: false,
      exitCode: null,
      output: 'Password: ',
      evidence: ['terminal_modes', 'prompt_line'],
      confidence: 'guess',
      blockedOn: { kind: 'secret', confidence: 'guess' },
    });
  });

  it('is told to have ended when it did so before the answer could go out', async () => {
    const { result } = await blocked();
    bench.coordinator.exit({ exitCode: 3, exitSignal: null });
    bed.isFull = false;
    clock.advance(1_000);
    const told = await result;
    expect(told).toMatchObject({ outcome: 'finished', exitCode: 3, evidence: ['process_exit'], confidence: 'certain' });
    expect(told).not.toHaveProperty('blockedOn');
  });
});

describe("a caller's time", () => {
  it('is for the turn and the end of its run together', async () => {
    await run('sleep');
    const waited = bed.start('second', { wait: true, timeoutMs: 1_000 });
    await bed.pass(700);
    bed.finish();
    await bed.pass(200);
    expect(pty.input.toString()).toContain('second');
    const before = clock.nowMs();
    await bed.pass(150);
    expect(await waited).toMatchObject({ outcome: 'timed_out', completed: false });
    expect(clock.nowMs() - before).toBe(150);
  });

  it('without a bound has none for the end either, and leaves a millisecond to a turn that took it all', async () => {
    await run('sleep');
    const waited = bed.start('second', { wait: true });
    await bed.pass(2_000);
    bed.finish();
    await bed.pass(2_000);
    bed.finish(7);
    expect(await waited).toMatchObject({ outcome: 'finished', exitCode: 7 });
    expect([timeLeft(0, 5), timeLeft(10, 4), timeLeft(10, 10), timeLeft(10, 12), timeLeft(10, -3)]).toEqual([
      0, 6, 1, 1, 10,
    ]);
  });

  it('does not go by while the run waits for a place', async () => {
    const [provider, sinceMs] = ['demo', clock.nowMs()];
    const { signal } = new AbortController();
    const workplace = { directory: '/', environment: {} };
    const elsewhere = await bed.leases.take({ provider, waitMs: 0, sessionId: 'other', signal, workplace });
    const waited = bed.start('second', { wait: true, timeoutMs: 1_000, provider, leaseWaitMs: 60_000 });
    await bed.pass(5_000);
    bed.leases.onGiven = (place) => (place.waitedMs = clock.nowMs() - sinceMs);
    await elsewhere.release('completed');
    await bed.pass(900);
    bed.finish(7);
    expect(await waited).toMatchObject({ outcome: 'finished', exitCode: 7 });
  });
});

describe('a run that can be typed', () => {
  it('waits on when what has come and was not read tells that the shell is not at its prompt any more', async () => {
    let reads = 0;
    const { tracker } = bed;
    bed.readOutput = () => {
      if (reads++ === 0) tracker.bracketedPasteSwitched(false);
      return true;
    };
    const typed = run('true');
    await vi.waitUntil(() => reads === 1);
    clock.advance(1_000);
    expect(pty.input.toString()).toBe('');
    tracker.bracketedPasteSwitched(true);
    clock.advance(1_000);
    await typed;
    expect(pty.input.toString()).toContain('true');
  });
});
