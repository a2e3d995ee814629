import { expect, it } from 'vitest';
import { ScreenWaits } from '../../../../src/screen/worker/conditions.ts';
import type { Baseline } from '../../../../src/screen/worker/probe.ts';
import { LookInterrupted } from '../../../../src/screen/worker/textMatch.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

/** Waits on a screen of one row, whose text a test sets. */
function setUp(text: string) {
  const clock = new FakeClock();
  const screen = { now: text };
  const answers: [number, string | undefined][] = [];
  const failures: unknown[] = [];
  const waits: ScreenWaits = new ScreenWaits({
    clock,
    screen: {
      rows: () => [{ text: screen.now, isWrapped: false }],
      cursor: () => ({ cursorRow: 0, cursorCol: 0 }),
      seenSeq: () => 0,
      isBusy: () => false,
    },
    answers: {
      matched: (wait, matched) => answers.push([wait, matched]),
      failed: (...failure) => failures.push(failure),
    },
    onDue: () => waits.look(),
  });
  return { clock, screen, answers, failures, waits };
}

it('waits that take long to ask are asked some at a time, and the quick ones not last for ever', () => {
  const { clock, screen, answers, waits } = setUp('');
  const asked: number[] = [];
  const slow = (wait: number): Baseline => ({
    afterSeq: -1,
    newRows: () => {
      asked.push(wait);
      clock.spend(15);
      return new Set();
    },
    [Symbol.dispose]: () => undefined,
  });
  for (const wait of [1, 2, 3, 4]) waits.add(wait, { kind: 'text', text: 'never' }, slow(wait));
  waits.add(5, { kind: 'text', text: 'end' });
  asked.length = 0;
  screen.now = 'a';
  waits.changed();
  expect(asked).toEqual([1, 2]);
  screen.now = 'end';
  waits.changed();
  clock.advance(1_000);
  expect(asked.slice(2, 4)).toEqual([3, 4]);
  expect(asked.filter((wait) => wait === 4)).toHaveLength(1);
  expect([answers, clock.pendingTimers]).toEqual([[[5, 'end']], 0]);
});

it.each([
  ['when it is registered', true],
  ['when the screen changes', false],
])('a wait whose look was interrupted %s is asked again, and the others are answered meanwhile', (_when, atOnce) => {
  const { clock, screen, answers, failures, waits } = setUp(atOnce ? 'x' : '');
  let interruptions = 3;
  const starved: Baseline = {
    afterSeq: -1,
    newRows: () => {
      if (screen.now === '' || interruptions === 0) return new Set([0]);
      interruptions -= 1;
      clock.spend(100);
      throw new LookInterrupted();
    },
    [Symbol.dispose]: () => undefined,
  };
  waits.add(1, { kind: 'text', text: 'x' }, starved);
  waits.add(2, { kind: 'stable', stableMs: 50 });
  screen.now = 'x';
  if (!atOnce) waits.changed();
  clock.advance(600);
  expect(answers).toEqual([[2, undefined]]);
  clock.advance(5_000);
  expect([answers, failures, interruptions, clock.pendingTimers]).toEqual([
    [
      [2, undefined],
      [1, 'x'],
    ],
    [],
    0,
    0,
  ]);
});
