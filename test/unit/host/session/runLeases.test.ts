import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { identify } from '../../../../src/base/processIdentity.ts';
import { MAX_INPUT_BYTES } from '../../../../src/protocol/limits.ts';
import type { FakePlace } from '../../../support/fakeLeases.ts';
import { SESSION } from '../../../support/runBench.ts';
import { RunsBench } from '../../../support/sessionRuns.ts';

const DEMO = { provider: 'demo' };
/** A command that goes by a script, because no paste takes it. */
const LONG = `: ${'x'.repeat(100_000)}`;

let bed: RunsBench;
beforeEach(() => (bed = new RunsBench()));
afterEach(() => bed[Symbol.asyncDispose]());

/** The place that was given as number `n`. */
function place(n: number): FakePlace {
  const given = bed.leases.given[n];
  if (given === undefined) throw new Error(`no place ${n} was given`);
  return given;
}

function types(): string[] {
  return bed.events.map(({ type }) => type);
}

describe('a run of a provider', () => {
  it('takes its place, binds it, logs, and only then is typed', async () => {
    const seen: unknown[] = [];
    bed.leases.onGiven = (given) => {
      seen.push(['given', types(), bed.pty.input.length]);
      given.onBind = () => seen.push(['bound', types(), bed.pty.input.length]);
    };
    const { runId, seq, lease } = await bed.start('make', DEMO);
    expect(seen).toEqual([
      ['given', ['session_started'], 0],
      ['bound', ['session_started'], 0],
    ]);
    expect(bed.events.slice(1)).toMatchObject([
      { type: 'run_lease', payload: { runId, provider: 'demo', state: 'held', waitedMs: 0 } },
      { type: 'input_run', payload: { runId, command: 'make' } },
    ]);
    expect(seq).toBe(2);
    expect(lease).toEqual({
      provider: 'demo',
      state: 'held',
      waitedMs: 0,
      capacity: { active: 1, limit: 1, queued: 0 },
    });
    expect(place(0).bound).toMatchObject([{ kind: 'session', id: bed.pty.pid, startTicks: '1', mark: SESSION }]);
    expect(Number(place(0).bound[0]?.since)).toBeGreaterThan(0);
    expect(bed.pty.input.toString()).toContain('make');
  });

  it('is refused at once without a place: nothing is typed, logged or kept', async () => {
    await bed.start('first', DEMO);
    const before = bed.events.length;
    const typed = bed.pty.input.length;
    await expect(bed.start('second', DEMO)).rejects.toMatchObject({
      code: 'PROVIDER_WORKLOAD_BLOCKED',
      details: { reason: 'at_capacity', capacity: { active: 1, limit: 1, queued: 0 }, sent: false },
    });
    expect({ events: bed.events.length, typed: bed.pty.input.length }).toEqual({ events: before, typed });
    expect(bed.runs.views()).toHaveLength(1);
  });

  it('has its own place beside that of another run of the session', async () => {
    await using wide = new RunsBench({ places: 2 });
    await wide.start('first', DEMO);
    const second = wide.start('second', DEMO);
    await wide.pass();
    // While it waits for the first one it keeps no place: what is under way may need it.
    expect(wide.leases.given.map(({ released }) => released)).toEqual([[]]);
    wide.finish();
    await wide.pass(200);
    await second;
    expect(wide.leases.given.map(({ released }) => released)).toEqual([['completed'], []]);
  });

  it('takes the place of its session when it names none', async () => {
    await using own = new RunsBench({ provider: 'demo' });
    expect((await own.start('make')).lease?.provider).toBe('demo');
    own.finish();
    await own.pass();
    expect((await own.start('make', { provider: 'other' })).lease?.provider).toBe('other');
  });

  it('that waits for nothing is told so', async () => {
    await expect(bed.start('make', { leaseWaitMs: 5 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('of no provider asks for no place, and its log is as it was', async () => {
    const result = await bed.start('make');
    bed.finish();
    await bed.pass();
    expect(bed.leases.requests).toEqual([]);
    expect(types()).toEqual(['session_started', 'input_run']); // the bench keeps what the coordinator appends
    expect(result).not.toHaveProperty('lease');
    expect(bed.runs.views()[0]).not.toHaveProperty('lease');
  });
});

describe('a place under which nothing could be typed', () => {
  function expectGivenBack(): void {
    expect(bed.leases.given.map(({ released }) => released)).toEqual([['failed_before_send']]);
    expect(bed.leases.active).toBe(0);
    expect(bed.bench.coordinator.runInFlight).toBeUndefined();
    expect(bed.runs.views()).toEqual([]);
    expect(types()).toEqual(['session_started']);
  }

  it('is given back when it cannot be bound', async () => {
    bed.leases.onGiven = (given) => {
      given.onBind = () => {
        throw new Error('no space');
      };
    };
    await expect(bed.start('make', DEMO)).rejects.toThrow('no space');
    expectGivenBack();
  });

  it('is given back when the log takes nothing', async () => {
    bed.leases.onGiven = () => (bed.isFull = true);
    await expect(bed.start('make', DEMO)).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expectGivenBack();
  });

  it('is given back when the program does not read, or there is no script', async () => {
    fs.writeFileSync(bed.scratch, 'in the way');
    await expect(bed.start(LONG, DEMO)).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expectGivenBack();
    bed.pty.allowInput(0);
    bed.pty.write(Buffer.alloc(MAX_INPUT_BYTES));
    await expect(bed.start('make', DEMO)).rejects.toMatchObject({ code: 'INPUT_QUEUE_FULL' });
    expect(place(1).released).toEqual(['failed_before_send']);
  });

  it('is given back when the caller goes, or the session ends, in that moment', async () => {
    const caller = new AbortController();
    bed.leases.onGiven = () => caller.abort();
    await expect(bed.start('make', DEMO, caller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expectGivenBack();
    bed.leases.onGiven = () => bed.ended.abort(new Error('over'));
    await expect(bed.start('make', DEMO)).rejects.toThrow('over');
    expect(place(1).released).toEqual(['failed_before_send']);
  });
});

describe('the place of a run that was typed', () => {
  it("is kept through its caller's time-out, says so, and is free at its end", async () => {
    const first = bed.start('sleep 5', { ...DEMO, wait: true, timeoutMs: 1_000 });
    await bed.pass(1_100);
    expect(await first).toMatchObject({ outcome: 'timed_out', lease: { state: 'draining' } });
    expect(place(0)).toMatchObject({ isDraining: true, released: [] });
    await expect(bed.start('second', DEMO)).rejects.toMatchObject({ code: 'PROVIDER_WORKLOAD_BLOCKED' });
    const { signal } = new AbortController();
    const context = { signal, note: () => undefined, connection: { id: 1, closed: signal } };
    const again = bed.runs.wait(
      (await first).runId,
      { timeoutMs: 0, maxOutputBytes: 10, progress: false, untilInput: false },
      context,
    );
    await bed.pass();
    expect(place(0).isDraining).toBe(false);
    bed.finish();
    await bed.pass();
    expect(await again).toMatchObject({ outcome: 'finished', lease: { state: 'released' } });
    expect(place(0).released).toEqual(['completed']);
    expect(bed.events.at(-1)).toMatchObject({
      type: 'run_lease',
      payload: { state: 'released', waitedMs: null, capacity: { active: 0, limit: 1, queued: 0 } },
    });
  });

  it('is kept when its caller goes', async () => {
    const caller = new AbortController();
    const first = bed.start('sleep 5', { ...DEMO, wait: true }, caller.signal);
    await bed.pass();
    caller.abort();
    await expect(first).rejects.toBeDefined();
    expect(place(0)).toMatchObject({ isDraining: true, released: [] });
  });

  it('is free once when the session ends, also when the exit cannot be written', async () => {
    await bed.start('exec true', DEMO);
    const released: unknown[] = [];
    bed.bench.failOn = 'exit';
    place(0).onRelease = async (why) => {
      released.push([why, bed.bench.coordinator.runInFlight]);
      return null;
    };
    expect(bed.exit()).toMatchObject({ message: 'no space for exit' });
    await bed.pass();
    expect(released).toEqual([['exited', undefined]]);
    expect(bed.leases.active).toBe(0);
    expect(types().at(-1)).toBe('input_run'); // nothing follows an exit
  });

  it('is free when the end of the command cannot be written', async () => {
    const result = bed.start('make', { ...DEMO, wait: true });
    result.catch(() => undefined); // looked at below
    await bed.pass();
    bed.bench.failOn = 'run_complete';
    expect(() => bed.finish()).toThrow('no space for run_complete');
    await expect(result).rejects.toThrow('no space');
    expect(place(0).released).toEqual(['completed']);
  });

  it('is given back beside the output: a slow engine holds up no byte and no end', async () => {
    const result = bed.start('make', { ...DEMO, wait: true });
    await bed.pass();
    place(0).onRelease = () => new Promise(() => undefined);
    bed.finish();
    bed.bench.feed('prompt');
    bed.bench.flush();
    expect(await result).toMatchObject({ outcome: 'finished', output: 'out\n' });
    expect(bed.bench.log).toEqual([
      'run_started',
      'output "out\\r\\n"',
      'run_complete finished 0 seq 2',
      'output "prompt"',
    ]);
    expect(place(0).released).toEqual(['completed']);
  });

  it('is kept by a command that may go on although its run is over, until its processes are gone', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    await bed.start('vim', DEMO);
    const identity = identify(child.pid ?? 0);
    place(0).processes = identity === undefined ? [] : [identity];
    bed.bench.coordinator.promptReturned({ interrupted: false });
    await bed.pass(3_000);
    expect(bed.runs.views()[0]).toMatchObject({ outcome: 'lost', lease: { state: 'held' } });
    expect(place(0).released).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await bed.pass(1_000);
    expect(place(0).released).toEqual(['completed']);
  });

  it('that an operator took away ends the run, and whoever waits is told', async () => {
    const result = bed.start('sleep 60', { ...DEMO, wait: true });
    result.catch(() => undefined); // looked at below
    await bed.pass();
    const runId = bed.runs.views()[0]?.runId;
    bed.onCancel = () => bed.finish(143);
    place(0).takeAway();
    expect(bed.cancelled).toEqual([runId]);
    await expect(result).rejects.toMatchObject({
      code: 'PROVIDER_LEASE_LOST',
      message: 'the place at provider "demo" was taken away; the command was ended',
      details: { provider: 'demo', runId, sent: true },
    });
    expect(bed.events.at(-1)).toMatchObject({ type: 'run_lease', payload: { runId, state: 'lost', capacity: null } });
    expect(bed.runs.views()[0]?.lease?.state).toBe('lost');
  });

  it('that an operator took away, of a run that cannot be ended, is told as well', async () => {
    const result = bed.start('trap "" INT; while :; do :; done', { ...DEMO, wait: true });
    result.catch(() => undefined); // looked at below
    await bed.pass();
    bed.onCancel = () => {
      throw new Error('no space');
    };
    place(0).takeAway();
    await expect(result).rejects.toMatchObject({
      code: 'PROVIDER_LEASE_LOST',
      message: 'the place at provider "demo" was taken away; the command could not be ended',
    });
    expect(bed.runs.views()[0]).toMatchObject({ outcome: null, lease: { state: 'lost' } });
  });
});
