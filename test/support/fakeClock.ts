import type { Clock, Timer } from '../../src/base/clock.ts';

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  /** Timers that have neither fired nor been cleared. */
  get pendingTimers(): number {
    return this.#entries.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Date.UTC(2030, 0, 1) + this.#nowMs;
  }

  after(delayMs: number, fn: () => void): Timer {
    const entry = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, fn };
    this.#entries.add(entry);
    return { clear: () => void this.#entries.delete(entry) };
  }

  /** Lets `ms` pass while somebody works: timers that become due fire with the next {@link FakeClock.advance}. */
  spend(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets `ms` pass; timers fire in order, those that they set in that time too. */
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#entries]
        .filter((entry) => entry.atMs <= until)
        .toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (next === undefined) break;
      this.#entries.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fn();
    }
    this.#nowMs = Math.max(this.#nowMs, until);
  }
}
