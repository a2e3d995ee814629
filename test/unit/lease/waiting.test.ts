import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../../src/base/clock.ts';
import { Bell } from '../../../src/lease/bell.ts';
import type { GateOutcome } from '../../../src/lease/gate.ts';
import { throughGate } from '../../../src/lease/pace.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { newRoot } from './support.ts';

/** Lets what was promised so far happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a bell', () => {
  it('that rang while nobody listened is heard by the next who listens', async () => {
    const clock = new FakeClock();
    using bell = new Bell('/nonexistent');
    expect(bell.isWatching).toBe(false);
    bell.ring();
    expect(await bell.wait(clock, 1_000)).toBe(true);
    const silent = bell.wait(clock, 1_000);
    clock.advance(1_000);
    expect(await silent).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it('rings when the file it watches is renamed, and leaves no timer', async () => {
    const clock = new FakeClock();
    const root = newRoot();
    fs.writeFileSync(path.join(root, 'a'), '');
    using bell = new Bell(path.join(root, 'a'));
    const heard = bell.wait(clock, 60_000);
    fs.renameSync(path.join(root, 'a'), path.join(root, 'b'));
    expect(await heard).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the way through a gate', () => {
  it.each(['busy', 'absent'] as const)('that stays %s ends at its deadline, paced', async (kind) => {
    const clock = new FakeClock();
    let tries = 0;
    const attempt = (): GateOutcome<never> => {
      tries++;
      return { kind };
    };
    const outcomes: unknown[] = [];
    const going = throughGate(attempt, { clock, deadlineMs: 1_000 }).then((value) => outcomes.push(value));
    let elapsedMs = 0;
    for (; outcomes.length === 0 && elapsedMs < 2_000; elapsedMs++) {
      await settle();
      clock.advance(1);
    }
    expect(outcomes).toEqual(['gate_timeout']);
    await going;
    expect(elapsedMs).toBeLessThanOrEqual(1_000 + 60);
    // a directory that is gone is looked for 20 to 40 times a second, a shut gate somewhat more often
    expect(tries).toBeLessThan(kind === 'absent' ? 45 : 180);
    expect(tries).toBeGreaterThan(10);
  });

  it('is tried once even when the time is over, and given up when nobody wants it any more', async () => {
    const clock = new FakeClock();
    expect(await throughGate(() => ({ kind: 'entered', value: 1 }), { clock, deadlineMs: -1 })).toEqual({ value: 1 });
    const stop = new AbortController();
    stop.abort();
    expect(await throughGate(() => ({ kind: 'busy' }), { clock, deadlineMs: 1e9, signal: stop.signal })).toBe(
      'aborted',
    );
  });

  it('passes a failure on at once', async () => {
    let tries = 0;
    const attempt = (): never => {
      tries++;
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    await expect(throughGate(attempt, { clock: systemClock, deadlineMs: Infinity })).rejects.toThrow('EIO');
    await delay(systemClock, 1);
    expect(tries).toBe(1);
  });
});
