import { describe, expect, it } from 'vitest';
import { LOOK_INTERVAL_MS, ScreenWaits } from '../../../../src/screen/worker/conditions.ts';
import type { ScreenCondition } from '../../../../src/protocol/methods/screen.ts';
import type { Baseline } from '../../../../src/screen/worker/probe.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

/** A screen that a test writes to by hand. */
function setUp() {
  const clock = new FakeClock();
  const screen = { now: '', col: 0, seq: 0, busy: false, looks: 0 };
  const answers: [number, string | undefined][] = [];
  const failures: [number, unknown][] = [];
  const waits: ScreenWaits = new ScreenWaits({
    clock,
    screen: {
      rows: () => {
        screen.looks += 1;
        return screen.now.split('\n').map((text) => ({ text, isWrapped: false }));
      },
      cursor: () => ({ cursorRow: 0, cursorCol: screen.col }),
      seenSeq: () => screen.seq,
      isBusy: () => screen.busy,
    },
    answers: {
      matched: (wait, text) => answers.push([wait, text]),
      failed: (wait, error) => failures.push([wait, error]),
    },
    onDue: () => waits.look(),
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
    const { answers, clock, failures, waits, show } = setUp();
    waits.add(1, { kind: 'regex', regex: '[' });
    waits.add(2, { kind: 'regex', regex: '^(a|a)*$X' });
    waits.add(3, { kind: 'regex', regex: 'a+' });
    show('a'.repeat(100));
    while (clock.pendingTimers > 0) clock.advance(1_000); // asked again if it had no processor
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
    screen.col = 4;
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

/** A baseline after which everything in `rows` is new. */
function baselineOf(afterSeq: number, rows: readonly number[]) {
  const state = { disposed: 0 };
  const baseline: Baseline = {
    afterSeq,
    newRows: () => new Set(rows),
    [Symbol.dispose]: () => void (state.disposed += 1),
  };
  return { baseline, state };
}

describe('conditions that are asked for together', () => {
  it('hold only at the same moment, and tell what the first text matched', () => {
    const { clock, answers, screen, waits, show } = setUp();
    const conditions: ScreenCondition[] = [
      { kind: 'notText', text: 'Loading' },
      { kind: 'regex', regex: 'r.ady' },
      { kind: 'text', text: 'now' },
      { kind: 'cursor', col: 3 },
    ];
    waits.add(1, { kind: 'all', conditions });
    const steps: [string, number][] = [
      ['ready now Loading', 3],
      ['ready now', 2],
      ['ready', 3],
      ['now', 3],
    ];
    for (const [text, col] of steps) {
      screen.col = col;
      show(text);
      clock.advance(LOOK_INTERVAL_MS);
    }
    expect(answers).toEqual([]);
    show('ready now');
    expect(answers).toEqual([[1, 'now']]);
  });

  it.each([
    [{ kind: 'notText', text: 'gone' }, 'gone', 'here'],
    [{ kind: 'cursor', row: 0, col: 4 }, 'x', 'y'],
  ] as const)('work alone too: %j', (condition, before, after) => {
    const { answers, screen, waits, show } = setUp();
    screen.now = before;
    waits.add(1, condition);
    expect(answers).toEqual([]);
    screen.col = 4;
    show(after);
    expect(answers).toEqual([[1, undefined]]);
  });

  it('with rest hold when the rest is long enough and all the others hold still', () => {
    const { clock, answers, waits, show } = setUp();
    waits.add(1, {
      kind: 'all',
      conditions: [
        { kind: 'stable', stableMs: 100 },
        { kind: 'text', text: 'done' },
      ],
    });
    clock.advance(500);
    expect([answers, clock.pendingTimers]).toEqual([[], 0]);
    show('done');
    clock.advance(99);
    show('not yet');
    clock.advance(200);
    expect(answers).toEqual([]);
    show('done');
    clock.advance(99);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual([[1, 'done']]);
  });
});

describe('a wait with a baseline', () => {
  it.each<ScreenCondition>([
    { kind: 'text', text: 'a' },
    { kind: 'regex', regex: 'a' },
    { kind: 'notText', text: 'b' },
    { kind: 'cursor', col: 0 },
  ])('holds for nothing before an event after it was seen whole: %j', (condition) => {
    const { clock, answers, screen, waits, show } = setUp();
    screen.seq = 7;
    screen.now = 'a';
    waits.add(1, condition, baselineOf(7, [0]).baseline);
    show('a');
    expect(answers).toEqual([]);
    screen.seq = 8;
    show('a ');
    clock.advance(LOOK_INTERVAL_MS);
    expect(answers).toHaveLength(1);
  });

  it('begins to count rest only then', () => {
    const { clock, answers, screen, waits, show } = setUp();
    waits.add(1, { kind: 'stable', stableMs: 100 }, baselineOf(0, []).baseline);
    clock.advance(1_000);
    expect([answers, clock.pendingTimers]).toEqual([[], 0]);
    screen.seq = 1;
    show('a');
    clock.advance(99);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual([[1, undefined]]);
  });

  it('matches only in new rows', () => {
    const { answers, screen, waits, show } = setUp();
    screen.seq = 8;
    screen.now = 'word\nnews';
    waits.add(1, { kind: 'text', text: 'word' }, baselineOf(7, [1]).baseline);
    show('word\nnews!');
    expect(answers).toEqual([]);
    waits.add(2, { kind: 'text', text: 'ews' }, baselineOf(7, [1]).baseline);
    expect(answers).toEqual([[2, 'ews']]);
  });

  it('lets go of it whatever the end', () => {
    const { answers, screen, waits } = setUp();
    screen.seq = 1;
    const made = Array.from({ length: 4 }, () => baselineOf(0, []));
    const [matched, failed, removed, left] = made;
    waits.add(1, { kind: 'cursor', col: 0 }, matched?.baseline);
    waits.add(2, { kind: 'regex', regex: '(' }, failed?.baseline);
    waits.add(3, { kind: 'text', text: 'x' }, removed?.baseline);
    waits.add(4, { kind: 'text', text: 'x' }, left?.baseline);
    waits.remove(3);
    waits[Symbol.dispose]();
    expect([answers.length, made.map(({ state }) => state.disposed)]).toEqual([1, [1, 1, 1, 1]]);
  });
});
