/** Options of `create` and of a one-shot `run` -> parameters of `session.create`. Checks what the caller's side can know. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { environmentBlock, leaseEnvironmentBlock, parseVariables } from '../client/environment.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import type { CreateParams } from '../protocol/methods/session.ts';
import type { OptionValues } from './command.ts';
import type { CliContext } from './context.ts';
import { readSecretValues } from './secretValues.ts';
import type { CREATE_OPTIONS } from './specs/session.ts';

/** Most words of one command; the contract's bound. */
const MAX_WORDS = 1024;

/** @throws TtyError `INVALID_INPUT` or `REFUSED_UNSAFE` that names the option */
export function createParams(
  options: OptionValues<typeof CREATE_OPTIONS>,
  command: readonly string[],
  context: CliContext,
): CreateParams {
  if (command[0] === '') throw invalid('the command is empty', 'command');
  if (command.length > MAX_WORDS)
    throw invalid(`the command has ${command.length} words; at most ${MAX_WORDS} are allowed`, 'limit');
  if (options.term !== undefined && !/^[\x21-\x7e]{1,64}$/.test(options.term)) {
    throw invalid(`--term must be 1 to 64 printable ASCII characters, got ${quote(options.term)}`, 'usage');
  }
  const leaseEnvironment = leaseEnvironmentBlock(context.environment);
  const added = parseVariables(options.env ?? [], options['allow-env']);
  return {
    command: [...command],
    cwd: workingDirectory(options.cwd, context),
    environment: environmentBlock({ inherited: context.environment, added }),
    umask: context.umask(),
    ...(options.cols === undefined ? {} : { cols: options.cols }),
    ...(options.rows === undefined ? {} : { rows: options.rows }),
    ...(options.term === undefined ? {} : { term: options.term }),
    ...redactParams(options),
    ...(leaseEnvironment === undefined ? {} : { leaseEnvironment }),
  };
}

function redactParams(options: OptionValues<typeof CREATE_OPTIONS>): Pick<CreateParams, 'redact'> {
  const env = options['redact-env'] ?? [];
  const files = options['redact-file'] ?? [];
  const patterns = options['redact-patterns'] === true;
  if (env.length === 0 && files.length === 0 && !patterns) return {};
  return { redact: { env: [...env], values: files.flatMap(readSecretValues), patterns } };
}

function workingDirectory(given: string | undefined, context: CliContext): string {
  if (given === '') throw invalid('--cwd must be a directory, got ""', 'cwd');
  if (given !== undefined && path.isAbsolute(given)) return checkDirectory(path.resolve(given));
  let current: string;
  try {
    current = context.cwd();
  } catch (cause) {
    throw new TtyError('INVALID_INPUT', 'the current directory no longer exists', {
      details: { reason: 'cwd' },
      hint: 'give an absolute --cwd',
      cause,
    });
  }
  return given === undefined ? current : checkDirectory(path.resolve(current, given));
}

function checkDirectory(directory: string): string {
  try {
    if (!fs.statSync(directory).isDirectory()) throw invalid(`--cwd ${quote(directory)} is not a directory`, 'cwd');
    fs.accessSync(directory, fs.constants.X_OK);
    return directory;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) throw invalid(`--cwd ${quote(directory)} does not exist`, 'cwd');
    if (isErrno(error, 'ENOTDIR')) throw invalid(`--cwd ${quote(directory)} is not a directory`, 'cwd');
    if (isErrno(error, 'EACCES')) throw invalid(`--cwd ${quote(directory)} is not permitted for this user`, 'cwd');
    throw error;
  }
}

function invalid(message: string, reason: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason } });
}
