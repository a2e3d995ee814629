/** Looks at a line that was typed until its command begins: a shell that reads on without a word has to be given its prompt back. */
import type { Clock, Timer } from '../../base/clock.ts';
import { LINE_LOOK_MS, LineJudge, type LineSight } from '../run/lineJudge.ts';

export interface LineWatchParts {
  readonly clock: Clock;
  /** What is to be seen of the line; `undefined` when its command has begun, or the run is over. */
  sight(): LineSight | undefined;
  /** The shell reads on. Said again for as long as it does. */
  readsOn(): void;
}

/** Longest pause between two looks at a shell that does something else than read. */
const LONGEST_PAUSE_MS = 250;

export class LineWatch implements Disposable {
  readonly #parts: LineWatchParts;
  #judge = new LineJudge();
  #timer: Timer | undefined;

  constructor(parts: LineWatchParts) {
    this.#parts = parts;
  }

  [Symbol.dispose](): void {
    this.#timer?.clear();
  }

  /** A line was typed. */
  begin(): void {
    this.#judge = new LineJudge();
    this.#lookAfter(LINE_LOOK_MS);
  }

  #lookAfter(pauseMs: number): void {
    this.#timer?.clear();
    this.#timer = this.#parts.clock.after(pauseMs, () => this.#look(pauseMs), { background: true });
  }

  #look(pauseMs: number): void {
    const sight = this.#parts.sight();
    if (sight === undefined) return;
    if (this.#judge.readsOn(sight)) {
      this.begin();
      this.#parts.readsOn();
    } else {
      const isReading = sight.canonical === false;
      this.#lookAfter(isReading ? LINE_LOOK_MS : Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS));
    }
  }
}
