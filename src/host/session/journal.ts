/**
 * A session's way into its log: events get their number when they are handed in, are written in one piece per flush, and
 * wait in memory while the disk takes nothing. What must be on record before it acts goes through {@link commit}.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import { type Deferred, deferred } from '../../base/deferred.ts';
import { type LogAppender, LogWriteError } from '../../eventlog/appender.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { LogHead, NewEvent } from '../../protocol/events.ts';
import { LogPlaces } from './replayLog.ts';

/** How often a write that failed is tried again. Quick enough to go on within a second of there being room. */
const RETRY_MS = 200;

interface Pending {
  readonly event: NewEvent;
  readonly onWritten: (() => void) | undefined;
}

export class Journal {
  readonly #appender: LogAppender;
  readonly #clock: Clock;
  readonly #onBlockedChange: (reason: string | null) => void;
  readonly #onCommit: (seq: number, events: readonly NewEvent[]) => void;
  #pending: Pending[] = [];
  /** Why the last write failed, and why nothing is to be written at all. */
  #blocked: string | null = null;
  #held: string | null = null;
  #retry: Timer | undefined;
  #written: Deferred<void> | undefined;
  readonly #onGrown = new Set<() => void>();
  #closed = false;
  /** Where the last events are in the file. */
  readonly places = new LogPlaces();

  /**
   * `onBlockedChange` gets the reason when the log stops taking events, each new one, and null when it goes on. `onCommit`
   * gets the number that each {@link commit} returns, before it does, and its events.
   */
  constructor(
    appender: LogAppender,
    clock: Clock,
    onBlockedChange: (reason: string | null) => void,
    onCommit: (seq: number, events: readonly NewEvent[]) => void = () => undefined,
  ) {
    this.#appender = appender;
    this.#clock = clock;
    this.#onBlockedChange = onBlockedChange;
    this.#onCommit = onCommit;
  }

  /** Why the log takes nothing now; null while all is well. */
  get blocked(): string | null {
    return this.#held ?? this.#blocked;
  }

  /** Takes nothing while `reason` stands, whatever the disk says; null lets it go on, at once. */
  hold(reason: string | null): void {
    if (reason === this.#held) return;
    const before = this.blocked;
    this.#held = reason;
    if (this.blocked !== before) this.#onBlockedChange(this.blocked);
    if (reason === null) this.flush();
  }

  /** The last event in the file. */
  get head(): LogHead {
    return this.#appender.head;
  }

  get offsetBytes(): number {
    return this.#appender.offsetBytes;
  }

  /** The number that the next event will get. */
  get nextSeq(): number {
    return this.#appender.head.seq + 1 + this.#pending.length;
  }

  /** Calls `listener` after each write to the file. */
  onGrown(listener: () => void): void {
    this.#onGrown.add(listener);
  }

  /** Takes an event and gives it its number. It is in the file after the next successful flush; then `onWritten` is called. */
  enqueue(event: NewEvent, onWritten?: () => void): number {
    const seq = this.nextSeq;
    this.#pending.push({ event, onWritten });
    return seq;
  }

  /** Writes what is pending. A failure keeps everything, marks the journal blocked and tries again by itself. */
  flush(): void {
    if (this.#closed || this.#held !== null) return;
    // Nothing waits: whether there is room again shows with the next event.
    if (this.#pending.length === 0) return this.#unblock();
    const batch = this.#pending;
    try {
      const last = this.#appender.append(batch.map((entry) => entry.event)).at(-1);
      if (last !== undefined) this.places.note({ ...last, offsetBytes: this.#appender.offsetBytes });
    } catch (error) {
      if (!(error instanceof LogWriteError)) throw error;
      this.#block(error);
      return;
    }
    this.#pending = [];
    this.#unblock();
    for (const entry of batch) entry.onWritten?.();
    this.#written?.resolve();
    this.#written = undefined;
    for (const listener of this.#onGrown) listener();
  }

  /**
   * Appends `events` now, all or none, and what was pending before them. Returns the number of the last one.
   *
   * @throws TtyError `STORAGE_WRITE_ERROR` when the log takes nothing; the events are then not kept for later either
   */
  commit(...events: readonly NewEvent[]): number {
    for (const event of events) this.enqueue(event);
    const last = this.nextSeq - 1;
    this.flush();
    if (this.blocked !== null) {
      this.#pending.splice(this.#pending.length - events.length);
      throw new TtyError('STORAGE_WRITE_ERROR', `the event log cannot be written (${this.blocked}); nothing was sent`);
    }
    this.#onCommit(last, events);
    return last;
  }

  /** Resolves when everything handed in so far is in the file. */
  async settled(): Promise<void> {
    if (this.#pending.length === 0) return;
    this.flush();
    if (this.#pending.length === 0) return;
    this.#written ??= deferred<void>();
    await this.#written.promise;
  }

  /** Starts a sync to disk now instead of within 250 ms. */
  syncSoon(): void {
    this.#appender.syncSoon();
  }

  /** Syncs and closes the file. What could not be written is lost and counted in the result. */
  async close(): Promise<{ lostEvents: number }> {
    if (this.#closed) return { lostEvents: 0 };
    this.flush();
    this.#closed = true;
    this.#retry?.clear();
    this.#written?.resolve();
    await this.#appender.close();
    return { lostEvents: this.#pending.length };
  }

  #block(error: LogWriteError): void {
    const before = this.blocked;
    this.#blocked = error.reason;
    this.#retry ??= this.#clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.flush();
    });
    if (this.blocked !== before) this.#onBlockedChange(this.blocked);
  }

  #unblock(): void {
    if (this.#blocked === null) return;
    this.#blocked = null;
    this.#retry?.clear();
    this.#retry = undefined;
    if (this.#held === null) this.#onBlockedChange(null);
  }
}
