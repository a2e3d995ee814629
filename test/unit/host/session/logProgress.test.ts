import { describe, expect, it } from 'vitest';
import { LogProgress } from '../../../../src/host/session/logProgress.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('the news that a log grew', () => {
  it('comes once at the start, then once for all that grew within 15 ms, and no more after the end', () => {
    const clock = new FakeClock();
    const progress = new LogProgress(clock);
    let told = 0;
    const following = progress.follow(() => told++);
    clock.advance(15);
    expect(told).toBe(1);
    for (let i = 0; i < 100; i++) progress.grew();
    clock.advance(15);
    expect(told).toBe(2);
    clock.advance(1_000);
    expect(told).toBe(2);
    progress.grew();
    following[Symbol.dispose]();
    clock.advance(1_000);
    progress.grew();
    expect(told).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('costs no timer while nobody follows', () => {
    const clock = new FakeClock();
    new LogProgress(clock).grew();
    expect(clock.pendingTimers).toBe(0);
  });
});
