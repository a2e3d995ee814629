/** A file that is there whole or not at all: written beside its place, then put into it in one step. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { quote, TtyError } from '../protocol/errors.ts';

/** Text that goes to the disk in one write. */
const WRITE_CHARS = 256 * 1024;
let temporaryCount = 0;

/**
 * Refuses a place that cannot be written, before any work is done: a file that exists (unless `force`), a directory, a
 * directory that is missing, one that may not be written.
 *
 * @throws TtyError `EXPORT_ERROR` that names the file
 */
export function checkOutputPlace(file: string, options: { readonly force: boolean }): void {
  const directory = path.dirname(file);
  const parent = statOf(directory);
  if (parent === undefined)
    throw refused(file, `its directory ${quote(directory)} does not exist`, 'missing_directory');
  if (!parent.isDirectory()) throw refused(file, `${quote(directory)} is not a directory`, 'missing_directory');
  const there = statOf(file);
  if (there?.isDirectory() === true) throw refused(file, 'it is a directory; name a file in it', 'is_directory');
  if (there !== undefined && !there.isFile()) throw refused(file, 'it is no plain file', 'no_plain_file');
  if (there !== undefined && !options.force) throw existsAlready(file);
  try {
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
  } catch (cause) {
    throw refused(file, `its directory ${quote(directory)} may not be written`, 'not_writable', cause);
  }
}

/** One file being made. Dispose it: without `commit` nothing is left. */
export class OutputFile implements Disposable {
  readonly #file: string;
  readonly #temporary: string;
  readonly #hash = createHash('sha256');
  #fd: number | undefined;
  #pending = '';
  #bytes = 0;
  /** Whether something was written that does not stand behind what was written before: the hash is of no use then. */
  #isPatched = false;

  /** @param file where it will lie in the end; mode 0600. Throws `EXPORT_ERROR` */
  constructor(file: string) {
    this.#file = file;
    this.#temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${temporaryCount++}.tmp`);
    this.#fd = this.#try(() => fs.openSync(this.#temporary, 'wx+', 0o600));
  }

  /** When it was made, by the clock of its file system. */
  get madeMs(): number {
    return fs.statSync(this.#temporary).mtimeMs;
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= WRITE_CHARS) this.#flush();
  }

  /** Bytes behind all that was written before. */
  writeBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#put(bytes);
  }

  /** Bytes at a place of their own, over what stands there or beyond it; not to be mixed with the other ways to write. */
  writeAt(bytes: Uint8Array, position: number): void {
    this.#isPatched = true;
    this.#bytes = Math.max(this.#bytes, position + bytes.length);
    this.#try(() => {
      for (let at = 0; at < bytes.length && this.#fd !== undefined;)
        at += fs.writeSync(this.#fd, bytes, at, bytes.length - at, position + at);
    });
  }

  /**
   * Puts the file into its place; `force` replaces what is there. `durable: false` for what can be made again: it does not wait for
   * the disk. Throws `EXPORT_ERROR`.
   */
  commit(options: { readonly force: boolean; readonly durable?: boolean }): { bytes: number; sha256: string } {
    this.#flush();
    if (this.#isPatched) this.#try(() => this.#readHash());
    this.#try(() => {
      if (this.#fd !== undefined && options.durable !== false) fs.fsyncSync(this.#fd);
      this.#close();
      if (options.force) fs.renameSync(this.#temporary, this.#file);
      else this.#moveToFree();
    });
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  [Symbol.dispose](): void {
    this.#close();
    fs.rmSync(this.#temporary, { force: true });
  }

  /** A link is refused where a file came up in the meantime; a rename would replace it. */
  #moveToFree(): void {
    try {
      fs.linkSync(this.#temporary, this.#file);
    } catch (error) {
      if (isErrno(error, 'EEXIST')) throw existsAlready(this.#file);
      // A file system without hard links: the check before has to do.
      if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
      fs.renameSync(this.#temporary, this.#file);
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#put(bytes);
  }

  #put(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#try(() => {
      for (let at = 0; at < bytes.length && this.#fd !== undefined;) at += fs.writeSync(this.#fd, bytes, at);
    });
  }

  #readHash(): void {
    const buffer = Buffer.allocUnsafe(WRITE_CHARS);
    for (let at = 0; this.#fd !== undefined;) {
      const count = fs.readSync(this.#fd, buffer, 0, buffer.length, at);
      if (count === 0) return;
      this.#hash.update(buffer.subarray(0, count));
      at += count;
    }
  }

  #close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof TtyError) throw cause;
      throw refused(this.#file, cause instanceof Error ? cause.message : String(cause), 'write_failed', cause);
    }
  }
}

/** What lies at `file`; `undefined` when nothing does. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    if (isErrno(cause, 'ENOTDIR')) return undefined;
    throw refused(file, cause instanceof Error ? cause.message : String(cause), 'not_writable', cause);
  }
}

function existsAlready(file: string): TtyError {
  return new TtyError('EXPORT_ERROR', `${quote(file)} exists`, {
    details: { path: file, reason: 'exists' },
    hint: 'give force (--force) to replace it',
  });
}

function refused(file: string, why: string, reason: string, cause?: unknown): TtyError {
  return new TtyError('EXPORT_ERROR', `cannot write ${quote(file)}: ${why}`, {
    details: { path: file, reason },
    cause,
  });
}
