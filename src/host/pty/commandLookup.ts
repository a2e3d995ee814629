/**
 * Looks at a program and its working directory before anything is started, so that what cannot work is refused with a
 * reason instead of a child that is gone at once. It follows execvp(3). A race with the file system stays: then the
 * child ends with status 1.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../../base/atomicFile.ts';
import { TtyError, quote } from '../../protocol/errors.ts';
import { formatFault } from './execFormat.ts';
import type { ErrorDetails } from '../../protocol/errors.ts';

export interface ProgramRequest {
  /** Program and arguments; the first one has no slash when it is to be found in PATH. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The child's environment, each `NAME=VALUE`. */
  readonly environment: readonly string[];
}

/** What execvp(3) searches when the environment has no PATH (glibc's confstr _CS_PATH). */
const DEFAULT_PATH = '/bin:/usr/bin';
/** The kernel reads this much of a script to find its interpreter (BINPRM_BUF_SIZE). */
const SHEBANG_BYTES = 256;
/** Linux takes no longer string in argv or environment (MAX_ARG_STRLEN, its NUL not counted). */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;

/**
 * The absolute path of the program that `argv[0]` means in that directory and environment.
 *
 * @throws TtyError INVALID_INPUT (`details.reason` is `cwd`, `argument` or `limit`), EXEC_FAILED naming the program and
 *   why it cannot be run
 */
export function resolveProgram(request: ProgramRequest): string {
  const { argv, cwd, environment } = request;
  assertStrings('argument', argv);
  assertStrings('environment variable', environment);
  assertDirectory(cwd);
  const [name] = argv;
  if (name === undefined || name === '') throw invalid('argument', 'the command is empty; a program is needed');
  if (name.includes('/')) {
    const file = path.resolve(cwd, name);
    const fault = faultOf(file, cwd);
    if (fault !== undefined) throw execFailed(name, file, fault);
    return file;
  }
  return searchPath(name, pathOf(environment), cwd);
}

/** @throws TtyError INVALID_INPUT with `details.reason` `cwd` unless programs can be started in `cwd` */
export function assertDirectory(cwd: string): void {
  const refuse = (found: string): TtyError => invalid('cwd', `working directory ${quote(cwd)} ${found}`, { cwd });
  if (!path.isAbsolute(cwd)) throw refuse('is not an absolute path');
  if (cwd.includes('\0')) throw refuse('contains a NUL byte');
  try {
    const stat = fs.statSync(cwd);
    if (!stat.isDirectory()) throw refuse('is not a directory');
    fs.accessSync(cwd, fs.constants.X_OK);
  } catch (error) {
    if (error instanceof TtyError) throw error;
    if (isErrno(error, 'ENOENT')) throw refuse('does not exist');
    if (isErrno(error, 'ENOTDIR')) throw refuse('is not a directory');
    if (isErrno(error, 'EACCES')) throw refuse(`is not permitted${ownership(cwd)}`);
    throw refuse(`cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function searchPath(name: string, searched: string, cwd: string): string {
  let first: { file: string; fault: string } | undefined;
  for (const directory of searched.split(':')) {
    // an empty entry means the current directory (environ(7))
    const file = path.resolve(cwd, directory, name);
    const fault = faultOf(file, cwd);
    if (fault === undefined) return file;
    if (fault !== NOT_FOUND) first ??= { file, fault };
  }
  if (first !== undefined) throw execFailed(name, first.file, first.fault);
  throw new TtyError('EXEC_FAILED', `cannot run ${quote(name)}: not found in PATH (${quote(searched)})`, {
    details: { program: name, reason: 'not-found', path: searched },
  });
}

function pathOf(environment: readonly string[]): string {
  // the first of several counts (getenv(3))
  return environment.find((pair) => pair.startsWith('PATH='))?.slice('PATH='.length) ?? DEFAULT_PATH;
}

const NOT_FOUND = 'no such file';

/** Why `file` cannot be executed; undefined when nothing speaks against it. */
function faultOf(file: string, cwd: string): string | undefined {
  try {
    const stat = fs.statSync(file);
    if (stat.isDirectory()) return 'is a directory';
    if (!stat.isFile()) return 'is not a regular file';
    fs.accessSync(file, fs.constants.X_OK);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return NOT_FOUND;
    if (isErrno(error, 'EACCES')) return `is not executable${ownership(file)}`;
    return error instanceof Error ? error.message : String(error);
  }
  const head = headOf(file);
  const interpreter = interpreterOf(head);
  if (interpreter === undefined) return formatFault(head);
  const fault = interpreterFault(path.resolve(cwd, interpreter));
  return fault === undefined ? undefined : `its interpreter ${quote(interpreter)} ${fault}`;
}

/** An interpreter may be a script itself; the kernel finds that out, we look at the first one only. */
function interpreterFault(file: string): string | undefined {
  try {
    if (!fs.statSync(file).isFile()) return 'is not a regular file';
    fs.accessSync(file, fs.constants.X_OK);
    return undefined;
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR') ? 'is missing' : 'is not executable';
  }
}

/** The program named in a script's first line, `#!interpreter [argument]` (execve(2)); undefined for anything else. */
function interpreterOf(head: Buffer): string | undefined {
  return /^#![ \t]*([^ \t\n\0]+)/.exec(head.toString('utf8'))?.[1];
}

/** What the kernel looks at to see how the file is run; empty when it may be executed and not read. */
function headOf(file: string): Buffer {
  const head = Buffer.alloc(SHEBANG_BYTES);
  try {
    const fd = fs.openSync(file, 'r');
    try {
      return head.subarray(0, fs.readSync(fd, head, 0, head.length, 0));
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (isErrno(error, 'EACCES')) return Buffer.alloc(0);
    throw error;
  }
}

/** Who may do what, in words, for a message; empty when that cannot be read either. */
function ownership(file: string): string {
  try {
    const stat = fs.statSync(file);
    return ` (mode 0${(stat.mode & 0o7777).toString(8)}, owner ${stat.uid})`;
  } catch {
    return ''; // not even its directory may be searched; the message says enough without it
  }
}

function assertStrings(what: 'argument' | 'environment variable', values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    if (value.includes('\0')) throw invalid('argument', `${what} ${index} contains a NUL byte`);
    const bytes = Buffer.byteLength(value);
    if (bytes <= MAX_ARGUMENT_BYTES) continue;
    throw invalid('limit', `${what} ${index} has ${bytes} bytes; the system takes at most ${MAX_ARGUMENT_BYTES}`);
  }
}

function invalid(reason: string, message: string, details: ErrorDetails = {}): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason, ...details } });
}

function execFailed(name: string, file: string, fault: string): TtyError {
  const where = file === name ? '' : ` (${quote(file)})`;
  return new TtyError('EXEC_FAILED', `cannot run ${quote(name)}: ${fault}${where}`, {
    details: { program: name, file, reason: fault === NOT_FOUND ? 'not-found' : 'not-executable' },
  });
}
