import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { identify, liveness } from '../../../../src/base/processIdentity.ts';
import { CancelClimb, type ClimbEnd, type ClimbParts } from '../../../../src/host/session/cancelClimb.ts';
import type { NewEvent } from '../../../../src/protocol/events.ts';

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** Climbs for a stopped program of its own that sleeps, with `drainOutput` called between the look and the signal. */
async function climbFor(drainOutput: (pid: number) => void): Promise<{ end: ClimbEnd; events: NewEvent[] }> {
  child = spawn('/usr/bin/sleep', ['600'], { stdio: 'ignore', detached: true });
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error('the program did not start');
  const events: NewEvent[] = [];
  const unused = (): never => {
    throw new Error('nothing of a terminal is needed');
  };
  const terminal = { readNow: unused, interruptByte: unused, write: unused, dropInput: unused };
  const parts: ClimbParts = {
    sessionId: 'no-such-session',
    clock: systemClock,
    pty: { ...terminal, pid: identity.pid, identity, foregroundGroup: () => undefined },
    journal: { commit: (...added) => events.push(...added) },
    coordinator: { runInFlight: undefined, view: () => undefined, wait: unused },
    origins: { get: () => undefined },
    drainOutput: () => drainOutput(identity.pid),
    onInterrupt: unused,
    assertLive: () => undefined,
  };
  const climb = new CancelClimb(parts, { runId: 'no-such-session.1', source: 'process', outcome: 'stopped' }, 2_000);
  return { end: await climb.run(), events };
}

describe('the signal of a cancelled run', () => {
  it('is sent and put on record', async () => {
    const { end, events } = await climbFor(() => undefined);
    expect(end).toEqual({ step: 'terminate', signalled: 1, survivors: 0, unclear: 0 });
    expect(events).toEqual([{ type: 'signal', payload: { signal: 'SIGTERM', runId: 'no-such-session.1' } }]);
  });

  it('is neither when all have ended since they were seen', async () => {
    const { end, events } = await climbFor((pid) => {
      const identity = identify(pid);
      if (identity === undefined) return;
      process.kill(pid, 'SIGKILL');
      while (liveness(identity) === 'alive');
    });
    expect(end).toEqual({ step: 'none', signalled: 0, survivors: 0, unclear: 0 });
    expect(events).toEqual([]);
  });
});
