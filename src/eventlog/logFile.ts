/**
 * The file operations of a log that is being written, behind one small interface, so that tests can make them fail and
 * record what reached the disk in which order.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno, syncDirectory } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';
import { fdatasync, putCopyBack, rewriteFrom, syncDirectoryOf } from './rescueFile.ts';

/** What stands at the path of an open log: the log itself, nothing, or another file. */
export type LogPlace = 'here' | 'missing' | 'other';

/** An open log. Each method throws the system's error as it is. One writer at a time. */
export interface LogFile {
  /** Appends the bytes of `bytes` from `from` on; the count that was written may be short. */
  write(bytes: Buffer, from: number): number;
  truncate(sizeBytes: number): void;
  /** Makes what was written before the call durable (fdatasync), off the main thread. */
  sync(): Promise<void>;
  /** Makes the file's directory entry durable, off the main thread. */
  syncDirectory(): Promise<void>;
  /** Makes the file and its directory entry durable on this thread, for a host that serves nobody yet. */
  syncNow(): void;
  /** How large the open file is, and whether any directory still names it. Quick: asked before each append. */
  stat(): { readonly sizeBytes: number; readonly isLinked: boolean };
  place(): LogPlace;
  /** Takes access from everybody but the owner, and gives the mode that it had when it gave more. */
  makePrivate(): number | undefined;
  /**
   * Writes the bytes from `from` on once more where they are, and makes them durable through a descriptor that no sync has
   * failed on. Killed in between it has changed nothing.
   */
  rewrite(from: number): Promise<void>;
  /** Puts a copy of the open file in its empty place, durably, and goes on with that. `EEXIST` when the place is taken. */
  putBack(): Promise<void>;
  close(): void;
}

/** Opens `file` for appending: a new one (mode 0600; fails if it exists), or one that is there (regular, our own, no link). */
export type OpenLogFile = (file: string, mode: 'create' | 'existing') => LogFile;

/**
 * The log could not be written: nothing of what was to be appended is in it, and the same may be tried again later.
 * `code` is the system's name of the reason: `ENOSPC`, `EDQUOT`, `EFBIG`, `EIO`, ...
 */
export class LogWriteError extends Error {
  override readonly name = 'LogWriteError';
  readonly code: string;
  readonly path: string;
  /** Why, in a few words for people: the code, or what was found. */
  readonly reason: string;

  /** @param what the act, as the beginning of the message: `appending to` */
  constructor(what: string, file: string, cause: unknown, reason?: string) {
    const code = errnoOf(cause);
    super(`${what} ${file} failed: ${reason ?? code}`, { cause });
    this.code = code;
    this.path = file;
    this.reason = reason ?? code;
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;

/** The real thing. Throws `REFUSED_UNSAFE` for what is no plain file of ours, other errors as the system gave them. */
export const openLogFile: OpenLogFile = (file, mode) => {
  if (mode === 'existing') return descriptorFile(file, openForRepair(file));
  const fd = openRefusingLinks(file, O_RDWR | O_APPEND | O_NOFOLLOW | O_CREAT | O_EXCL);
  try {
    fs.fchmodSync(fd, 0o600);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return descriptorFile(file, fd);
};

/** Opens as `openFile` does, a failure of the system as {@link LogWriteError}. */
export function openOrFail(file: string, mode: 'create' | 'existing', openFile: OpenLogFile = openLogFile): LogFile {
  try {
    return openFile(file, mode);
  } catch (error) {
    if (error instanceof TtyError) throw error;
    throw new LogWriteError('opening', file, error);
  }
}

/** Appends all of `bytes`, however short the writes are. */
export function writeAll(file: LogFile, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSome(file, bytes, written);
}

function writeSome(file: LogFile, bytes: Buffer, from: number): number {
  try {
    const count = file.write(bytes, from);
    if (count > 0) return count;
  } catch (error) {
    if (isErrno(error, 'EINTR')) return 0;
    throw error;
  }
  throw new Error('a write took no byte and told no reason');
}

/** An existing log of ours for appending and cutting; the descriptor is the caller's. Throws as {@link openLogFile}. */
function openForRepair(file: string): number {
  // O_NONBLOCK: opening a FIFO that nobody reads fails instead of blocking; it means nothing for a plain file
  const fd = openRefusingLinks(file, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
  try {
    checkPlainFile(file, fd, { own: true });
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fd;
}

function descriptorFile(file: string, opened: number): LogFile {
  let fd = opened;
  return {
    write: (bytes, from) => fs.writeSync(fd, bytes, from),
    truncate: (sizeBytes) => fs.ftruncateSync(fd, sizeBytes),
    sync: () => fdatasync(fd),
    syncDirectory: () => syncDirectoryOf(file),
    syncNow() {
      fs.fsyncSync(fd);
      syncDirectory(path.dirname(file));
    },
    stat() {
      const { size, nlink } = fs.fstatSync(fd);
      return { sizeBytes: size, isLinked: nlink > 0 };
    },
    place() {
      const there = fs.lstatSync(file, { throwIfNoEntry: false });
      const open = fs.fstatSync(fd);
      if (there === undefined) return 'missing';
      return there.ino === open.ino && there.dev === open.dev ? 'here' : 'other';
    },
    makePrivate() {
      const mode = fs.fstatSync(fd).mode & 0o777;
      if ((mode & 0o077) === 0) return undefined;
      fs.fchmodSync(fd, 0o600);
      return mode;
    },
    rewrite: (from) => rewriteFrom(file, fd, from),
    async putBack() {
      await putCopyBack(file, fd);
      const moved = openForRepair(file);
      fs.closeSync(fd);
      fd = moved;
    },
    close: () => fs.closeSync(fd),
  };
}

/** Opens a log for reading; the descriptor is the caller's. Throws `REFUSED_UNSAFE` or `STORAGE_READ_ERROR` with the path. */
export function openForReading(file: string): number {
  try {
    const fd = openRefusingLinks(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      checkPlainFile(file, fd, { own: false });
      return fd;
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  } catch (cause) {
    if (cause instanceof TtyError) throw cause;
    throw new TtyError('STORAGE_READ_ERROR', `cannot read the log ${file}: ${errnoOf(cause)}`, {
      details: { path: file },
      cause,
    });
  }
}

function openRefusingLinks(file: string, flags: number): number {
  try {
    return fs.openSync(file, flags, 0o600);
  } catch (cause) {
    if (!isErrno(cause, 'ELOOP')) throw cause;
    throw unsafe(file, 'is a link', cause);
  }
}

function checkPlainFile(file: string, fd: number, options: { own: boolean }): void {
  const stat = fs.fstatSync(fd);
  if (!stat.isFile()) throw unsafe(file, 'is no plain file');
  const us = process.getuid?.();
  if (us === undefined || stat.uid === us) return;
  // whoever only reads: the administrator may read everybody's log, and everybody one of the administrator's
  if (!options.own && (us === 0 || stat.uid === 0)) return;
  throw unsafe(file, `belongs to user ${stat.uid}, not to user ${us}`);
}

function unsafe(file: string, problem: string, cause?: unknown): TtyError {
  return new TtyError('REFUSED_UNSAFE', `the log ${file} ${problem}`, {
    details: { path: file, reason: 'log_file' },
    cause,
  });
}
