/** Finds the run of an idempotency key in a log: looks for the bytes of the key and reads only the line that holds them. */
import fs from 'node:fs';
import type { LogEvent } from '../protocol/events.ts';
import { MAX_LOG_LINE_BYTES } from '../protocol/limits.ts';
import { decodeLine, isFault } from './codec.ts';
import { openForReading } from './logFile.ts';
import { readChunks } from './scanner.ts';

export interface KeyedRun {
  readonly runId: string;
  readonly command: string;
  /** Asterisks stand in it for secrets. */
  readonly isMasked: boolean;
}

const LF = 0x0a;

/**
 * The run that was typed with `key`; `undefined` when the log has none. Reads the log once, in constant memory, about as fast as
 * the disk gives it.
 *
 * Throws `STORAGE_READ_ERROR`, `REFUSED_UNSAFE` as `readEvents` does.
 */
export async function findRunKey(file: string, key: string): Promise<KeyedRun | undefined> {
  // Text of others stands in the log with its quotes escaped, so that these bytes are a member of a payload.
  const needle = Buffer.from(`"idempotencyKey":${JSON.stringify(key)}`);
  const fd = openForReading(file);
  try {
    let tail: Buffer = Buffer.alloc(0);
    let offset = 0;
    for await (const chunk of readChunks(fd, 0)) {
      const bytes = Buffer.concat([tail, chunk]);
      for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) {
        const found = keyedRun(lineAround(fd, offset + at), key);
        if (found !== undefined) return found;
      }
      tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - needle.length + 1)));
      offset += bytes.length - tail.length;
    }
    return undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** The line that holds the byte at `offset`, without its LF. */
function lineAround(fd: number, offset: number): Buffer {
  const from = Math.max(0, offset - MAX_LOG_LINE_BYTES);
  const bytes = Buffer.alloc(2 * MAX_LOG_LINE_BYTES);
  const read = bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, from));
  const begin = read.lastIndexOf(LF, offset - from) + 1;
  const end = read.indexOf(LF, offset - from);
  return read.subarray(begin, end === -1 ? read.length : end);
}

function keyedRun(line: Buffer, key: string): KeyedRun | undefined {
  const event = decodeLine(line);
  return isFault(event) ? undefined : keyedRunOf(event, key);
}

function keyedRunOf({ type, payload }: LogEvent, key: string): KeyedRun | undefined {
  const { runId, command, idempotencyKey, redacted } = payload;
  if (type !== 'input_run' || idempotencyKey !== key) return undefined;
  if (typeof runId !== 'string' || typeof command !== 'string') return undefined;
  return { runId, command, isMasked: redacted !== undefined };
}
