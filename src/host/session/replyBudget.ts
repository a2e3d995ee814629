/** How much the host may type by itself: a bound for any second, whatever a program asks. */
import type { Clock } from '../../base/clock.ts';

/** Answers and their bytes within any {@link WINDOW_MS} of one session. */
export const MAX_REPLIES = 64;
export const MAX_REPLY_BYTES = 1024;
export const WINDOW_MS = 1_000;

export class ReplyBudget {
  readonly #clock: Clock;
  /** What was taken within the window, oldest first. */
  readonly #taken: { readonly atMs: number; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether an answer of so many bytes is within bounds now. */
  hasRoom(bytes: number): boolean {
    const gone = this.#clock.nowMs() - WINDOW_MS;
    for (let oldest = this.#taken[0]; oldest !== undefined && oldest.atMs <= gone; oldest = this.#taken[0]) {
      this.#taken.shift();
      this.#bytes -= oldest.bytes;
    }
    return this.#taken.length < MAX_REPLIES && this.#bytes + bytes <= MAX_REPLY_BYTES;
  }

  /** Counts an answer that was given. */
  take(bytes: number): void {
    this.#taken.push({ atMs: this.#clock.nowMs(), bytes });
    this.#bytes += bytes;
  }
}
