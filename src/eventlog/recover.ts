/**
 * Puts the log of a dead host in order before it is opened for appending: what is whole stays, what is not goes into a
 * file beside it. No byte is thrown away. The caller must own the log (no other writer lives) and appends `recovered`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno, syncDirectory } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';
import type { LogEvent, LogHead } from '../protocol/events.ts';
import { LogWriteError, openForReading, openForRepair } from './logFile.ts';
import { faultError, LogScanner, readChunksSync } from './scanner.ts';

export interface Recovery {
  /** Bytes that were taken off the end; 0 when the log was whole, or lacked only its last LF. */
  readonly cutBytes: number;
  /** Name of the file beside the log that holds them now, `null` when nothing was cut. */
  readonly keptIn: string | null;
  /** The last event that stays; `seq` -1 when none does. */
  readonly head: LogHead;
  readonly lastEvent: LogEvent | undefined;
}

/**
 * How much of a log's end is checked. A crash can spoil what was written since the last sync, a quarter of a second and
 * the sync's own length, and no more; checking more makes a host slower to start after a crash.
 */
const CHECKED_BYTES = 64 * 1024 * 1024;

interface End {
  readonly scanner: LogScanner;
  readonly lacksNewline: boolean;
}

/**
 * Checks the last 64 MiB of `file`, adds an LF that alone is missing, and moves everything behind the last good event into
 * `events.torn-<n>` beside it, n the first free number from 1. Both files are durable when it returns. Killed in between, it
 * can be done again. Synchronous, for a host that serves nobody yet.
 *
 * Throws and touches nothing: `LOG_CORRUPT` for damage that is older than a crash explains or a log of another session,
 * `STORAGE_READ_ERROR` for a newer format, `REFUSED_UNSAFE` for what is no plain file of ours. Throws `STORAGE_WRITE_ERROR`
 * when there is no room.
 */
export function recoverLog(file: string, sessionId: string, checkedBytes: number = CHECKED_BYTES): Recovery {
  const fd = openForReading(file);
  try {
    const { size } = fs.fstatSync(fd);
    checkHeader(file, fd, sessionId);
    const { scanner, lacksNewline } = findEnd(file, fd, { sessionId, size, checkedBytes });
    const end = scanner.offset;
    const keptIn = end === size ? null : keepTail(file, fd, end);
    if (keptIn !== null || lacksNewline) repair(file, end, lacksNewline);
    return { cutBytes: size - end, keptIn, head: scanner.head, lastEvent: scanner.last };
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
    if (scanner.fault !== undefined) return { scanner, lacksNewline: false };
  }
  return { scanner, lacksNewline: scanner.takeUnended() !== undefined };
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
function keepTail(file: string, fd: number, from: number): string {
  const { name, keptFd } = newTornFile(file);
  const kept = path.join(path.dirname(file), name);
  try {
    try {
      fs.fchmodSync(keptFd, 0o600);
      for (const chunk of readChunksSync(fd, from)) fs.writeFileSync(keptFd, chunk);
      fs.fsyncSync(keptFd);
    } finally {
      fs.closeSync(keptFd);
    }
  } catch (error) {
    fs.rmSync(kept, { force: true });
    throw error;
  }
  syncDirectory(path.dirname(file));
  return name;
}

function newTornFile(file: string): { name: string; keptFd: number } {
  const base = path.basename(file, path.extname(file));
  for (let n = 1; ; n++) {
    const name = `${base}.torn-${n}`;
    try {
      return { name, keptFd: fs.openSync(path.join(path.dirname(file), name), 'wx', 0o600) };
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}

function repair(file: string, end: number, lacksNewline: boolean): void {
  const fd = openForRepair(file);
  try {
    if (lacksNewline) fs.writeSync(fd, '\n');
    else fs.ftruncateSync(fd, end);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
