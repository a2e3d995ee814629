import fs from 'node:fs';
import path from 'node:path';

/**
 * Replaces `file` with `text` in one step: readers see the old content or the new one, never a part. The new file has
 * mode 0600 whatever the umask. `durable` also syncs the file and its directory entry to disk.
 */
export function writeFileAtomic(file: string, text: string, options: { durable?: boolean } = {}): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${temporaryCount++}.tmp`);
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    try {
      fs.fchmodSync(fd, 0o600);
      fs.writeFileSync(fd, text);
      if (options.durable === true) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  if (options.durable === true) syncDirectory(path.dirname(file));
}

let temporaryCount = 0;

/** Makes the entries of `directory` durable. */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Creates `directory` and its missing parents with mode 0700 whatever the umask; those that exist stay as they are. */
export function makePrivateDirectory(directory: string): void {
  // Step by step: the recursive form of mkdir never ends where a file system refuses new names with ENOENT, as /proc does.
  const missing = [directory];
  for (let parent = path.dirname(directory); !fs.existsSync(parent); parent = path.dirname(parent))
    missing.push(parent);
  for (const place of missing.toReversed()) {
    try {
      fs.mkdirSync(place, { mode: 0o700 });
    } catch (error) {
      if (isErrno(error, 'EEXIST') && fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() === true) continue;
      throw error;
    }
    fs.chmodSync(place, 0o700);
  }
}

/** The content of `file`, or `undefined` if there is none. Other errors are thrown. */
export function readIfPresent(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** True for a system error with one of `codes` (`ENOENT`, `EACCES`, ...). */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
