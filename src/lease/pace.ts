/** How calls that may find the gate shut come back: soon, then slower, never at once, and never past their time. */
import { type Clock, delay } from '../base/clock.ts';
import type { GateOutcome } from './gate.ts';

/** Moments in ms. The gate is held for a fraction of one, so the first few tries find it open again. */
const SOON_MS = 1;
const LATER_MS = 8;
const SOON_TRIES = 20;
/** A directory that was removed is being removed, perhaps, still: 40 looks a second are no load. */
const REBUILD_MS = 25;

/** What a call at the gate came to, when it was not entered. */
export type NotEntered = 'gate_timeout' | 'aborted';

export interface PaceOptions {
  readonly clock: Clock;
  /** Monotonic. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `attempt` until it got through the gate. The deadline is looked at before every further try, whatever the last one
 * met, so that nothing here runs longer than it was given; `attempt` is tried at least once.
 */
export async function throughGate<T>(
  attempt: () => GateOutcome<T>,
  { clock, deadlineMs, signal }: PaceOptions,
): Promise<{ readonly value: T } | NotEntered> {
  for (let tries = 1; ; tries++) {
    const outcome = attempt();
    if (outcome.kind === 'entered') return { value: outcome.value };
    if (signal?.aborted === true) return 'aborted';
    if (clock.nowMs() >= deadlineMs) return 'gate_timeout';
    await delay(clock, pauseMs(outcome.kind, tries));
  }
}

/** Spread, so that those who met at the gate do not meet there again. */
function pauseMs(kind: 'busy' | 'absent', tries: number): number {
  const base = kind === 'absent' ? REBUILD_MS : tries <= SOON_TRIES ? SOON_MS : LATER_MS;
  return base * (1 + Math.random());
}
