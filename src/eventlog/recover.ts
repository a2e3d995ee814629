/**
 * Puts the log of a dead host in order before it is opened for appending: what is whole stays, what is not goes into a
 * file beside it. No byte is thrown away. The caller must own the log (no other writer lives) and appends `recovered`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';
import type { LogEvent, LogHead } from '../protocol/events.ts';
import { LogWriteError, openForReading, openLogFile, writeAll } from './logFile.ts';
import type { LogFile, OpenLogFile } from './logFile.ts';
import { faultError, LogScanner, readChunksSync } from './scanner.ts';
import { readSyncPoint } from './syncPoint.ts';

export interface Recovery {
  /** Bytes that were taken off the end; 0 when the log was whole, or lacked only its last LF. */
  readonly cutBytes: number;
  /** Name of the file beside the log that holds them now, `null` when nothing was cut. */
  readonly keptIn: string | null;
  /** The last event that stays; `seq` -1 when none does. */
  readonly head: LogHead;
  readonly lastEvent: LogEvent | undefined;
}

/** How recovery goes about it. */
export interface RecoverOptions {
  readonly checkedBytes?: number;
  readonly openFile?: OpenLogFile;
}

/**
 * How much of a log's end is checked where nothing tells how far it is on disk. A crash can spoil what was written since the
 * last sync, a quarter of a second and the sync's own length, and no more; checking more makes a host slower to start after a crash.
 */
const CHECKED_BYTES = 64 * 1024 * 1024;

interface End {
  readonly scanner: LogScanner;
  readonly lacksNewline: boolean;
  readonly lastEvent: LogEvent | undefined;
}

/**
 * Checks `file` from the last event that is known to be on disk, else its last 64 MiB, adds an LF that alone is missing, and moves everything behind the last good event into
 * `events.torn-<n>` beside it, n the first free number from 1. Both files are durable when it returns. Killed in between, it
 * can be done again. Synchronous, for a host that serves nobody yet.
 *
 * Throws and touches nothing: `LOG_CORRUPT` for damage that is older than a crash explains or a log of another session,
 * `STORAGE_READ_ERROR` for a newer format, `REFUSED_UNSAFE` for what is no plain file of ours. Throws `STORAGE_WRITE_ERROR`
 * when there is no room.
 */
export function recoverLog(file: string, sessionId: string, options: RecoverOptions = {}): Recovery {
  const { checkedBytes = CHECKED_BYTES, openFile = openLogFile } = options;
  const fd = openForReading(file);
  try {
    const { size } = fs.fstatSync(fd);
    checkHeader(file, fd, sessionId);
    const { scanner, lacksNewline, lastEvent } = findEnd(file, fd, { sessionId, size, checkedBytes });
    const end = scanner.offset;
    const keptIn = end === size ? null : keepTail(file, fd, end, openFile);
    if (keptIn !== null || lacksNewline) repair(file, end, lacksNewline, openFile);
    return { cutBytes: size - end, keptIn, head: scanner.head, lastEvent };
  } catch (cause) {
    if (cause instanceof TtyError) throw cause;
    const error = new LogWriteError('recovering', file, cause);
    throw new TtyError('STORAGE_WRITE_ERROR', error.message, { details: { path: file, code: error.code }, cause });
  } finally {
    fs.closeSync(fd);
  }
}

/** Refuses a log that is not this session's, or that this version cannot read; a damaged first event is not its matter. */
function checkHeader(file: string, fd: number, sessionId: string): void {
  const scanner = new LogScanner({ from: 'start', sessionId }, 0);
  for (const chunk of readChunksSync(fd, 0)) {
    if (scanner.feed(chunk).next().done !== true) return;
    if (scanner.fault !== undefined) break;
  }
  scanner.takeUnended();
  const { fault } = scanner;
  if (fault?.kind === 'session' || fault?.kind === 'format_version') throw faultError(file, fault);
}

function findEnd(file: string, fd: number, options: { sessionId: string; size: number; checkedBytes: number }): End {
  const known = readSyncPoint(file, fd);
  if (known !== undefined) {
    const { event, offsetBytes } = known;
    const end = runToEnd(fd, new LogScanner({ from: 'event', event }, offsetBytes));
    return { ...end, lastEvent: end.lastEvent ?? event };
  }
  const checkedFrom = options.size - options.checkedBytes;
  if (checkedFrom > 0) {
    const scanner = new LogScanner({ from: 'anywhere' }, lineStartAfter(fd, checkedFrom));
    const end = runToEnd(fd, scanner);
    // the first line's hash is taken on trust until a second one chains on it; if none does, either may be the bad one
    if (scanner.events >= 2) return end;
  }
  const { sessionId } = options;
  const end = runToEnd(fd, new LogScanner({ from: 'start', sessionId }, 0));
  const { fault } = end.scanner;
  if (fault !== undefined && fault.offset < checkedFrom) throw faultError(file, fault);
  return end;
}

function runToEnd(fd: number, scanner: LogScanner): End {
  for (const chunk of readChunksSync(fd, scanner.offset)) {
    scanner.drain(chunk);
    if (scanner.fault !== undefined) return { scanner, lacksNewline: false, lastEvent: scanner.last };
  }
  const lacksNewline = scanner.takeUnended() !== undefined;
  return { scanner, lacksNewline, lastEvent: scanner.last };
}

/** The offset behind the first LF at or after `from`; the end of the file when there is none. */
function lineStartAfter(fd: number, from: number): number {
  let at = from;
  for (const chunk of readChunksSync(fd, from)) {
    const newline = chunk.indexOf(0x0a);
    if (newline !== -1) return at + newline + 1;
    at += chunk.length;
  }
  return at;
}

/** Copies the bytes from `from` on into a new file beside the log, durably, and returns its name. */
function keepTail(file: string, fd: number, from: number, openFile: OpenLogFile): string {
  const { name, kept } = newTornFile(file, openFile);
  try {
    try {
      for (const chunk of readChunksSync(fd, from)) writeAll(kept, chunk);
      kept.syncNow();
    } finally {
      kept.close();
    }
  } catch (error) {
    fs.rmSync(path.join(path.dirname(file), name), { force: true });
    throw error;
  }
  return name;
}

function newTornFile(file: string, openFile: OpenLogFile): { name: string; kept: LogFile } {
  const base = path.basename(file, path.extname(file));
  for (let n = 1; ; n++) {
    const name = `${base}.torn-${n}`;
    try {
      return { name, kept: openFile(path.join(path.dirname(file), name), 'create') };
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}

function repair(file: string, end: number, lacksNewline: boolean, openFile: OpenLogFile): void {
  const log = openFile(file, 'existing');
  try {
    if (lacksNewline) writeAll(log, Buffer.from('\n'));
    else log.truncate(end);
    log.syncNow();
  } finally {
    log.close();
  }
}
