import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INITIAL_SESSION_STATE,
  nextSessionState,
  type SessionState,
  type SessionTransition,
} from '../../../../src/host/session/sessionState.ts';

function after(...transitions: SessionTransition[]): SessionState {
  return transitions.reduce(nextSessionState, INITIAL_SESSION_STATE);
}

const exit: SessionTransition = { type: 'exited', exitCode: 3, exitSignal: null };
const transition: fc.Arbitrary<SessionTransition> = fc.oneof(
  fc.constant<SessionTransition>({ type: 'destroyRequested' }),
  fc.constant<SessionTransition>({ type: 'treeEnded' }),
  fc.constant<SessionTransition>({ type: 'failed', reason: 'x' }),
  fc.record({ type: fc.constant('exited' as const), exitCode: fc.nat(255), exitSignal: fc.constant(null) }),
);

describe('nextSessionState', () => {
  it('keeps the exit code of a session that was destroyed afterwards or meanwhile', () => {
    expect(after(exit, { type: 'destroyRequested' }, { type: 'treeEnded' })).toMatchObject({
      status: 'destroyed',
      exitCode: 3,
    });
    expect(after({ type: 'destroyRequested' }, exit, { type: 'treeEnded' })).toMatchObject({
      status: 'destroyed',
      exitCode: 3,
    });
  });

  it('never leaves destroyed or failed, and never changes an exit once it is known', () => {
    fc.assert(
      fc.property(fc.array(transition, { maxLength: 12 }), (transitions) => {
        let state = INITIAL_SESSION_STATE;
        for (const next of transitions) {
          const before = state;
          state = nextSessionState(state, next);
          if (before.status === 'destroyed' || before.status === 'failed') expect(state).toEqual(before);
          if (before.exitCode !== null) expect(state.exitCode).toBe(before.exitCode);
        }
      }),
    );
  });
});
