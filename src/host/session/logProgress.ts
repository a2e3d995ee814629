/** Tells those who read a log along that it grew. Says only that, never what: they read the file themselves. */
import type { Clock, Timer } from '../../base/clock.ts';

/** Shortest time between two tellings: a reader of the log is woken at most this often. */
const PROGRESS_MS = 15;

export class LogProgress {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The log grew. Costs next to nothing while nobody follows. */
  grew(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls `tell` once soon, and again after each growth, at most every 15 ms, until the follower is disposed. */
  follow(tell: () => void): Disposable {
    let timer: Timer | undefined;
    const wake = (): void => {
      timer ??= this.#clock.after(PROGRESS_MS, () => {
        timer = undefined;
        tell();
      });
    };
    this.#listeners.add(wake);
    wake();
    return {
      [Symbol.dispose]: () => {
        timer?.clear();
        this.#listeners.delete(wake);
      },
    };
  }
}
