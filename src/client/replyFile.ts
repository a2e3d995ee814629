/** The client's side of replies that do not fit a frame: see `ReplyFile` in the protocol. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { TtyError } from '../protocol/errors.ts';
import { MAX_REPLY_BYTES } from '../protocol/limits.ts';

/** Names that a host gives. */
const NAME = /^[0-9a-f]{32}$/;

/**
 * Reads the result that a frame says is in a file, checks it, and removes the file. `directory` is the host's replies
 * directory: nothing outside of it is read or removed, and no link is followed.
 *
 * @throws TtyError `PROTOCOL_ERROR` when place, kind, size or content is not what the frame says, `STORAGE_READ_ERROR`
 */
export function takeReply(raw: unknown, directory: string): unknown {
  const { file, sizeBytes, sha256 } = checkedPlace(raw, directory);
  const bytes = readAndRemove(file, sizeBytes);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw wrong('does not have the announced content');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw wrong('is not JSON', cause);
  }
}

/** Removes the file of a reply that nobody waits for any more. */
export function dropReply(raw: unknown, directory: string): void {
  fs.rmSync(checkedPlace(raw, directory).file, { force: true });
}

function checkedPlace(raw: unknown, directory: string): { file: string; sizeBytes: number; sha256: unknown } {
  const given: { path?: unknown; sizeBytes?: unknown; sha256?: unknown } =
    typeof raw === 'object' && raw !== null ? raw : {};
  const { path: told, sizeBytes, sha256 } = given;
  if (typeof told !== 'string' || typeof sizeBytes !== 'number') throw wrong('has no path and size');
  if (sizeBytes > MAX_REPLY_BYTES) throw wrong(`has more than ${MAX_REPLY_BYTES} bytes`);
  const name = path.basename(told);
  // the host may know the home by another path
  if (!NAME.test(name) || !isSameDirectory(path.dirname(told), directory)) throw wrong('is not where replies are');
  return { file: path.join(directory, name), sizeBytes, sha256 };
}

function isSameDirectory(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return fs.realpathSync(one) === fs.realpathSync(other);
  } catch {
    return false; // one of them is not there
  }
}

function readAndRemove(file: string, sizeBytes: number): Buffer {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_READ_ERROR', `a large reply cannot be read: ${reason}`, { cause });
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.size !== sizeBytes) throw wrong('does not have the announced size');
    const bytes = Buffer.alloc(sizeBytes);
    for (let at = 0; at < sizeBytes;) {
      const count = fs.readSync(fd, bytes, at, sizeBytes - at, at);
      if (count === 0) throw wrong('became shorter while it was read');
      at += count;
    }
    return bytes;
  } finally {
    fs.closeSync(fd);
    fs.rmSync(file, { force: true });
  }
}

function wrong(what: string, cause?: unknown): TtyError {
  return new TtyError('PROTOCOL_ERROR', `the file of a large reply ${what}`, cause === undefined ? {} : { cause });
}
