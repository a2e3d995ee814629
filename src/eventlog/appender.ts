/**
 * The one writer of a session's log. Gives each event its `seq`, its times and its place in the chain, and appends
 * batches whole or not at all. Validates no payload: they are typed, and made by this program.
 */
import fs from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { invariant } from '../base/invariant.ts';
import type { EventPayloads, LogHead, NewEvent } from '../protocol/events.ts';
import { TtyError } from '../protocol/errors.ts';
import { chainSeed, encodeEvent } from './codec.ts';
import { SyncSchedule } from './durability.ts';
import { LogWriteError, openOrFail, writeAll } from './logFile.ts';
import type { LogFile, OpenLogFile } from './logFile.ts';
import { checkRange, fileTrouble, placeTrouble, syncTrouble, troubleError } from './logTrouble.ts';
import type { LogTrouble } from './logTrouble.ts';
import { removeSyncPoint, writeSyncPoint } from './syncPoint.ts';
import type { SyncPoint } from './syncPoint.ts';
import { readLastEvents } from './tail.ts';

export { LogWriteError } from './logFile.ts';
export type { LogTrouble } from './logTrouble.ts';

/** What an event got when it was appended. */
export interface EventStamp extends LogHead {
  /** Monotonic microseconds since the session began. */
  readonly t: number;
}

export interface AppenderOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly openFile?: OpenLogFile;
}

interface Position {
  readonly file: LogFile;
  readonly point: SyncPoint;
}

/** Appends to one log until it is closed; whoever makes it closes it. Every method but `close` is synchronous. */
export class LogAppender implements AsyncDisposable {
  readonly #path: string;
  readonly #file: LogFile;
  readonly #clock: Clock;
  readonly #schedule: SyncSchedule;
  /** `t` of the first moment, and the clock's reading then. */
  readonly #startedAt: { readonly t: number; readonly clockMs: number };
  #head: LogHead;
  #t: number;
  #offsetBytes: number;
  /** The last event that is on disk for certain. */
  #synced: SyncPoint;
  /** Bytes of a failed batch lie behind the good ones: they must go before anything is written again. */
  #hasDebris = false;
  #tellDurabilityLost: ((error: LogWriteError) => void) | undefined;
  #durabilityLost: LogWriteError | undefined;
  #closing: Promise<void> | undefined;

