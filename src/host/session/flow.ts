/** Holds the program's output back while somebody behind us cannot take it. The kernel then blocks the program. */
import type { Pty } from '../pty/pty.ts';

/** Who cannot keep up. */
export type HoldReason = 'screen' | 'log';

/** Bytes that the live screen may lag before reading stops, and where it goes on. A snapshot after a flood waits for at most this. */
const SCREEN_HIGH_BYTES = 2 * 1024 * 1024;
const SCREEN_LOW_BYTES = 512 * 1024;

export class Flow {
  readonly #pty: Pty;
  readonly #held = new Map<HoldReason, string>();
  #pauses = 0;

  constructor(pty: Pty) {
    this.#pty = pty;
  }

  /** Why output is held back now; null when it flows. */
  get reason(): string | null {
    return [...this.#held.values()][0] ?? null;
  }

  /** How often reading was stopped. */
  get pauses(): number {
    return this.#pauses;
  }

  hold(reason: HoldReason, why: string): void {
    if (this.#held.size === 0) {
      this.#pauses++;
      this.#pty.pause();
    }
    this.#held.set(reason, why);
  }

  release(reason: HoldReason): void {
    if (this.#held.delete(reason) && this.#held.size === 0) this.#pty.resume();
  }

  /** Takes the screen's lag in bytes. */
  screenLag(lagBytes: number): void {
    if (lagBytes > SCREEN_HIGH_BYTES) this.hold('screen', 'the live screen lags behind');
    else if (lagBytes <= SCREEN_LOW_BYTES) this.release('screen');
  }
}
