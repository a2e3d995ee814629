import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CancelAction, type CancelView, climb, firstRung } from '../../../../src/host/run/cancelLadder.ts';

const GRACE = 1_000;
const QUIET: CancelView = {
  nowMs: 0,
  isOver: false,
  alive: [],
  isInterrupting: false,
  isShell: false,
  losesInterrupts: false,
  isMissed: false,
};

/** A ladder that is shown views and remembers what it said. */
function ladder(isStopped = false) {
  let state = firstRung({ graceMs: GRACE, isStopped });
  return {
    get state() {
      return state;
    },
    show(view: Partial<CancelView>): CancelAction {
      const next = climb(state, { ...QUIET, ...view });
      state = next.state;
      return next.action;
    },
  };
}

describe('the ladder of a cancel', () => {
  it('interrupts once, then waits for the end, and is done with it', () => {
    const rungs = ladder();
    expect(rungs.show({ alive: ['a'] })).toEqual({ type: 'interrupt' });
    expect(rungs.show({ alive: ['a'] })).toEqual({ type: 'wait', untilMs: GRACE });
    expect(rungs.show({ nowMs: 500, isOver: true })).toEqual({ type: 'done' });
    expect(rungs.state.taken).toBe('interrupt');
  });

  it('sends TERM when the grace is over, then KILL, to each process once', () => {
    const rungs = ladder();
    rungs.show({ alive: ['a'] });
    expect(rungs.show({ nowMs: 999, alive: ['a'] })).toMatchObject({ type: 'wait' });
    expect(rungs.show({ nowMs: 1_000, alive: ['a'] })).toEqual({ type: 'signal', signal: 'SIGTERM', names: ['a'] });
    expect(rungs.show({ nowMs: 1_010, alive: ['a'] })).toEqual({ type: 'wait', untilMs: 2_000 });
    expect(rungs.show({ nowMs: 1_020, alive: ['a', 'b'] })).toEqual({
      type: 'signal',
      signal: 'SIGTERM',
      names: ['b'],
    });
    expect(rungs.show({ nowMs: 2_000, alive: ['a', 'b'] })).toMatchObject({ signal: 'SIGKILL', names: ['a', 'b'] });
    expect(rungs.show({ nowMs: 2_001, alive: ['a'] })).toEqual({ type: 'wait', untilMs: 3_000 });
    expect(rungs.show({ nowMs: 3_000, alive: ['a'] })).toEqual({ type: 'done' });
    expect(rungs.state.taken).toBe('kill');
  });

  it('goes on to TERM at once when all that is left never got the interrupt', () => {
    const rungs = ladder();
    rungs.show({ alive: ['a', 'daemon'] });
    expect(rungs.show({ nowMs: 5, isOver: true, alive: ['a', 'daemon'], isInterrupting: true })).toMatchObject({
      type: 'wait',
    });
    expect(rungs.show({ nowMs: 10, isOver: true, alive: ['daemon'] })).toMatchObject({
      signal: 'SIGTERM',
      names: ['daemon'],
    });
  });

  it('does nothing for a run that ended by itself before the first step', () => {
    const rungs = ladder();
    expect(rungs.show({ isOver: true, alive: ['left on purpose'] })).toEqual({ type: 'done' });
    expect(rungs.state.taken).toBeUndefined();
  });

  it('begins with TERM for a stopped job', () => {
    expect(ladder(true).show({ isOver: true, alive: ['a'] })).toMatchObject({ signal: 'SIGTERM', names: ['a'] });
  });

  it('interrupts the shell itself only when that stays in front, as it does not between two programs', () => {
    const rungs = ladder();
    expect(rungs.show({ isShell: true })).toEqual({ type: 'wait', untilMs: 300 });
    expect(rungs.show({ nowMs: 299, isShell: true })).toMatchObject({ type: 'wait' });
    expect(rungs.show({ nowMs: 300, isShell: true, losesInterrupts: true })).toEqual({ type: 'interrupt' });
    expect(rungs.show({ nowMs: 449, isShell: true })).toEqual({ type: 'wait', untilMs: 450 });
    const begun = ladder();
    begun.show({ isShell: true });
    expect(begun.show({ nowMs: 5, alive: ['a'] })).toEqual({ type: 'interrupt' });
    // the program ends by it, and the shell draws its prompt
    expect(begun.show({ nowMs: 400, isShell: true, isMissed: true })).toEqual({ type: 'wait', untilMs: 700 });
    expect(begun.show({ nowMs: 410, isOver: true })).toEqual({ type: 'done' });
    const refused = ladder();
    refused.show({ isShell: true });
    expect(refused.show({ nowMs: 5, isOver: true })).toEqual({ type: 'done' });
  });

  it('interrupts again only what may have lost the interrupt', () => {
    const rungs = ladder();
    expect(rungs.show({ alive: ['fork'], losesInterrupts: true })).toEqual({ type: 'interrupt' });
    expect(rungs.show({ nowMs: 100, alive: ['program'] })).toEqual({ type: 'wait', untilMs: 150 });
    expect(rungs.show({ nowMs: 150, alive: ['program'] })).toEqual({ type: 'interrupt' });
    expect(rungs.show({ nowMs: 600, alive: ['program'] })).toEqual({ type: 'wait', untilMs: GRACE });
    expect(rungs.show({ nowMs: 600, alive: ['next'], isMissed: true })).toEqual({ type: 'interrupt' });
    expect(rungs.show({ nowMs: 700, alive: ['next'] })).toEqual({ type: 'wait', untilMs: GRACE });
  });

  const order = { interrupt: 0, SIGTERM: 1, SIGKILL: 2 } as const;
  const view = fc.record({
    stepMs: fc.integer({ min: 0, max: 400 }),
    ends: fc.boolean(),
    alive: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
    isInterrupting: fc.boolean(),
    isShell: fc.boolean(),
    losesInterrupts: fc.boolean(),
    isMissed: fc.boolean(),
  });

  it('only climbs, signals nobody twice on a rung, and is over within three graces, whatever it is shown', () => {
    fc.assert(
      fc.property(fc.array(view, { minLength: 60, maxLength: 90 }), fc.boolean(), (views, isStopped) => {
        const rungs = ladder(isStopped);
        let nowMs = 0;
        let isOver = isStopped;
        let rung = 0;
        const got = { SIGTERM: new Set<string>(), SIGKILL: new Set<string>() };
        let isDone = false;
        for (const { stepMs, ends, alive, ...rest } of views) {
          isOver ||= ends && stepMs > 300;
          const action = rungs.show({ nowMs, isOver, alive, ...rest });
          if (isDone) expect(action.type).toBe('done');
          if (isOver && alive.length === 0) expect(action.type).toBe('done');
          isDone = action.type === 'done';
          if (action.type === 'interrupt') expect(isOver).toBe(false);
          if (action.type === 'wait') expect(action.untilMs).toBeGreaterThan(nowMs);
          if (action.type === 'interrupt' || action.type === 'signal') {
            const next = action.type === 'interrupt' ? 0 : order[action.signal];
            expect(next).toBeGreaterThanOrEqual(rung);
            rung = next;
          }
          if (action.type === 'signal') {
            for (const name of action.names) {
              expect(alive).toContain(name);
              expect(got[action.signal].has(name)).toBe(false);
              got[action.signal].add(name);
            }
          }
          if (!isDone && nowMs > 3 * GRACE + 3 * 400) expect.unreachable('the ladder has an end');
          nowMs += stepMs;
        }
      }),
    );
  });
});
