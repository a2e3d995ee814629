/** The life of one run as a pure machine: no clock, no bytes. Terminal states absorb everything; the first cause wins. */
import { unreachable } from '../../base/invariant.ts';
import type { Confidence, Evidence, Outcome } from '../../protocol/outcomes.ts';

/** A caller's view of a run that goes on. */
export type OpenOutcome = 'timed_out' | 'blocked_on_input' | 'accepted';

/** The outcomes that end a run, as opposed to a caller's view of one that goes on. */
export type EndOutcome = Exclude<Outcome, OpenOutcome>;

/** How a run ended and what the verdict stands on. */
export interface RunEnd {
  readonly outcome: EndOutcome;
  /** The command's own status, or the process's for `session_exited`; `null` when nobody knows it. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the session's process, such as `SIGKILL`. */
  readonly signal: string | null;
  readonly evidence: readonly Evidence[];
  readonly confidence: Confidence;
}

export type RunState =
  /** Accepted, waits for the prompt. */
  | { readonly name: 'queued' }
  /** `input_run` stands in the log, the bytes are on their way to the shell. */
  | { readonly name: 'typed' }
  /** The shell has begun the command. */
  | { readonly name: 'started' }
  | { readonly name: 'ended'; readonly end: RunEnd };

export type RunChange =
  | { readonly type: 'typed' }
  | { readonly type: 'started' }
  | { readonly type: 'ended'; readonly end: RunEnd };

/** The state of a run that was just accepted. */
export const QUEUED: RunState = { name: 'queued' };

/** The state after `change`. A change that comes too late or too early leaves the state as it is, the same object. */
export function nextRunState(state: RunState, change: RunChange): RunState {
  switch (state.name) {
    case 'ended':
      return state;
    case 'queued':
    case 'typed':
    case 'started':
      return nextOpenState(state, change);
    default:
      return unreachable(state, 'run state');
  }
}

function nextOpenState(state: Exclude<RunState, { name: 'ended' }>, change: RunChange): RunState {
  switch (change.type) {
    case 'typed':
      return state.name === 'queued' ? { name: 'typed' } : state;
    case 'started':
      return state.name === 'typed' ? { name: 'started' } : state;
    case 'ended':
      // A run that was never typed has nothing to finish: only the session's end, or its host's, can end it.
      if (state.name === 'queued' && change.end.outcome !== 'session_exited' && change.end.outcome !== 'lost')
        return state;
      return { name: 'ended', end: change.end };
    default:
      return unreachable(change, 'run change');
  }
}
