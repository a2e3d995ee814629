import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRunState, QUEUED, type RunChange, type RunEnd, type RunState } from '../../../../src/host/run/runState.ts';

const END: RunEnd = { outcome: 'finished', exitCode: 0, signal: null, evidence: ['hook_mark'], confidence: 'certain' };

const ends = fc
  .constantFrom<RunEnd['outcome']>('finished', 'interrupted', 'stopped', 'rejected', 'session_exited', 'lost')
  .map((outcome): RunChange => ({ type: 'ended', end: { ...END, outcome } }));
const changes = fc.oneof(fc.constantFrom<RunChange>({ type: 'typed' }, { type: 'started' }), ends);

const ORDER: readonly RunState['name'][] = ['queued', 'typed', 'started', 'ended'];

describe('nextRunState', () => {
  it('goes from queued over typed and started to its end', () => {
    const walk: RunChange[] = [{ type: 'typed' }, { type: 'started' }, { type: 'ended', end: END }];
    let state = QUEUED;
    expect(walk.map((change) => (state = nextRunState(state, change)).name)).toEqual(['typed', 'started', 'ended']);
  });

  it('does not finish what was never typed', () => {
    expect(nextRunState(QUEUED, { type: 'ended', end: END })).toBe(QUEUED);
    const exited: RunEnd = { ...END, outcome: 'session_exited' };
    expect(nextRunState(QUEUED, { type: 'ended', end: exited })).toEqual({ name: 'ended', end: exited });
  });

  it('never goes back, and the first end stays', () => {
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 12 }), (list) => {
        let state = QUEUED;
        for (const change of list) {
          const next = nextRunState(state, change);
          expect(ORDER.indexOf(next.name)).toBeGreaterThanOrEqual(ORDER.indexOf(state.name));
          if (state.name === 'ended') expect(next).toBe(state);
          state = next;
        }
      }),
    );
  });
});
