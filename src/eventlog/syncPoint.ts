/**
 * How far a log is known to be on disk, in a small file beside it: `{"seq":n,"t":n,"h":"...","offsetBytes":n}`, padded to one
 * length. It is only a hint that spares the next host reading what a crash cannot have spoilt: never synced, and believed
 * only where the log says the same.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import type { LogEvent, LogHead } from '../protocol/events.ts';
import { MAX_LOG_LINE_BYTES } from '../protocol/limits.ts';
import { decodeLine, isFault } from './codec.ts';

/** The last event that is known to be on disk. */
export interface SyncPoint extends LogHead {
  readonly t: number;
  /** Where it ends in the file. */
  readonly offsetBytes: number;
}

/** Longer than any point; a shorter one written over a longer one leaves nothing of that behind. */
const RECORD_BYTES = 160;
const LF = 0x0a;

/** Where the point of the log in `file` stands. */
export function syncPointPath(file: string): string {
  return path.join(path.dirname(file), `${path.basename(file, path.extname(file))}.synced`);
}

/** Writes the point of the log in `file`; `false` when it could not be, which only makes the next host slower. */
export function writeSyncPoint(file: string, { seq, t, h, offsetBytes }: SyncPoint): boolean {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const text = JSON.stringify({ seq, t, h, offsetBytes }).padEnd(RECORD_BYTES - 1);
  try {
    const fd = fs.openSync(syncPointPath(file), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    try {
      fs.writeSync(fd, `${text}\n`, 0);
    } finally {
      fs.closeSync(fd);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** Removes the point: the log is closed, and all of it on disk. */
export function removeSyncPoint(file: string): void {
  fs.rmSync(syncPointPath(file), { force: true });
}

/** The event at the point of the log that is open as `fd`, if there is one and it ends where the point says. */
export function readSyncPoint(file: string, fd: number): { event: LogEvent; offsetBytes: number } | undefined {
  const point = parsePoint(readHint(syncPointPath(file)));
  if (point === undefined) return undefined;
  const line = lineEndingAt(fd, point.offsetBytes);
  const event = line === undefined ? undefined : decodeLine(line);
  if (event === undefined || isFault(event)) return undefined;
  if (event.seq !== point.seq || event.t !== point.t || event.h !== point.h) return undefined;
  return { event, offsetBytes: point.offsetBytes };
}

function readHint(file: string): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  try {
    const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(RECORD_BYTES);
      return buffer.toString('latin1', 0, fs.readSync(fd, buffer, 0, buffer.length, 0));
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ELOOP', 'EACCES', 'EISDIR', 'EIO', 'EAGAIN')) return '';
    throw error;
  }
}

function parsePoint(text: string): SyncPoint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // torn, or never there: everything is checked then
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { seq, t, h, offsetBytes }: { seq?: unknown; t?: unknown; h?: unknown; offsetBytes?: unknown } = value;
  if (!isCount(seq) || !isCount(t) || typeof h !== 'string' || !isCount(offsetBytes)) return undefined;
  return { seq, t, h, offsetBytes };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** The line (without LF) whose LF is the last byte before `end`; `undefined` when none ends there or it is too long. */
function lineEndingAt(fd: number, end: number): Buffer | undefined {
  for (let length = 64 * 1024; ; length *= 4) {
    const from = Math.max(0, end - length);
    const buffer = Buffer.allocUnsafe(end - from);
    if (fs.readSync(fd, buffer, 0, buffer.length, from) !== buffer.length || buffer.at(-1) !== LF) return undefined;
    const before = buffer.length < 2 ? -1 : buffer.lastIndexOf(LF, buffer.length - 2);
    if (before !== -1 || from === 0) return buffer.subarray(before + 1, -1);
    if (length > MAX_LOG_LINE_BYTES) return undefined;
  }
}
