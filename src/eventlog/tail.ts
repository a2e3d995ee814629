/** The end of a log, found from behind: costs the same for a gigabyte as for a page. */
import fs from 'node:fs';
import type { LogEvent } from '../protocol/events.ts';
import { chainSeed, decodeLine, isFault, sealHolds, sealOf } from './codec.ts';
import { openForReading } from './logFile.ts';
import { faultError } from './scanner.ts';

export interface LogTail {
  /** The last whole events, oldest first. Fewer than asked for when the log has no more, or when one before them is bad. */
  readonly events: readonly LogEvent[];
  /** Where the last one ends; the start of the file when there is none. */
  readonly endOffset: number;
  /** Bytes behind it that are no event: a torn line, or one that only lacks its LF. */
  readonly trailingBytes: number;
}

const LF = 0x0a;
const FIRST_WINDOW_BYTES = 64 * 1024;
/** How far back a good event is looked for; further than any event and any burst of broken bytes of one crash reaches. */
const MAX_WINDOW_BYTES = 64 * 1024 * 1024;

/** One line in a window: `bytes` without LF, `end` the offset in the file behind its LF. */
interface TailLine {
  readonly bytes: Buffer;
  readonly end: number;
}

/**
 * The last `count` events whose hash fits the line before them (the first event's: its session's id). Synchronous; reads
 * back only as far as it must. Says nothing of the log before.
 *
 * Throws `LOG_CORRUPT` when the last 64 MiB hold no event, `STORAGE_READ_ERROR`, `REFUSED_UNSAFE` as `readEvents` does.
 */
export function readLastEvents(file: string, count = 1): LogTail {
  const fd = openForReading(file);
  try {
    const { size } = fs.fstatSync(fd);
    for (let window = FIRST_WINDOW_BYTES; ; window *= 4) {
      const from = Math.max(0, size - window);
      const found = lastEventsIn(linesOf(readRange(fd, from, size), from), from === 0, count);
      if (from === 0 || found.length >= count) return tailOf(found, size);
      if (window < MAX_WINDOW_BYTES) continue;
      if (found.length > 0) return tailOf(found, size);
      const reason = `its last ${MAX_WINDOW_BYTES} bytes hold no event`;
      throw faultError(file, { kind: 'form', seq: null, offset: from, reason });
    }
  } finally {
    fs.closeSync(fd);
  }
}

function tailOf(found: { event: LogEvent; end: number }[], size: number): LogTail {
  const endOffset = found.at(-1)?.end ?? 0;
  return { events: found.map(({ event }) => event), endOffset, trailingBytes: size - endOffset };
}

function readRange(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.allocUnsafe(to - from);
  let filled = 0;
  while (filled < buffer.length) {
    const count = fs.readSync(fd, buffer, filled, buffer.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** The lines of a window that begin and end in it, last first. */
function* linesOf(window: Buffer, from: number): Generator<TailLine> {
  let end = window.lastIndexOf(LF);
  while (end > 0) {
    const before = window.lastIndexOf(LF, end - 1);
    if (before === -1 && from > 0) return;
    yield { bytes: window.subarray(before + 1, end), end: from + end + 1 };
    end = before;
  }
}

/** Up to `count` good events in a row, oldest first, the last good one of the window last. */
function lastEventsIn(
  lines: Iterable<TailLine>,
  reachesStart: boolean,
  count: number,
): { event: LogEvent; end: number }[] {
  const found: { event: LogEvent; end: number }[] = [];
  let line: TailLine | undefined;
  const take = (previous: string | undefined): boolean => {
    const event = line === undefined ? undefined : goodEvent(line.bytes, previous);
    if (line === undefined || event === undefined) return found.length === 0;
    found.unshift({ event, end: line.end });
    return found.length < count;
  };
  for (const before of lines) {
    if (line !== undefined && !take(sealOf(before.bytes))) return found;
    line = before;
  }
  if (reachesStart) take(undefined);
  return found;
}

/** @param previous the seal of the line before; `undefined` for the first line, or when that line has none */
function goodEvent(bytes: Buffer, previous: string | undefined): LogEvent | undefined {
  const event = decodeLine(bytes);
  if (isFault(event)) return undefined;
  const id = event.payload['sessionId'];
  const seed = event.seq === 0 && typeof id === 'string' ? chainSeed(id) : undefined;
  const base = event.seq === 0 ? seed : previous;
  return base !== undefined && sealHolds(bytes, base) ? event : undefined;
}
