/** Finds where an event of a long log stands by halving the file on the borders of its lines: `seq` only grows. */
import fs from 'node:fs';
import { LineDecoder } from '../base/lineDecoder.ts';
import { MAX_LOG_LINE_BYTES } from '../protocol/limits.ts';
import { ChainChecker } from './chain.ts';
import { isFault } from './codec.ts';
import { openForReading } from './logFile.ts';
import { faultError, readChunksSync } from './scanner.ts';

/** What is read forward in the end instead of being halved once more: one read of a reader. */
const NEAR_BYTES = 256 * 1024;
const FIRST_WINDOW_BYTES = 16 * 1024;
const LF = 0x0a;
/** How each line of ours begins; enough of it for the number. */
const SEQ = /^\{"seq":(\d{1,16}),/;
const SEQ_CHARS = 32;

/**
 * Byte offset at which an event begins that is `seq` or one shortly before it; 0 when the log is short. To read from there
 * costs the same wherever `seq` stands. The first event is checked, what lies between is not looked at.
 *
 * Throws `LOG_CORRUPT`, `STORAGE_READ_ERROR` (a log of a newer format too) and `REFUSED_UNSAFE` as `readEvents` does.
 */
export function offsetBefore(file: string, seq: number): number {
  const fd = openForReading(file);
  try {
    const { size } = fs.fstatSync(fd);
    if (seq === 0 || size <= NEAR_BYTES) return 0;
    checkHeader(file, fd);
    let low = 0;
    for (let high = size; high - low > NEAR_BYTES;) {
      const middle = Math.floor((low + high) / 2);
      const line = firstLineAfter(fd, middle, high);
      // A line that names no number of ours lies behind what is sought, or is the damage that the reader will tell of.
      if (line === undefined || line.seq === undefined || line.seq > seq) high = middle;
      else low = line.offset;
    }
    return low;
  } finally {
    fs.closeSync(fd);
  }
}

/** The first line that begins behind `from` and before `to`, and the number in it. */
function firstLineAfter(fd: number, from: number, to: number): { offset: number; seq: number | undefined } | undefined {
  for (let window = FIRST_WINDOW_BYTES; ; window *= 4) {
    const bytes = Buffer.allocUnsafe(Math.min(window, to - from));
    const read = fs.readSync(fd, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, read).indexOf(LF);
    if (end !== -1) {
      const offset = from + end + 1;
      return offset >= to ? undefined : { offset, seq: seqAt(fd, offset) };
    }
    if (read < window || window > MAX_LOG_LINE_BYTES) return undefined;
  }
}

function seqAt(fd: number, offset: number): number | undefined {
  const bytes = Buffer.alloc(SEQ_CHARS);
  const read = fs.readSync(fd, bytes, 0, bytes.length, offset);
  const seq = SEQ.exec(bytes.toString('latin1', 0, read))?.[1];
  return seq === undefined ? undefined : Number(seq);
}

/** Whoever skips the beginning must learn all the same that the log is one of this format. */
function checkHeader(file: string, fd: number): void {
  const lines = new LineDecoder(MAX_LOG_LINE_BYTES);
  for (const chunk of readChunksSync(fd, 0)) {
    for (const line of lines.feed(chunk)) {
      const event = new ChainChecker({ from: 'start' }).check(line);
      if (isFault(event)) throw faultError(file, { kind: event.fault, seq: 0, offset: 0, reason: event.reason });
      return;
    }
  }
}
