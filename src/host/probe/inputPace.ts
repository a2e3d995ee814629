/** How long to wait before the next look for a program that is blocked on input. Pure; a looker's cost stays under 1 % of a core. */
import { PAIR_MS } from './inputJudge.ts';

/** Silence before the first look: a program that prints asks nothing yet. */
export const QUIET_MS = 50;
/** Longest pause while nothing happens: what begins to read in silence is seen so much later at the most. */
export const LAST_PAUSE_MS = 250;
/** A pause is at least so many times what the look before it took. */
const COST_FACTOR = 120;
/** Even a look that was held up by a busy machine does not put off the next one for longer. */
const MAX_COST_PAUSE_MS = 1_000;
const GROWTH = 1.6;

export interface PaceFacts {
  /** Something was printed, typed or resized since the last look. */
  readonly changed: boolean;
  /** The look saw a wait that a second one may confirm. */
  readonly promising: boolean;
  /** What the look took. */
  readonly costMs: number;
}

export class InputPace {
  #pauseMs = QUIET_MS;
  /** Looks in a row that were promising and led to nothing. */
  #hopes = 0;

  /** Milliseconds until the look after one that found `facts`. */
  next({ changed, promising, costMs }: PaceFacts): number {
    if (changed) {
      this.#pauseMs = QUIET_MS;
      this.#hopes = 0;
    }
    // The second look of a pair is what everybody waits for; when it brought nothing the pair was no question.
    if (promising && this.#hopes++ === 0) return PAIR_MS + 5;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * GROWTH, LAST_PAUSE_MS);
    return Math.max(pauseMs, Math.min(costMs * COST_FACTOR, MAX_COST_PAUSE_MS));
  }
}
