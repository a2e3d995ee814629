/** The life of a session as a pure machine. Ended states absorb everything; the first cause of an ending wins. */
import { unreachable } from '../../base/invariant.ts';
import type { SessionStatus } from '../../protocol/methods/session.ts';

export interface SessionState {
  readonly status: SessionStatus;
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  readonly failureReason: string | null;
}

export type SessionTransition =
  | { readonly type: 'destroyRequested' }
  /** The program is gone and its last output is in the log. */
  | { readonly type: 'exited'; readonly exitCode: number | null; readonly exitSignal: string | null }
  /** Every process is gone after a destroy. */
  | { readonly type: 'treeEnded' }
  | { readonly type: 'failed'; readonly reason: string };

export const INITIAL_SESSION_STATE: SessionState = {
  status: 'running',
  exitCode: null,
  exitSignal: null,
  failureReason: null,
};

export function nextSessionState(state: SessionState, transition: SessionTransition): SessionState {
  switch (transition.type) {
    case 'destroyRequested':
      return state.status === 'running' || state.status === 'exited' ? { ...state, status: 'destroying' } : state;
    case 'exited':
      if (state.exitCode !== null || state.exitSignal !== null) return state;
      if (state.status === 'running') return { ...state, ...exitOf(transition), status: 'exited' };
      return state.status === 'destroying' ? { ...state, ...exitOf(transition) } : state;
    case 'treeEnded':
      return state.status === 'destroying' ? { ...state, status: 'destroyed' } : state;
    case 'failed':
      return state.status === 'running' || state.status === 'destroying'
        ? { ...state, status: 'failed', failureReason: transition.reason }
        : state;
    default:
      return unreachable(transition, 'session transition');
  }
}

function exitOf(exit: {
  exitCode: number | null;
  exitSignal: string | null;
}): Pick<SessionState, 'exitCode' | 'exitSignal'> {
  return { exitCode: exit.exitCode, exitSignal: exit.exitSignal };
}

/** Whether the program still runs, so that it can be typed to. */
export function isLive(state: SessionState): boolean {
  return state.status === 'running';
}

/** Whether the program is gone and nobody is ending what is left of the session. */
export function hasEnded({ status }: SessionState): boolean {
  return status === 'exited' || status === 'failed' || status === 'destroyed';
}
