/** A directory that is there whole or not at all: filled beside its place, then put into it in one step. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno, syncDirectory } from '../../base/atomicFile.ts';
import { quote, TtyError } from '../../protocol/errors.ts';

let temporaryCount = 0;

/**
 * Refuses a place for a bundle before any work is done: anything but an empty directory that is there, a parent that is missing
 * or may not be written.
 *
 * @throws TtyError `EXPORT_ERROR` that names it
 */
export function checkBundlePlace(place: string): void {
  const parent = path.dirname(place);
  if (lookAt(parent, fs.statSync)?.isDirectory() !== true)
    throw refused(place, `its directory ${quote(parent)} does not exist`, 'missing_directory');
  const there = lookAt(place, fs.lstatSync);
  if (there !== undefined && !there.isDirectory()) throw refused(place, 'it is there and no directory', 'exists');
  if (there !== undefined && attempt(place, () => fs.readdirSync(place)).length > 0)
    throw refused(place, 'it is there and not empty', 'exists');
  attempt(place, () => fs.accessSync(parent, fs.constants.W_OK | fs.constants.X_OK));
}

/** One directory being made, mode 0700. Dispose it: without `commit` nothing is left. */
export class NewDirectory implements Disposable {
  /** Where its files go until then. */
  readonly temporary: string;
  readonly #place: string;

  /** @param place where it will lie in the end. Throws `EXPORT_ERROR` */
  constructor(place: string) {
    this.#place = place;
    this.temporary = path.join(path.dirname(place), `.${path.basename(place)}.${process.pid}.${temporaryCount++}.tmp`);
    attempt(place, () => fs.mkdirSync(this.temporary, { mode: 0o700 }));
  }

  /** Puts it into its place, durably. Throws `EXPORT_ERROR` when something came up there in the meantime. */
  commit(): void {
    attempt(this.#place, () => {
      syncDirectory(this.temporary);
      fs.renameSync(this.temporary, this.#place);
      syncDirectory(path.dirname(this.#place));
    });
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.temporary, { recursive: true, force: true });
  }
}

function lookAt(place: string, look: typeof fs.lstatSync): fs.Stats | undefined {
  return attempt(place, () => look(place, { throwIfNoEntry: false }));
}

function attempt<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isErrno(cause, 'ENOTEMPTY', 'EEXIST')) throw refused(place, 'it is there and not empty', 'exists', cause);
    throw refused(place, cause instanceof Error ? cause.message : String(cause), 'write_failed', cause);
  }
}

function refused(place: string, why: string, reason: string, cause?: unknown): TtyError {
  return new TtyError('EXPORT_ERROR', `cannot make the bundle ${quote(place)}: ${why}`, {
    details: { path: place, reason },
    cause,
  });
}
