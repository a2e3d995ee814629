/** A bundle of somebody else: its files, opened once each, after a look at what they are. */
import fs from 'node:fs';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { isErrno } from '../../base/atomicFile.ts';
import { readChunks } from '../../eventlog/scanner.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { proofFault, unsafeBundle } from './fault.ts';
import {
  DIGEST_FILE,
  LOG_FILE,
  MANIFEST_FILE,
  MAX_ENTRIES,
  MAX_LOG_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_SEAL_BYTES,
  SIGNATURE_FILE,
} from './layout.ts';
import { PARTS } from './parts.ts';

/** The names that a bundle may hold, and the largest size of each. */
const KNOWN: ReadonlyMap<string, number> = new Map([
  [LOG_FILE, MAX_LOG_BYTES],
  ...PARTS.map(({ name, maxBytes }): [string, number] => [name, maxBytes]),
  [MANIFEST_FILE, MAX_MANIFEST_BYTES],
  [DIGEST_FILE, MAX_SEAL_BYTES],
  [SIGNATURE_FILE, MAX_SEAL_BYTES],
]);
/** Without these there is nothing to check. */
const REQUIRED = [MANIFEST_FILE, DIGEST_FILE, LOG_FILE];

/** An open file of a bundle. */
export interface OpenFile {
  readonly name: string;
  readonly fd: number;
  readonly bytes: number;
}

/** The files of a bundle. Dispose it. */
export class BundleDirectory implements Disposable {
  readonly #files = new Map<string, OpenFile>();

  /**
   * Looks the directory over and opens its files. Follows no link, waits for no pipe, reads nothing yet.
   *
   * @throws TtyError `INVALID_INPUT` for what is no directory; `REFUSED_UNSAFE` for a link, directory or device in it, and for a
   *   directory of more entries than a bundle has; `PROOF_NOT_VERIFIED` for files that are unknown, missing or too large;
   *   `STORAGE_READ_ERROR`
   */
  constructor(directory: string) {
    const names = namesIn(directory);
    try {
      for (const name of names) this.#files.set(name, open(directory, name));
      for (const { name, bytes } of this.#files.values()) checkFile(name, bytes);
      const missing = REQUIRED.find((name) => !this.#files.has(name));
      if (missing !== undefined) throw proofFault({ file: missing }, 'missing_file', 'the bundle does not have it');
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The file of that name, if the bundle has it. */
  find(name: string): OpenFile | undefined {
    return this.#files.get(name);
  }

  /** The file of that name. Throws `PROOF_NOT_VERIFIED` when the bundle does not have it. */
  get(name: string): OpenFile {
    const file = this.#files.get(name);
    if (file === undefined) throw proofFault({ file: name }, 'missing_file', 'the bundle does not have it');
    return file;
  }

  /** The names of all files, sorted. */
  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** The whole content of a small file. */
  read(name: string): Buffer {
    const { fd, bytes } = this.get(name);
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readFully(fd, buffer, 0));
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.#files.values()) fs.closeSync(fd);
    this.#files.clear();
  }
}

/** Fills `buffer` from `offset` of the file on, as far as the file goes; gives how many bytes there were. */
export function readFully(fd: number, buffer: Buffer, offset: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = fs.readSync(fd, buffer, filled, buffer.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** SHA-256 of an open file, in hex. */
export async function hashFile(fd: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(fd, 0)) hash.update(chunk);
  return hash.digest('hex');
}

function namesIn(directory: string): string[] {
  const names: string[] = [];
  try {
    const entries = fs.opendirSync(directory);
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        names.push(entry.name);
        if (names.length > MAX_ENTRIES) break;
      }
    } finally {
      entries.closeSync();
    }
  } catch (cause) {
    throw unreadable(directory, cause);
  }
  if (names.length <= MAX_ENTRIES) return names.toSorted();
  throw new TtyError('REFUSED_UNSAFE', `${quote(directory)} has more than ${MAX_ENTRIES} entries and is no bundle`, {
    details: { path: directory, reason: 'bundle' },
  });
}

function unreadable(directory: string, cause: unknown): TtyError {
  const details = { path: directory, reason: 'directory' };
  if (isErrno(cause, 'ENOENT', 'ENOTDIR'))
    return new TtyError('INVALID_INPUT', `${quote(directory)} is no directory that is there`, { details, cause });
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TtyError('STORAGE_READ_ERROR', `cannot read the bundle ${quote(directory)}: ${message}`, {
    details,
    cause,
  });
}

function open(directory: string, name: string): OpenFile {
  const file = path.join(directory, name);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  try {
    // a look before: opening a device may do something
    if (!fs.lstatSync(file).isFile()) throw unsafeBundle(name, 'is no plain file');
    const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stat = fs.fstatSync(fd);
    if (stat.isFile()) return { name, fd, bytes: stat.size };
    fs.closeSync(fd);
    throw unsafeBundle(name, 'is no plain file');
  } catch (cause) {
    if (cause instanceof TtyError) throw cause;
    if (isErrno(cause, 'ELOOP')) throw unsafeBundle(name, 'is a link');
    throw unreadable(file, cause);
  }
}

function checkFile(name: string, bytes: number): void {
  const maxBytes = KNOWN.get(name);
  if (maxBytes === undefined) throw proofFault({ file: name }, 'unknown_file', 'a bundle has no such file');
  if (bytes > maxBytes)
    throw proofFault({ file: name }, 'size', `it has ${bytes} bytes, more than the ${maxBytes} that it may have`);
}