  private constructor(file: string, at: Position, options: AppenderOptions & { isNew: boolean }) {
    this.#path = file;
    this.#file = at.file;
    this.#clock = options.clock;
    const { seq, h, t, offsetBytes } = at.point;
    this.#head = { seq, h };
    this.#t = t;
    this.#offsetBytes = offsetBytes;
    this.#synced = at.point;
    this.#startedAt = { t, clockMs: options.clock.nowMs() };
    this.#schedule = new SyncSchedule(at.file, options.clock, {
      isNew: options.isNew,
      events: {
        position: () => this.#point(),
        onSynced: (point) => {
          this.#synced = point;
          writeSyncPoint(file, point);
        },
        onFailure: (cause) => this.#loseDurability(new LogWriteError('syncing', file, cause)),
      },
    });
  }

  /**
   * Makes a new log, mode 0600, with `started` as its first event. Throws {@link LogWriteError} and leaves no file behind
   * if that cannot be written; an existing file is `EEXIST` and stays.
   */
  static create(file: string, options: AppenderOptions & { started: EventPayloads['session_started'] }): LogAppender {
    const open = openOrFail(file, 'create', options.openFile);
    const point = { seq: -1, h: chainSeed(options.sessionId), t: 0, offsetBytes: 0 };
    const appender = new LogAppender(file, { file: open, point }, { ...options, isNew: true });
    try {
      appender.append([{ type: 'session_started', payload: options.started }]);
    } catch (error) {
      open.close();
      fs.rmSync(file, { force: true });
      throw error;
    }
    return appender;
  }

  /**
   * Goes on with a log that `recoverLog` has put in order: `seq`, chain and `t` continue from its last event (the time
   * between the two writers is not counted). A log without events takes `session_started` first, as a new one does.
   * Throws `LOG_CORRUPT` when the end is torn, {@link LogWriteError} when the file cannot be opened.
   */
  static reopen(file: string, options: AppenderOptions): LogAppender {
    const open = openOrFail(file, 'existing', options.openFile);
    try {
      const tail = readLastEvents(file, 1);
      if (tail.trailingBytes > 0) {
        throw new TtyError('LOG_CORRUPT', `the log ${file} ends with ${tail.trailingBytes} bytes that are no event`, {
          details: { path: file, offset: tail.endOffset },
        });
      }
      const last = tail.events.at(-1);
      const { seq, h, t } = last ?? { seq: -1, h: chainSeed(options.sessionId), t: 0 };
      const at = { file: open, point: { seq, h, t, offsetBytes: tail.endOffset } };
      return new LogAppender(file, at, { ...options, isNew: false });
    } catch (error) {
      open.close();
      throw error;
    }
  }

  /** The last event in the log; `seq` -1 when it has none. */
  get head(): LogHead {
    return this.#head;
  }

  get lastSeq(): number {
    return this.#head.seq;
  }

  /** Size of the log: everything before is whole events. */
  get offsetBytes(): number {
    return this.#offsetBytes;
  }

  /** The failure after which what came behind the last good sync is not known to be on disk, until {@link LogAppender.mend}. */
  get durabilityLost(): LogWriteError | undefined {
    return this.#durabilityLost;
  }

  /**
   * Appends `events` in order, in one write, and returns what each one got. They are in the kernel when it returns.
   *
   * Throws {@link LogWriteError} when there is no room, the disk fails, or something happened to the file: then none of them
   * is in the log, `head` is as before, and the same call may be tried again later.
   */
  append(events: readonly NewEvent[]): readonly EventStamp[] {
    invariant(this.#closing === undefined, 'append to a closed log');
    if (events.length === 0) return [];
    invariant(this.#head.seq >= 0 || events[0]?.type === 'session_started', 'a log begins with session_started');
    const wallMs = this.#clock.wallMs();
    const t = this.#now();
    const lines: Buffer[] = [];
    const stamps: EventStamp[] = [];
    let head = this.#head;
    for (const event of events) {
      const seq = head.seq + 1;
      const { line, h } = encodeEvent(event, { seq, wallMs, t }, head.h);
      head = { seq, h };
      lines.push(line);
      stamps.push({ seq, h, t });
    }
    const [only] = lines;
    this.#write(lines.length === 1 && only !== undefined ? only : Buffer.concat(lines));
    this.#head = head;
    this.#t = t;
    this.#schedule.wrote();
    return stamps;
  }

  /** Begins to put everything on disk now instead of within a quarter of a second; at the end of a run or a session. */
  syncSoon(): void {
    this.#schedule.syncSoon();
  }

  /** The last event that is on disk for certain, -1 when none is. */
  get syncedSeq(): number {
    return this.#synced.seq;
  }

  /** Calls `fn` when the disk fails: what was written since the last good sync may be lost in a power cut. One listener. */
  onDurabilityLost(fn: (error: LogWriteError) => void): void {
    this.#tellDurabilityLost = fn;
  }

  /** What is wrong with the file now, so that nothing is appended; looks at its path too, which `append` does not. */
  trouble(): LogTrouble | undefined {
    return placeTrouble(this.#file.place()) ?? this.#quickTrouble();
  }

  /**
   * Tries to put right what {@link LogAppender.trouble} tells, and returns what could not be: after a failed sync the bytes
   * are checked and written anew, a log that is gone from an empty place is put back. What somebody else did to the bytes
   * stays. May take long with a large log; one call at a time, and no `append` meanwhile succeeds.
   */
  async mend(): Promise<LogTrouble | undefined> {
    for (let before: LogTrouble['kind'] | undefined; ;) {
      const trouble = this.trouble();
      if (trouble === undefined || trouble.kind === before) return trouble;
      before = trouble.kind;
      try {
        if (trouble.kind === 'missing') await this.#file.putBack();
        else if (trouble.kind === 'sync') await this.#writeAnew();
        else return trouble;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error;
        return { ...trouble, reason: `${trouble.reason}; putting it right failed: ${String(error.code)}` };
      }
    }
  }

  /** Gives nobody else access to the file; returns the mode that did. */
  makePrivate(): number | undefined {
    return this.#file.makePrivate();
  }

  /** Puts everything on disk and closes the file. Never throws for a sync that fails: `durabilityLost` tells. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #now(): number {
    const elapsedUs = Math.floor((this.#clock.nowMs() - this.#startedAt.clockMs) * 1000);
    return Math.max(this.#t, this.#startedAt.t + elapsedUs);
  }

  async #close(): Promise<void> {
    await this.#schedule.finish();
    this.#file.close();
    if (this.#durabilityLost === undefined) removeSyncPoint(this.#path);
  }

  #point(): SyncPoint {
    return { ...this.#head, t: this.#t, offsetBytes: this.#offsetBytes };
  }

  /** What one look at the open file tells. It costs 1 us an append; without it, what comes next would go where nobody looks. */
  #quickTrouble(): LogTrouble | undefined {
    const found = fileTrouble(this.#file.stat(), this.#offsetBytes, this.#hasDebris);
    return found ?? (this.#durabilityLost === undefined ? undefined : syncTrouble(this.#durabilityLost));
  }

  async #writeAnew(): Promise<void> {
    const from = this.#synced;
    await checkRange(this.#path, from, this.#head);
    await this.#file.rewrite(from.offsetBytes);
    this.#synced = this.#point();
    this.#durabilityLost = undefined;
    this.#schedule.restart();
  }

  #loseDurability(error: LogWriteError): void {
    this.#durabilityLost = error;
    this.#tellDurabilityLost?.(error);
  }

  #write(bytes: Buffer): void {
    const trouble = this.#quickTrouble();
    if (trouble !== undefined) throw troubleError(this.#path, trouble);
    try {
      if (this.#hasDebris) this.#cutDebris();
      this.#hasDebris = true;
      writeAll(this.#file, bytes);
    } catch (error) {
      this.#cutDebrisQuietly();
      const failure = new LogWriteError('appending to', this.#path, error);
      // a disk that fails here may have failed for the bytes before, and says so only once
      if (failure.code === 'EIO') this.#loseDurability(failure);
      throw failure;
    }
    this.#hasDebris = false;
    this.#offsetBytes += bytes.length;
  }

  #cutDebris(): void {
    this.#file.truncate(this.#offsetBytes);
    this.#hasDebris = false;
  }

  #cutDebrisQuietly(): void {
    try {
      if (this.#hasDebris) this.#cutDebris();
    } catch {
      // stays marked: the next append must get rid of it first, and tells its caller if it cannot
    }
  }
}
