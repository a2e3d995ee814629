/**
 * Wakes a waiter when its ticket changes: being let in is a renaming of the ticket's file, and the kernel tells those who watch
 * it. A hint only. Where watching is not possible or a ring is lost, the waiter looks by itself a little later.
 */
import fs from 'node:fs';
import { type Clock, delay } from '../base/clock.ts';

/** A ring is remembered until somebody listens, so that one between looking and sleeping is not lost. */
export class Bell implements Disposable {
  readonly #watcher: fs.FSWatcher | undefined;
  #wake: (() => void) | undefined;
  #hasRung = false;

  /** Listens to `file`; false in {@link isWatching} when the system has no more watches, or the file is gone. */
  constructor(file: string) {
    try {
      this.#watcher = fs.watch(file, { persistent: true }, () => this.ring());
      this.#watcher.on('error', () => this.ring());
    } catch {
      this.#watcher = undefined; // `isWatching` says so, and the waiter looks more often
    }
  }

  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, at once if it rang since the last call, or after `ms`. Says whether it rang. */
  async wait(clock: Clock, ms: number): Promise<boolean> {
    if (!this.#hasRung) {
      const stop = new AbortController();
      this.#wake = () => stop.abort();
      try {
        await delay(clock, ms, stop.signal);
      } catch {
        // the ring came first
      } finally {
        this.#wake = undefined;
      }
    }
    const rang = this.#hasRung;
    this.#hasRung = false;
    return rang;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}
