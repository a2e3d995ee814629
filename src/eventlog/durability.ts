/** When what was written goes to the disk: at most so long behind, at once when asked, and never again after a failure. */
import type { Clock, Timer } from '../base/clock.ts';
import type { LogFile } from './logFile.ts';

/** How far the disk may be behind the last write. Longer loses more to a power cut, shorter keeps the disk busier. */
export const SYNC_BEHIND_MS = 250;

/**
 * Syncs a log in the background, one sync at a time.
 *
 * A failed sync is final: the kernel may have dropped the pages and would call the next one a success, so `onFailure` is
 * called once and nothing is synced any more.
 */
export class SyncSchedule {
  readonly #file: LogFile;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  #directoryDue: boolean;
  #unsynced = false;
  #failed = false;
  #soon = false;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  /** @param options.isNew the file's directory entry is not durable yet */
  constructor(file: LogFile, clock: Clock, options: { isNew: boolean; onFailure: (error: unknown) => void }) {
    this.#file = file;
    this.#clock = clock;
    this.#directoryDue = options.isNew;
    this.#onFailure = options.onFailure;
  }

  /** Something was written: a sync begins within {@link SYNC_BEHIND_MS}. */
  wrote(): void {
    if (this.#failed) return;
    this.#unsynced = true;
    this.#timer ??= this.#clock.after(SYNC_BEHIND_MS, () => this.syncSoon(), { background: true });
  }

  /** Begins a sync of all that is written now, or right after the one under way. */
  syncSoon(): void {
    this.#clearTimer();
    if (this.#failed || !this.#unsynced) return;
    if (this.#running === undefined) this.#running = this.#sync().then(() => this.#settled());
    else this.#soon = true;
  }

  /** Resolves when everything is on disk or a sync has failed; no timer is left. */
  async finish(): Promise<void> {
    this.syncSoon();
    while (this.#running !== undefined) await this.#running;
    this.#clearTimer();
  }

  async #sync(): Promise<void> {
    this.#unsynced = false;
    this.#soon = false;
    try {
      await this.#file.sync();
      if (this.#directoryDue) await this.#file.syncDirectory();
      this.#directoryDue = false;
    } catch (error) {
      this.#failed = true;
      this.#clearTimer();
      this.#onFailure(error);
    }
  }

  #settled(): void {
    this.#running = undefined;
    if (this.#soon) this.syncSoon();
  }

  #clearTimer(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }
}
