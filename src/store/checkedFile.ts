/** The files of a home that are read whole: with bounds, and only if they are what they should be. */
import fs from 'node:fs';
import { isErrno } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';

/** What is checked of a file before its bytes are read. */
export interface FileRules {
  readonly maxBytes: number;
  /** Permission bits that must not be set, and who else they let in, for the message. */
  readonly forbidden?: { readonly mode: number; readonly lets: string };
  /** Must belong to us (or to root). */
  readonly own?: boolean;
  /** The code for what is no plain file or too large. */
  readonly notAFileCode: ErrorCode;
  readonly followLinks: boolean;
}

/**
 * The text of `file`, `undefined` when there is none. Never blocks on a FIFO or device, never reads more than `maxBytes`.
 * Throws `REFUSED_UNSAFE` for forbidden permissions and owners, `STORAGE_READ_ERROR` when the system refuses.
 */
export function readCheckedFile(file: string, rules: FileRules): string | undefined {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | O_NONBLOCK | (rules.followLinks ? 0 : O_NOFOLLOW));
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isErrno(cause, 'ELOOP'))
      throw new TtyError(rules.notAFileCode, `${file} is a link that is not followed`, pathOf(file));
    throw readError(file, cause);
  }
  try {
    checkFile(file, fs.fstatSync(fd), rules);
    return fs.readFileSync(fd, 'utf8');
  } catch (cause) {
    throw cause instanceof TtyError ? cause : readError(file, cause);
  } finally {
    fs.closeSync(fd);
  }
}

function readError(file: string, cause: unknown): TtyError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TtyError('STORAGE_READ_ERROR', `cannot read ${file}: ${message}`, { ...pathOf(file), cause });
}

function pathOf(file: string): { details: { path: string } } {
  return { details: { path: file } };
}

function checkFile(file: string, stat: fs.Stats, rules: FileRules): void {
  if (!stat.isFile()) throw new TtyError(rules.notAFileCode, `${file} is not a regular file`, pathOf(file));
  const us = process.getuid?.();
  if (rules.own === true && us !== undefined && stat.uid !== us && stat.uid !== 0) {
    throw new TtyError('REFUSED_UNSAFE', `${file} belongs to user ${stat.uid}, not to user ${us}`, pathOf(file));
  }
  const mode = stat.mode & 0o777;
  if (rules.forbidden !== undefined && (mode & rules.forbidden.mode) !== 0) {
    const message = `${file} can be ${rules.forbidden.lets} by others (mode ${mode.toString(8).padStart(4, '0')})`;
    throw new TtyError('REFUSED_UNSAFE', message, {
      ...pathOf(file),
      hint: `chmod ${(mode & ~rules.forbidden.mode).toString(8)} ${file}`,
    });
  }
  if (stat.size > rules.maxBytes) {
    throw new TtyError(
      rules.notAFileCode,
      `${file} has ${stat.size} bytes, allowed are ${rules.maxBytes}`,
      pathOf(file),
    );
  }
}
