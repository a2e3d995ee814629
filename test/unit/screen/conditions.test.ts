import { describe, expect, it } from 'vitest';
import { LOOK_INTERVAL_MS, ScreenWaits } from '../../../src/screen/conditions.ts';
import { FakeClock } from '../../support/fakeClock.ts';

/** A screen that a test writes to by hand. */
function setUp() {
  const clock = new FakeClock();
  const screen = { now: '', cursor: '0;0', busy: false, looks: 0 };
  const answers: [number, string | undefined][] = [];
  const failures: [number, unknown][] = [];
  const waits = new ScreenWaits({
    clock,
    screen: {
      text: () => {
        screen.looks += 1;
        return screen.now;
      },
      cursor: () => screen.cursor,
      isBusy: () => screen.busy,
    },
    answers: {
      matched: (wait, text) => answers.push([wait, text]),
      failed: (wait, error) => failures.push([wait, error]),
    },
  });
  const show = (text: string): void => {
    screen.now = text;
    waits.changed();
  };
  return { clock, screen, answers, failures, waits, show };
}

describe('a text wait', () => {
  it('is answered at registration when the text is there', () => {
    const { clock, screen, answers, waits } = setUp();
    screen.now = 'hello';
    waits.add(1, { kind: 'text', text: 'ell' });
    expect(answers).toEqual([[1, 'ell']]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is answered within the call that parsed the text, and once', () => {
    const { answers, waits, show } = setUp();
    waits.add(1, { kind: 'text', text: 'go' });
    show('go');
    show('go go');
    expect(answers).toEqual([[1, 'go']]);
  });

  it('looks at a busy screen at most once in each interval, and never misses the end', () => {
    const { clock, screen, answers, waits, show } = setUp();
    waits.add(1, { kind: 'text', text: 'end' });
    for (let i = 0; i < 10; i += 1) show(`line ${i}`);
    show('end');
    expect([screen.looks, answers]).toEqual([2, []]);
    clock.advance(LOOK_INTERVAL_MS);
    expect([screen.looks, answers]).toEqual([3, [[1, 'end']]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('costs nothing while nothing is parsed', () => {
    const { clock, screen, waits } = setUp();
    waits.add(1, { kind: 'text', text: 'x' });
    expect(clock.pendingTimers).toBe(0);
    clock.advance(100_000);
    expect(screen.looks).toBe(1);
  });

  it('is forgotten when it is taken back', () => {
    const { clock, answers, waits, show } = setUp();
    waits.add(1, { kind: 'text', text: 'x' });
    waits.remove(1);
    show('x');
    expect([answers, clock.pendingTimers]).toEqual([[], 0]);
  });
});

describe('a regex wait', () => {
  it('fails when the pattern cannot be used, and leaves the others', () => {
    const { answers, failures, waits, show } = setUp();
    waits.add(1, { kind: 'regex', regex: '[' });
    waits.add(2, { kind: 'regex', regex: '^(a|a)*$X' });
    waits.add(3, { kind: 'regex', regex: 'a+' });
    show('a'.repeat(100));
    expect(failures).toEqual([
      [1, expect.objectContaining({ code: 'INVALID_INPUT' })],
      [2, expect.objectContaining({ code: 'INVALID_INPUT' })],
    ]);
    expect(answers).toEqual([[3, 'a'.repeat(100)]]);
  });
});

describe('a stable wait', () => {
  it('is answered when nothing changed for its time since it began', () => {
    const { clock, answers, waits } = setUp();
    clock.advance(1_000);
    waits.add(1, { kind: 'stable', stableMs: 300 });
    clock.advance(299);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual([[1, undefined]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins anew with every change of text or cursor, not with bytes that change neither', () => {
    const { clock, screen, answers, waits, show } = setUp();
    waits.add(1, { kind: 'stable', stableMs: 300 });
    clock.advance(200);
    show('text');
    clock.advance(200);
    screen.cursor = '0;4';
    show('text');
    clock.advance(200);
    show('text');
    clock.advance(99);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual([[1, undefined]]);
  });

  it('waits for bytes that are not parsed yet', () => {
    const { clock, screen, answers, waits, show } = setUp();
    waits.add(1, { kind: 'stable', stableMs: 100 });
    screen.busy = true;
    clock.advance(500);
    expect(answers).toEqual([]);
    screen.busy = false;
    show('');
    expect(answers).toEqual([[1, undefined]]);
  });

  it('leaves no timer behind', () => {
    const { clock, waits, show } = setUp();
    waits.add(1, { kind: 'stable', stableMs: 100 });
    waits.add(2, { kind: 'text', text: 'never' });
    show('a');
    show('b');
    waits[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
  });
});
