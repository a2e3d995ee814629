/** Reads a log from front to back in constant memory, or follows it while it grows. Writes nothing. */
import fs from 'node:fs';
import type { LogEvent, LogHead } from '../protocol/events.ts';
import type { ChainStart } from './chain.ts';
import { openForReading } from './logFile.ts';
import { faultError, LogScanner, readChunks } from './scanner.ts';
import type { LogFault } from './scanner.ts';

/** What a reader saw at the end of the file. */
export interface ReadEnd {
  readonly head: LogHead;
  /** Where the last whole event ends. */
  readonly offset: number;
  /** Bytes after it: an event that is being written, or that a dead host left behind. */
  readonly tornTailBytes: number;
}

export interface ReadOptions {
  /** First event wanted, 0 by default. */
  readonly fromSeq?: number;
  /** Last event wanted, itself included. */
  readonly toSeq?: number;
  /** Where to begin: the end of an event, 0 by default. */
  readonly fromOffset?: number;
  /** The event that ends at `fromOffset`; without it the first event's place in the chain is taken on trust. */
  readonly after?: Pick<LogEvent, 'seq' | 't' | 'h'>;
  /** Called when the end of the file was reached; not when `toSeq` came first. */
  readonly onEnd?: (end: ReadEnd) => void;
}

/**
 * The events of a log in order, each checked against the chain; types this version does not know come as they are. Ends
 * before a torn last line (`onEnd` tells); takes a last line that lacks only its LF.
 *
 * Throws `LOG_CORRUPT` with seq and byte offset where something in the middle is wrong, after the events before it;
 * `STORAGE_READ_ERROR` for a newer format or no file; `REFUSED_UNSAFE` for what is no plain file.
 */
export async function* readEvents(file: string, options: ReadOptions = {}): AsyncGenerator<LogEvent> {
  const from = options.fromSeq ?? 0;
  const to = options.toSeq ?? Infinity;
  if (to < from) return;
  const scanner = new LogScanner(startOf(options), options.fromOffset ?? 0);
  for await (const event of scan(file, scanner, { unended: true })) {
    if (event.seq >= from && event.seq <= to) yield event;
    if (event.seq >= to) return;
  }
  options.onEnd?.({ head: scanner.head, offset: scanner.offset, tornTailBytes: scanner.tornTailBytes });
}

/**
 * Reads on from where it was, each time it is told that there is more. Takes only lines that have their LF: a line under
 * way is left for the next time. Holds no file open between two calls.
 */
export class LogFollower {
  readonly #file: string;
  #offset: number;
  #last: LogEvent | undefined;

  /** `fromOffset`: where to begin, the end of an event; what comes there is taken on trust. 0 by default. */
  constructor(file: string, options: { readonly fromOffset?: number } = {}) {
    this.#file = file;
    this.#offset = options.fromOffset ?? 0;
  }

  /** Where the last event that was given out ends. */
  get offset(): number {
    return this.#offset;
  }

  /** `seq` of the last event that was given out, -1 before the first. */
  get lastSeq(): number {
    return this.#last?.seq ?? -1;
  }

  /**
   * The events that were added since the last call; may be left early, the next call goes on behind the last event taken.
   * One call at a time. Throws as `readEvents` does.
   */
  async *readAvailable(): AsyncGenerator<LogEvent> {
    const start = startOf({ fromOffset: this.#offset, ...(this.#last === undefined ? {} : { after: this.#last }) });
    const scanner = new LogScanner(start, this.#offset);
    for await (const event of scan(this.#file, scanner, { unended: false })) {
      this.#offset = scanner.offset;
      this.#last = event;
      yield event;
    }
  }
}

async function* scan(file: string, scanner: LogScanner, options: { unended: boolean }): AsyncGenerator<LogEvent> {
  const fd = openForReading(file);
  try {
    const { size } = fs.fstatSync(fd);
    if (size < scanner.offset) throw faultError(file, shorter(scanner, size));
    for await (const chunk of readChunks(fd, scanner.offset)) {
      yield* scanner.feed(chunk);
      if (scanner.fault !== undefined) throw faultError(file, scanner.fault);
    }
    const last = options.unended ? scanner.takeUnended() : undefined;
    if (last !== undefined) yield last;
  } finally {
    fs.closeSync(fd);
  }
}

function shorter(scanner: LogScanner, size: number): LogFault {
  const reason = `the file ends there, but events up to offset ${scanner.offset} were read before`;
  return { kind: 'shorter', seq: scanner.head.h === '' ? null : scanner.head.seq + 1, offset: size, reason };
}

function startOf(options: ReadOptions): ChainStart {
  if (options.after !== undefined) return { from: 'event', event: options.after };
  return options.fromOffset === undefined || options.fromOffset === 0 ? { from: 'start' } : { from: 'anywhere' };
}
