/** Waiting for one run: for its end, for the caller's time, and where that is asked for, for its being blocked on input. */
import type { InputBlock } from '../../protocol/outcomes.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import type { InputWatch } from './inputWatch.ts';

export interface RunWait {
  /** 0 waits without a bound. */
  readonly timeoutMs: number;
  readonly untilInput: boolean;
  /** Each takes the waiter away and rejects with its reason. */
  readonly signals: readonly AbortSignal[];
}

/** What is left of a caller's time (0: no bound), at least a millisecond, when `spentMs` of it are gone. */
export function timeLeft(timeoutMs: number, spentMs: number): number {
  return timeoutMs === 0 ? 0 : Math.max(1, timeoutMs - Math.max(0, spentMs));
}

/** Resolves with what the run waits for when that came first, else with nothing: the run ended, or the time is up. */
export async function untilEndOrInput(
  { coordinator, inputWatch }: { readonly coordinator: RunCompletionCoordinator; readonly inputWatch: InputWatch },
  runId: string,
  { timeoutMs, untilInput, signals }: RunWait,
): Promise<InputBlock | undefined> {
  const stop = new AbortController();
  const forward = (): void => stop.abort(signals.find(({ aborted }) => aborted)?.reason);
  for (const signal of signals) signal.addEventListener('abort', forward, { once: true });
  if (signals.some(({ aborted }) => aborted)) forward();
  const ended = coordinator.wait(runId, { timeoutMs, signal: stop.signal }).then(() => undefined);
  ended.catch(() => undefined); // when the block came first nobody waits for it
  try {
    return await (untilInput ? Promise.race([ended, inputWatch.until(runId, stop.signal)]) : ended);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', forward);
    stop.abort();
  }
}
