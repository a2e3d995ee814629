/**
 * The ladder by which a run is cancelled: interrupt, terminate, kill. Pure: it is shown what lives and what time it is, and
 * says what to do next. Each rung is left as soon as nothing can come of it any more, at the latest when its grace is over.
 */

export type CancelRung = 'interrupt' | 'terminate' | 'kill';

/** What can be seen of a run at one moment. */
export interface CancelView {
  readonly nowMs: number;
  /** The run has an outcome; a stopped one too. */
  readonly isOver: boolean;
  /** Names of its living processes: the same name never means another process. */
  readonly alive: readonly string[];
  /** Some of them got the interrupt and may still be acting on it. */
  readonly isInterrupting: boolean;
  /** The shell itself would get an interrupt: it reads the command, is between two programs, or at the end; or it does it all. */
  readonly isShell: boolean;
  /** What would get an interrupt now may lose it: the shell, or a program that has only just begun. */
  readonly losesInterrupts: boolean;
  /** What holds the terminal now has not got the interrupt: it went to a program that ended, and the command goes on. */
  readonly isMissed: boolean;
}

export type CancelAction =
  | { readonly type: 'interrupt' }
  | { readonly type: 'signal'; readonly signal: 'SIGTERM' | 'SIGKILL'; readonly names: readonly string[] }
  /** Look again at that moment, or as soon as the run ends. */
  | { readonly type: 'wait'; readonly untilMs: number }
  | { readonly type: 'done' };

export interface CancelState {
  readonly rung: CancelRung;
  readonly graceMs: number;
  /** When the rung was reached; `undefined` before its first action. */
  readonly sinceMs: number | undefined;
  /** The strongest thing that was done. */
  readonly taken: CancelRung | undefined;
  /** Who got this rung's signal. */
  readonly signalled: ReadonlySet<string>;
  /** When the last interrupt was sent, and whether it may have been lost. */
  readonly interruptedMs: number;
  readonly mayBeLost: boolean;
  /** Since when the shell itself is seen to hold the terminal. */
  readonly shellSinceMs: number | undefined;
  readonly isDone: boolean;
}

/** How long the shell itself must hold the terminal before it is interrupted: between two programs it does for a moment. */
const SHELL_MS = 300;
/** How long an interrupt that may have been lost is waited for before it is sent again. */
const AGAIN_MS = 150;

/** A ladder at its first rung; at the second for a job that is stopped and could act on no interrupt. */
export function firstRung({ graceMs, isStopped }: { graceMs: number; isStopped: boolean }): CancelState {
  return {
    rung: isStopped ? 'terminate' : 'interrupt',
    graceMs,
    sinceMs: undefined,
    taken: undefined,
    signalled: new Set(),
    interruptedMs: -Infinity,
    mayBeLost: false,
    shellSinceMs: undefined,
    isDone: false,
  };
}

/** What to do in the light of `view`, and the ladder after it. */
export function climb(state: CancelState, view: CancelView): { state: CancelState; action: CancelAction } {
  if (state.isDone || (view.isOver && view.alive.length === 0)) return done(state);
  const sinceMs = state.sinceMs ?? view.nowMs;
  const shellSinceMs = view.isShell ? (state.shellSinceMs ?? view.nowMs) : undefined;
  const here = { ...state, sinceMs, shellSinceMs };
  const isTimeUp = view.nowMs - sinceMs >= state.graceMs;
  if (state.rung === 'interrupt') return interruptRung(here, view, isTimeUp);
  if (isTimeUp) return state.rung === 'kill' ? done(here) : climb(nextRung(here), view);
  return signalRung(here, view);
}

function interruptRung(
  state: CancelState & { sinceMs: number },
  view: CancelView,
  isTimeUp: boolean,
): { state: CancelState; action: CancelAction } {
  const isFirst = state.taken === undefined;
  // It ended by itself before anything was done: what it left running is what it was for.
  if (isFirst && view.isOver) return done(state);
  if (isTimeUp || (view.isOver && !view.isInterrupting)) return climb(nextRung(state), view);
  const shellMs = (state.shellSinceMs ?? -Infinity) + Math.min(SHELL_MS, state.graceMs / 2);
  const againMs = Math.max(state.interruptedMs + AGAIN_MS, shellMs);
  const isLost = !view.isOver && (state.mayBeLost || view.losesInterrupts || view.isMissed);
  if ((isFirst || isLost) && view.nowMs >= againMs) {
    const interrupted = { interruptedMs: view.nowMs, mayBeLost: view.losesInterrupts };
    return { state: { ...state, ...interrupted, taken: 'interrupt' }, action: { type: 'interrupt' } };
  }
  const untilMs = state.sinceMs + state.graceMs;
  return waitUntil(state, isFirst || isLost ? Math.min(untilMs, againMs) : untilMs);
}

function signalRung(
  state: CancelState & { sinceMs: number },
  view: CancelView,
): { state: CancelState; action: CancelAction } {
  const { rung, signalled, sinceMs, graceMs } = state;
  const names = view.alive.filter((name) => !signalled.has(name));
  if (names.length === 0) return waitUntil(state, sinceMs + graceMs);
  return {
    state: { ...state, taken: rung, signalled: new Set([...signalled, ...names]) },
    action: { type: 'signal', signal: rung === 'kill' ? 'SIGKILL' : 'SIGTERM', names },
  };
}

function nextRung(state: CancelState): CancelState {
  return {
    ...state,
    rung: state.rung === 'interrupt' ? 'terminate' : 'kill',
    sinceMs: undefined,
    signalled: new Set(),
  };
}

function waitUntil(state: CancelState, untilMs: number): { state: CancelState; action: CancelAction } {
  return { state, action: { type: 'wait', untilMs } };
}

function done(state: CancelState): { state: CancelState; action: CancelAction } {
  return { state: { ...state, isDone: true }, action: { type: 'done' } };
}
