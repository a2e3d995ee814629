import { describe, expect, it } from 'vitest';
import type { LineSight } from '../../../../src/host/run/lineJudge.ts';
import { LineWatch } from '../../../../src/host/session/lineWatch.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const READS: LineSight = { canonical: false, shellInForeground: true, isAsleep: true, quietMs: 60 };

function watched(sight: () => LineSight | undefined) {
  const clock = new FakeClock();
  const told: number[] = [];
  let looks = 0;
  const look = (): LineSight | undefined => {
    looks++;
    return sight();
  };
  const watch = new LineWatch({ clock, sight: look, readsOn: () => told.push(clock.nowMs()) });
  const beganMs = clock.nowMs();
  watch.begin();
  return { clock, watch, told: () => told.map((ms) => ms - beganMs), looks: () => looks };
}

describe('the watch over a typed line', () => {
  it('tells soon that the shell reads on, and again for as long as it does', () => {
    const { clock, told } = watched(() => READS);
    clock.advance(1_000);
    expect(told()).toEqual([150, 300, 450, 600, 750, 900]);
  });

  it('ends when the command has begun', () => {
    const { clock, told, looks } = watched(() => undefined);
    clock.advance(10_000);
    expect([told(), looks(), clock.pendingTimers]).toEqual([[], 1, 0]);
  });

  it('looks rarely at a shell that does something else, and still sees it read later', () => {
    let sight: LineSight = { ...READS, canonical: true };
    const { clock, told, looks } = watched(() => sight);
    clock.advance(10_000);
    expect(told()).toEqual([]);
    expect(looks()).toBeLessThan(50);
    sight = READS;
    clock.advance(500);
    expect(told().length).toBeGreaterThan(0);
  });

  it('leaves no timer behind', () => {
    const { clock, watch } = watched(() => READS);
    watch[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
  });
});
