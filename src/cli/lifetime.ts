/**
 * How a command that owns processes ends, whatever makes it end: one teardown, begun once, by the first of a signal, a time that is
 * over, a lost place or its own end. What comes during the teardown changes nothing and cannot cut it short.
 */
import type { Clock } from '../base/clock.ts';
import type { Interrupt } from './context.ts';

/** Why a command ends before it is done. */
export type EndReason = Interrupt | 'timeout' | 'lost';

/** State of one command; nothing of it is shared with another in the same process. */
export class Lifetime {
  readonly #stop = new AbortController();
  readonly #ignored: string[] = [];
  #reason: EndReason | undefined;
  #isTearingDown = false;

  /** Aborts when the command has to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What came first; `undefined` for a command that ended by itself. */
  get reason(): EndReason | undefined {
    return this.#reason;
  }

  /** What came when the end had begun; for a log. */
  get ignored(): readonly string[] {
    return this.#ignored;
  }

  /** Asks for the end. Only the first word counts, and none once {@link beginTeardown} was called. */
  end(reason: EndReason): void {
    if (this.#reason !== undefined || this.#isTearingDown) {
      this.#ignored.push(reason);
      return;
    }
    this.#reason = reason;
    this.#stop.abort();
  }

  /** First statement of every `finally`: from here on nothing interrupts. Any number of times. */
  beginTeardown(): void {
    this.#isTearingDown = true;
  }

  /** Ends the command after `ms` unless it is disposed before; 0: never. */
  limit(clock: Clock, ms: number): Disposable {
    if (ms === 0) return { [Symbol.dispose]: () => undefined };
    const timer = clock.after(ms, () => this.end('timeout'));
    return { [Symbol.dispose]: () => timer.clear() };
  }
}
