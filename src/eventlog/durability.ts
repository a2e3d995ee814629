/** When what was written goes to the disk: at most so long behind, at once when asked, and not after a failure. */
import type { Clock, Timer } from '../base/clock.ts';
import type { LogFile } from './logFile.ts';
import type { SyncPoint } from './syncPoint.ts';

/** How far the disk may be behind the last write. Longer loses more to a power cut, shorter keeps the disk busier. */
export const SYNC_BEHIND_MS = 250;

/** What a {@link SyncSchedule} tells. */
export interface SyncEvents {
  /** How far the file is written now. */
  position(): SyncPoint;
  /** Everything up to `point` is on disk. */
  onSynced(point: SyncPoint): void;
  /** A sync failed; nothing is synced any more until {@link SyncSchedule.restart}. */
  onFailure(error: unknown): void;
}

/**
 * Syncs a log in the background, one sync at a time.
 *
 * A failed sync is not tried again: the kernel may have dropped the pages and would call the next one a success. Only after
 * the bytes were written anew does a sync say anything; who did that calls {@link SyncSchedule.restart}.
 */
export class SyncSchedule {
  readonly #file: LogFile;
  readonly #clock: Clock;
  readonly #events: SyncEvents;
  #directoryDue: boolean;
  #unsynced = false;
  #failed = false;
  #soon = false;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  /** @param options.isNew the file's directory entry is not durable yet */
  constructor(file: LogFile, clock: Clock, options: { isNew: boolean; events: SyncEvents }) {
    this.#file = file;
    this.#clock = clock;
    this.#directoryDue = options.isNew;
    this.#events = options.events;
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

  /** What had been written when a sync failed is on disk now: goes on as at the start. */
  restart(): void {
    this.#failed = false;
    this.#unsynced = false;
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
    const point = this.#events.position();
    try {
      await this.#file.sync();
      if (this.#directoryDue) await this.#file.syncDirectory();
      this.#directoryDue = false;
      this.#events.onSynced(point);
    } catch (error) {
      this.#failed = true;
      this.#clearTimer();
      this.#events.onFailure(error);
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
