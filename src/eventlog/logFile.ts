/**
 * The file operations of a log that is being written, behind one small interface, so that tests can make them fail and
 * record what reached the disk in which order.
 */
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { isErrno } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';

const fdatasync = promisify(fs.fdatasync);
const fsync = promisify(fs.fsync);
const openAsync = promisify(fs.open);
const closeAsync = promisify(fs.close);

/** An open log. Each method throws the system's error as it is. One writer at a time. */
export interface LogFile {
  /** Appends the bytes of `bytes` from `from` on; the count that was written may be short. */
  write(bytes: Buffer, from: number): number;
  truncate(sizeBytes: number): void;
  /** Makes what was written before the call durable (fdatasync), off the main thread. */
  sync(): Promise<void>;
  /** Makes the file's directory entry durable, off the main thread. */
  syncDirectory(): Promise<void>;
  sizeBytes(): number;
  /** Whether the path that it was opened by still leads to this file. */
  isInPlace(): boolean;
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

  /** @param what the act, as the beginning of the message: `appending to` */
  constructor(what: string, file: string, cause: unknown) {
    const code = errnoOf(cause);
    super(`${what} ${file} failed: ${code}`, { cause });
    this.code = code;
    this.path = file;
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants;

/** The real thing. Throws `REFUSED_UNSAFE` for what is no plain file of ours, other errors as the system gave them. */
export const openLogFile: OpenLogFile = (file, mode) => {
  if (mode === 'existing') return descriptorFile(file, openForRepair(file));
  const fd = openRefusingLinks(file, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CREAT | O_EXCL);
  try {
    fs.fchmodSync(fd, 0o600);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return descriptorFile(file, fd);
};

/** Opens an existing log of ours for appending and cutting; the descriptor is the caller's. Throws as {@link openLogFile}. */
export function openForRepair(file: string): number {
  // O_NONBLOCK: opening a FIFO that nobody reads fails instead of blocking; it means nothing for a plain file
  const fd = openRefusingLinks(file, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
  try {
    checkPlainFile(file, fd, { own: true });
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fd;
}

function descriptorFile(file: string, fd: number): LogFile {
  return {
    write: (bytes, from) => fs.writeSync(fd, bytes, from),
    truncate: (sizeBytes) => fs.ftruncateSync(fd, sizeBytes),
    sync: () => fdatasync(fd),
    syncDirectory: () => syncDirectoryOf(file),
    sizeBytes: () => fs.fstatSync(fd).size,
    isInPlace() {
      const there = fs.lstatSync(file, { throwIfNoEntry: false });
      const open = fs.fstatSync(fd);
      return there !== undefined && there.ino === open.ino && there.dev === open.dev;
    },
    close: () => fs.closeSync(fd),
  };
}

async function syncDirectoryOf(file: string): Promise<void> {
  const fd = await openAsync(path.dirname(file), 'r');
  try {
    await fsync(fd);
  } finally {
    await closeAsync(fd);
  }
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
  if (options.own && us !== undefined && stat.uid !== us)
    throw unsafe(file, `belongs to user ${stat.uid}, not to user ${us}`);
}

function unsafe(file: string, problem: string, cause?: unknown): TtyError {
  return new TtyError('REFUSED_UNSAFE', `the log ${file} ${problem}`, {
    details: { path: file, reason: 'log_file' },
    cause,
  });
}
