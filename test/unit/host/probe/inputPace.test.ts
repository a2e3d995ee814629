import { describe, expect, it } from 'vitest';
import { PAIR_MS } from '../../../../src/host/probe/inputJudge.ts';
import { InputPace, LAST_PAUSE_MS, QUIET_MS } from '../../../../src/host/probe/inputPace.ts';

const NOTHING = { changed: false, promising: false, costMs: 0.1 };

describe('the pace of looks', () => {
  it('slows down while nothing happens, and no further than a program may be kept waiting', () => {
    const pace = new InputPace();
    const pauses = Array.from({ length: 8 }, () => Math.round(pace.next(NOTHING)));
    expect(pauses).toEqual([50, 80, 128, 205, 250, 250, 250, 250]);
  });

  it('begins anew when something happened', () => {
    const pace = new InputPace();
    for (let i = 0; i < 8; i++) pace.next(NOTHING);
    expect(pace.next({ ...NOTHING, changed: true })).toBe(QUIET_MS);
  });

  it('takes the second look of a pair at once, but not every look of a wait that stays unclear', () => {
    const pace = new InputPace();
    const promising = { ...NOTHING, promising: true };
    expect(pace.next({ ...promising, changed: true })).toBe(PAIR_MS + 5);
    expect(Math.round(pace.next(promising))).toBe(QUIET_MS);
    for (let i = 0; i < 8; i++) pace.next(promising);
    expect(pace.next(promising)).toBe(LAST_PAUSE_MS);
    expect(pace.next({ ...promising, changed: true })).toBe(PAIR_MS + 5);
  });

  it('costs less than 1 % of a core, whatever a look takes', () => {
    for (const costMs of [0.1, 1, 3, 8]) {
      const pace = new InputPace();
      let pausedMs = 0;
      for (let i = 0; i < 50; i++) pausedMs += pace.next({ changed: true, promising: false, costMs });
      expect((50 * costMs) / pausedMs).toBeLessThan(0.01);
    }
  });
});
