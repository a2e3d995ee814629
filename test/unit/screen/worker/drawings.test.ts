import { describe, expect, it } from 'vitest';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { DrawingPlace, Drawings, type Drawn } from '../../../../src/screen/worker/drawings.ts';
import type { Clock } from '../../../../src/base/clock.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const MIB = 1024 * 1024;

function setUp(place = new DrawingPlace()) {
  /** What each reading of the clock takes: a step of a drawing takes one. */
  const time = { nowMs: 0, stepMs: 0 };
  const fake = new FakeClock();
  const clock: Clock = {
    nowMs: () => (time.nowMs += time.stepMs),
    wallMs: () => 0,
    after: (ms, fn) => fake.after(ms, fn),
  };
  const model = new ScreenModel({ cols: 20, rows: 5 });
  model.write(Buffer.from('a\r\n'.repeat(100)), 7);
  const drawings = new Drawings(model, clock, place);
  /** Draws to the end. */
  const finish = (stepMs = 0): Drawn | undefined => {
    time.stepMs = stepMs;
    for (;;) {
      const drawn = drawings.step();
      if (drawn !== undefined) return drawn;
    }
  };
  return { drawings, finish };
}

describe('the drawings of a screen', () => {
  it('begin after 4 MiB of output, and tell the screen as it is', () => {
    const { drawings, finish } = setUp();
    drawings.parsed(4 * MIB - 1, 100);
    drawings.beginIfDue(7);
    expect(drawings.isActive).toBe(false);
    drawings.parsed(1, 0);
    drawings.beginIfDue(7);
    expect(drawings.isActive).toBe(true);
    const drawn = finish();
    expect([drawings.isActive, drawn?.request, drawn?.checkpoint?.seq]).toEqual([false, undefined, 7]);
    using copy = new ScreenModel({ cols: 20, rows: 5 });
    copy.write(Buffer.from(drawn?.checkpoint?.bytes ?? ''));
    expect(copy.rows()[3]?.text.trimEnd()).toBe('a');
  });

  it('come the later the longer the last one took', () => {
    const { drawings, finish } = setUp();
    drawings.parsed(4 * MIB, 1);
    drawings.beginIfDue(7);
    finish(1); // about 200 steps
    drawings.parsed(400 * MIB, 2_000);
    drawings.beginIfDue(8);
    expect(drawings.isActive).toBe(false);
    drawings.parsed(1, 4_000);
    drawings.beginIfDue(8);
    expect(drawings.isActive).toBe(true);
  });

  it('are made of one screen at a time, also when one is given up', () => {
    const place = new DrawingPlace();
    const [one, other] = [setUp(place), setUp(place)];
    expect([one.drawings.beginFor(1), other.drawings.beginFor(2)]).toEqual([true, false]);
    other.drawings.parsed(5 * MIB, 1);
    other.drawings.beginIfDue(7);
    expect(other.drawings.isActive).toBe(false);
    one.drawings[Symbol.dispose]();
    expect(other.drawings.beginFor(2)).toBe(true);
    expect(other.finish()?.request).toBe(2);
    expect(one.drawings.beginFor(3)).toBe(true);
  });
});
