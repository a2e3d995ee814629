/** Bytes of a log in, checked events out, with the place of each: what reader, follower, verifier and recovery have in common. */
import fs from 'node:fs';
import { promisify } from 'node:util';
import { LineDecoder, LineTooLongError } from '../base/lineDecoder.ts';
import { TtyError } from '../protocol/errors.ts';
import type { LogEvent, LogHead } from '../protocol/events.ts';
import { MAX_LOG_LINE_BYTES } from '../protocol/limits.ts';
import { ChainChecker } from './chain.ts';
import type { ChainStart } from './chain.ts';
import { isFault } from './codec.ts';
import type { LineFault, LineFaultKind } from './codec.ts';

/** Where a log stops being one, and why. */
export interface LogFault {
  readonly kind: LineFaultKind;
  /** The event that is due there; `null` when reading began at an offset and knows no number yet. */
  readonly seq: number | null;
  /** Byte offset of the line in the file. */
  readonly offset: number;
  readonly reason: string;
}

const NEWLINE = Buffer.from('\n');

/** Cuts chunks into lines and checks them. After a fault it yields nothing more. */
export class LogScanner {
  readonly #lines = new LineDecoder(MAX_LOG_LINE_BYTES);
  readonly #chain: ChainChecker;
  #offset: number;
  #fault: LogFault | undefined;
  #events = 0;
  #last: LogEvent | undefined;
  #tornTailBytes: number | undefined;

  /** @param offset of the first byte that will be fed */
  constructor(start: ChainStart, offset: number) {
    this.#chain = new ChainChecker(start);
    this.#offset = offset;
  }

  /** Where the last good line ends. */
  get offset(): number {
    return this.#offset;
  }

  get fault(): LogFault | undefined {
    return this.#fault;
  }

  /** Good events so far, and the last of them. */
  get events(): number {
    return this.#events;
  }

  get last(): LogEvent | undefined {
    return this.#last;
  }

  get head(): LogHead {
    return this.#chain.head;
  }

  /** Bytes after the last LF that are no event. */
  get tornTailBytes(): number {
    return this.#tornTailBytes ?? this.#lines.pendingBytes;
  }

  /** The good events of the lines that end in `chunk`; check `fault` afterwards. `chunk` may be re-used then. */
  *feed(chunk: Buffer): Generator<LogEvent> {
    if (this.#fault !== undefined) return;
    try {
      for (const line of this.#lines.feed(chunk)) {
        const event = this.#take(line);
        if (event === undefined) return;
        yield event;
      }
    } catch (error) {
      if (!(error instanceof LineTooLongError)) throw error;
      this.#fail({ fault: 'too_long', reason: error.message });
    }
  }

  /** As `feed`, for those who want only the end of it. */
  drain(chunk: Buffer): void {
    const events = this.feed(chunk);
    while (events.next().done !== true);
  }

  /** At the end of the file: the event of a last line that lacks only its LF, if there is one. `offset` then counts no LF. */
  takeUnended(): LogEvent | undefined {
    if (this.#fault !== undefined || this.#lines.pendingBytes === 0) return undefined;
    for (const line of this.#lines.feed(NEWLINE)) {
      const event = this.#chain.check(line);
      if (isFault(event)) {
        this.#tornTailBytes = line.length;
        return undefined;
      }
      this.#count(event, line.length);
      return event;
    }
    return undefined;
  }

  #take(line: Buffer): LogEvent | undefined {
    const event = this.#chain.check(line);
    if (isFault(event)) {
      this.#fail(event);
      return undefined;
    }
    this.#count(event, line.length + 1);
    return event;
  }

  #count(event: LogEvent, bytes: number): void {
    this.#offset += bytes;
    this.#events += 1;
    this.#last = event;
  }

  #fail(fault: LineFault): void {
    const { seq, h } = this.#chain.head;
    const isNumberKnown = seq >= 0 || h !== '' || this.#offset === 0;
    this.#fault = {
      kind: fault.fault,
      seq: isNumberKnown ? seq + 1 : null,
      offset: this.#offset,
      reason: fault.reason,
    };
  }
}

/** Bytes of one read: large enough that calls cost little beside hashing, small enough that nobody notices the memory. */
const CHUNK_BYTES = 256 * 1024;
const readAsync = promisify(fs.read);

/** The bytes of an open file from `from` to its end, in one buffer that is re-used for each chunk. */
export async function* readChunks(fd: number, from: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = from; ;) {
    const { bytesRead } = await readAsync(fd, buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** As {@link readChunks}, without leaving the thread. */
export function* readChunksSync(fd: number, from: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = from; ;) {
    const bytesRead = fs.readSync(fd, buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The error that tells a user of `fault`: `LOG_CORRUPT`, or `STORAGE_READ_ERROR` for a log of a newer version. */
export function faultError(file: string, fault: LogFault): TtyError {
  const details = { path: file, seq: fault.seq, offset: fault.offset, reason: fault.kind };
  if (fault.kind === 'format_version') {
    return new TtyError('STORAGE_READ_ERROR', `cannot read ${file}: ${fault.reason}`, {
      details,
      hint: 'read it with the version of agent-tty that wrote it, or a later one',
    });
  }
  const event = fault.seq === null ? 'an event' : `event ${fault.seq}`;
  return new TtyError('LOG_CORRUPT', `${file} is damaged at ${event}, byte offset ${fault.offset}: ${fault.reason}`, {
    details,
    ...(fault.seq === null || fault.seq === 0 ? {} : { hint: `the events up to ${fault.seq - 1} can be used` }),
  });
}
