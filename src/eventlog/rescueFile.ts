/**
 * Slow operations on an open log that something happened to: its bytes once more where they are, after a sync that failed, and
 * a copy in its place, after it was deleted. In pieces, off the main thread; the caller appends nothing meanwhile.
 */
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { isErrno } from '../base/atomicFile.ts';

/** Bytes of one piece; large enough that calls cost little, small enough that nobody notices the memory. */
const PIECE_BYTES = 256 * 1024;

const readAsync = promisify(fs.read);
const writeAsync = promisify(fs.write);
const openAsync = promisify(fs.open);
const closeAsync = promisify(fs.close);
const fsync = promisify(fs.fsync);
/** Makes the content of an open file durable. */
export const fdatasync = promisify(fs.fdatasync);

/** Makes the directory entry of `file` durable. */
export async function syncDirectoryOf(file: string): Promise<void> {
  const fd = await openAsync(path.dirname(file), 'r');
  try {
    await fsync(fd);
  } finally {
    await closeAsync(fd);
  }
}

/**
 * Writes the bytes of `file`, which is open as `fd`, from `from` on over themselves and syncs them. After a sync that failed
 * the kernel takes the pages for clean and would call the next sync a success: only what is written again is tried again.
 * Through a descriptor of its own, without O_APPEND, which would move the bytes to the end.
 */
export async function rewriteFrom(file: string, fd: number, from: number): Promise<void> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const again = await openAsync(file, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    const [opened, ours] = [fs.fstatSync(again), fs.fstatSync(fd)];
    if (opened.ino !== ours.ino || opened.dev !== ours.dev) throw stale(file);
    await copyRange(again, again, from, from);
    await fdatasync(again);
  } finally {
    await closeAsync(again);
  }
}

/** Copies what is open as `fd` to the path `file`, where nothing may be, whole or not at all. */
export async function putCopyBack(file: string, fd: number): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  fs.rmSync(temporary, { force: true });
  const copy = await openAsync(temporary, 'wx', 0o600);
  try {
    try {
      await copyRange(fd, copy, 0, 0);
      await fsync(copy);
    } finally {
      await closeAsync(copy);
    }
    fs.linkSync(temporary, file); // not rename: it must not take the place of a file that came in between
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  await syncDirectoryOf(file);
}

async function copyRange(from: number, to: number, readAt: number, writeAt: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  for (let done = 0; ;) {
    const { bytesRead } = await readAsync(from, buffer, 0, buffer.length, readAt + done);
    if (bytesRead === 0) return;
    for (let written = 0; written < bytesRead;)
      written += await writeSome(to, buffer, written, bytesRead, writeAt + done);
    done += bytesRead;
  }
}

async function writeSome(fd: number, buffer: Buffer, from: number, to: number, at: number): Promise<number> {
  try {
    return (await writeAsync(fd, buffer, from, to - from, at + from)).bytesWritten;
  } catch (error) {
    if (isErrno(error, 'EINTR')) return 0;
    throw error;
  }
}

function stale(file: string): Error {
  return Object.assign(new Error(`${file} is another file by now`), { code: 'ESTALE' });
}
