/** What may happen to a log while it is written: found, told in words, and checked before going on. Pure but for `checkRange`. */
import type { LogEvent, LogHead } from '../protocol/events.ts';
import { LogWriteError } from './logFile.ts';
import type { LogFile, LogPlace } from './logFile.ts';
import { readEvents } from './reader.ts';
import type { SyncPoint } from './syncPoint.ts';

/**
 * `sync`: the disk failed, what came after the last good sync may not be on it. `missing`: deleted or moved away, and nothing
 * stands in its place. `other`: something else does. `cut`, `grown`: somebody else wrote to it.
 */
export interface LogTrouble {
  readonly kind: 'sync' | 'missing' | 'other' | 'cut' | 'grown';
  /** One sentence without a full stop, for people. */
  readonly reason: string;
}

/** What a failed sync, or an EIO of a write, means. */
export function syncTrouble(error: LogWriteError): LogTrouble {
  return { kind: 'sync', reason: `durability lost: ${error.message}` };
}

/** What the open file itself tells. @param mayBeLonger bytes of ours lie behind `expectedBytes` that could not be taken back */
export function fileTrouble(
  { sizeBytes, isLinked }: ReturnType<LogFile['stat']>,
  expectedBytes: number,
  mayBeLonger: boolean,
): LogTrouble | undefined {
  if (!isLinked) return MISSING;
  if (sizeBytes < expectedBytes)
    return { kind: 'cut', reason: `somebody cut the log from ${expectedBytes} to ${sizeBytes} bytes` };
  if (sizeBytes > expectedBytes && !mayBeLonger)
    return { kind: 'grown', reason: `somebody else wrote ${sizeBytes - expectedBytes} bytes behind the log's end` };
  return undefined;
}

const MISSING: LogTrouble = { kind: 'missing', reason: 'the log was deleted or moved away' };

/** What the log's path tells. */
export function placeTrouble(place: LogPlace): LogTrouble | undefined {
  if (place === 'here') return undefined;
  return place === 'missing'
    ? MISSING
    : { kind: 'other', reason: "another file is in the log's place; it is left alone" };
}

/** The error of an append that `trouble` forbids. */
export function troubleError(file: string, trouble: LogTrouble): LogWriteError {
  const cause = Object.assign(new Error(trouble.reason), { code: trouble.kind === 'sync' ? 'EIO' : 'ESTALE' });
  return new LogWriteError('appending to', file, cause, trouble.reason);
}

/** Checks that the log holds a good chain from `from` to `head` and ends there; throws an error with a `code` when it does not. */
export async function checkRange(file: string, from: SyncPoint, head: LogHead): Promise<void> {
  const after: Pick<LogEvent, 'seq' | 't' | 'h'> = from;
  let last: LogHead = from;
  let end = from.offsetBytes;
  const start = from.seq < 0 ? {} : { fromOffset: from.offsetBytes, after };
  const options = { ...start, onEnd: ({ offset }: { offset: number }) => void (end = offset) };
  for await (const { seq, h } of readEvents(file, options)) last = { seq, h };
  if (last.seq === head.seq && last.h === head.h && end >= from.offsetBytes) return;
  throw Object.assign(new Error(`${file} holds events up to ${last.seq}, not to ${head.seq}`), { code: 'LOG_CORRUPT' });
}
