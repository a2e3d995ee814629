/** When things happen in a recording, from when they happened in the session. Pure. */
import { MAX_PAUSE_US } from '../../protocol/limits.ts';
import type { Timing } from '../../protocol/recording.ts';

/** Longest time from one thing that is shown to the next, in microseconds. */
export function longestPause(timing: Timing, frameUs: number): number {
  if (timing === 'recorded') return Infinity;
  return timing === 'accelerated' ? MAX_PAUSE_US : frameUs;
}

/** Times of a session (microseconds, never falling) as times of its recording, with pauses that are cut. */
export class TimeLine {
  readonly #longestUs: number;
  #fromUs = 0;
  #toUs = 0;

  /** @param longestUs the longest pause that stays as it is */
  constructor(longestUs: number) {
    this.#longestUs = longestUs;
  }

  /** The time of something that is shown, `us` after the beginning. */
  at(us: number): number {
    this.#toUs = this.after(us);
    this.#fromUs = Math.max(us, this.#fromUs);
    return this.#toUs;
  }

  /** The same of something that is not shown, such as the end: the next pause counts from where it counted before. */
  after(us: number): number {
    return this.#toUs + Math.min(Math.max(0, us - this.#fromUs), this.#longestUs);
  }
}
