/**
 * The one writer of a session's log. Gives each event its `seq`, its times and its place in the chain, and appends
 * batches whole or not at all. Validates no payload: they are typed, and made by this program.
 */
import fs from 'node:fs';
import { isErrno } from '../base/atomicFile.ts';
import type { Clock } from '../base/clock.ts';
import { invariant } from '../base/invariant.ts';
import type { EventPayloads, LogHead, NewEvent } from '../protocol/events.ts';
import { TtyError } from '../protocol/errors.ts';
import { chainSeed, encodeEvent } from './codec.ts';
import { SyncSchedule } from './durability.ts';
import { LogWriteError, openLogFile } from './logFile.ts';
import type { LogFile, OpenLogFile } from './logFile.ts';
import { readLastEvents } from './tail.ts';

export { LogWriteError } from './logFile.ts';

/** What an event got when it was appended. */
export interface EventStamp extends LogHead {
  /** Monotonic microseconds since the session began. */
  readonly t: number;
}

export interface AppenderOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  /** Told once when a sync failed: what was written since the last good one may be lost in a power cut. */
  readonly onDurabilityLost?: (error: LogWriteError) => void;
  readonly openFile?: OpenLogFile;
}

interface Position {
  readonly file: LogFile;
  readonly head: LogHead;
  readonly t: number;
  readonly offsetBytes: number;
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
  /** Bytes of a failed batch lie behind the good ones: they must go before anything is written again. */
  #hasDebris = false;
  #durabilityLost: LogWriteError | undefined;
  #closing: Promise<void> | undefined;

  private constructor(file: string, at: Position, options: AppenderOptions & { isNew: boolean }) {
    this.#path = file;
    this.#file = at.file;
    this.#clock = options.clock;
    this.#head = at.head;
    this.#t = at.t;
    this.#offsetBytes = at.offsetBytes;
    this.#startedAt = { t: at.t, clockMs: options.clock.nowMs() };
    this.#schedule = new SyncSchedule(at.file, options.clock, {
      isNew: options.isNew,
      onFailure: (cause) => {
        this.#durabilityLost = new LogWriteError('syncing', file, cause);
        options.onDurabilityLost?.(this.#durabilityLost);
      },
    });
  }

  /**
   * Makes a new log, mode 0600, with `started` as its first event. Throws {@link LogWriteError} and leaves no file behind
   * if that cannot be written; an existing file is `EEXIST` and stays.
   */
  static create(file: string, options: AppenderOptions & { started: EventPayloads['session_started'] }): LogAppender {
    const open = openOrFail(file, 'create', options.openFile);
    const head = { seq: -1, h: chainSeed(options.sessionId) };
    const appender = new LogAppender(file, { file: open, head, t: 0, offsetBytes: 0 }, { ...options, isNew: true });
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
      const head = last === undefined ? { seq: -1, h: chainSeed(options.sessionId) } : { seq: last.seq, h: last.h };
      const at = { file: open, head, t: last?.t ?? 0, offsetBytes: tail.endOffset };
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

  /** The failure after which nothing is known to be on disk any more, if there was one. */
  get durabilityLost(): LogWriteError | undefined {
    return this.#durabilityLost;
  }

  /**
   * Appends `events` in order, in one write, and returns what each one got. They are in the kernel when it returns.
   *
   * Throws {@link LogWriteError} when there is no room or the disk fails: then none of them is in the log, `head` is as
   * before, and the same call may be tried again later.
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

  /** False when the file was deleted or replaced under us: what is appended goes where nobody will look. */
  isInPlace(): boolean {
    return this.#file.isInPlace();
  }

  /** Puts everything on disk and closes the file. Never throws for a sync that fails: `durabilityLost` tells. */
  close(): Promise<void> {
    this.#closing ??= this.#schedule.finish().then(() => this.#file.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #now(): number {
    const elapsedUs = Math.floor((this.#clock.nowMs() - this.#startedAt.clockMs) * 1000);
    return Math.max(this.#t, this.#startedAt.t + elapsedUs);
  }

  #write(bytes: Buffer): void {
    try {
      if (this.#hasDebris) this.#cutDebris();
      this.#hasDebris = true;
      for (let written = 0; written < bytes.length;) written += this.#writeSome(bytes, written);
    } catch (error) {
      this.#cutDebrisQuietly();
      throw new LogWriteError('appending to', this.#path, error);
    }
    this.#hasDebris = false;
    this.#offsetBytes += bytes.length;
  }

  #writeSome(bytes: Buffer, from: number): number {
    try {
      const count = this.#file.write(bytes, from);
      if (count > 0) return count;
    } catch (error) {
      if (isErrno(error, 'EINTR')) return 0;
      throw error;
    }
    throw Object.assign(new Error('a write took no byte and told no reason'), { code: 'EIO' });
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

function openOrFail(file: string, mode: 'create' | 'existing', openFile: OpenLogFile = openLogFile): LogFile {
  try {
    return openFile(file, mode);
  } catch (error) {
    if (error instanceof TtyError) throw error;
    throw new LogWriteError('opening', file, error);
  }
}
