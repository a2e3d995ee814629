/** The environment that a new session gets: the caller's own and what is added to it. */
import fs from 'node:fs';
import path from 'node:path';
import { quote, TtyError } from '../protocol/errors.ts';

/** Variables of this program say how it was called and are not handed on to sessions. */
const OWN_PREFIX = 'AGENT_TTY_';
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Variables that make a program load or run code that it did not mean to. */
const LOADER_VARIABLE = /^(LD_|DYLD_)|^(NODE_OPTIONS|BASH_ENV|ENV|PROMPT_COMMAND)$/;

/** Source of a session's environment. */
export interface EnvironmentOptions {
  /** The caller's whole environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Variables beside it; a later one wins. */
  readonly added?: Iterable<readonly [name: string, value: string]>;
}

/** The environment as the contract wants it: `NAME=VALUE` pairs, each ended by NUL. Names of this program are left out. */
export function environmentBlock(options: EnvironmentOptions): string {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(options.inherited)) {
    if (value !== undefined && !name.startsWith(OWN_PREFIX)) variables.set(name, value);
  }
  for (const [name, value] of options.added ?? []) {
    checkVariable(name, value);
    variables.delete(name);
    variables.set(name, value);
  }
  return [...variables].map(([name, value]) => `${name}=${value}\0`).join('');
}

/** Variables of this program that say where leases lie, and those that lower limits. */
const LEASE_VARIABLE = /^AGENT_TTY_(?:LEASE_|.*_LIMIT$)/;

/**
 * The part of the caller's environment that a session is not given and that its runs' leases are found by, in the same form;
 * `undefined` when there is none of it.
 */
export function leaseEnvironmentBlock(inherited: EnvironmentOptions['inherited']): string | undefined {
  const own = Object.entries(inherited).filter(([name, value]) => value !== undefined && LEASE_VARIABLE.test(name));
  return own.length === 0 ? undefined : own.map(([name, value]) => `${name}=${value}\0`).join('');
}

/** Throws `INVALID_INPUT` unless a variable of that name and value can be handed to a program. */
export function checkVariable(name: string, value: string): void {
  const fail = (why: string): never => {
    throw new TtyError('INVALID_INPUT', `variable name ${quote(name)} ${why}`, { details: { reason: 'env' } });
  };
  if (!VARIABLE_NAME.test(name)) fail('must be a letter or "_", then letters, digits or "_"');
  if (name.startsWith(OWN_PREFIX)) fail(`is kept for this program (${OWN_PREFIX}*)`);
  if (value.includes('\0')) fail('has a value with a NUL byte');
}

/**
 * Takes the texts of `--env NAME=VALUE` apart. A value may hold anything but NUL, `=` and newlines too.
 *
 * @throws TtyError `INVALID_INPUT`; `REFUSED_UNSAFE` for a variable that changes how programs load and is not in `allowed`
 */
export function parseVariables(
  texts: readonly string[],
  allowed: readonly string[] = [],
): [name: string, value: string][] {
  return texts.map((text) => {
    const equals = text.indexOf('=');
    if (equals === -1) {
      throw new TtyError('INVALID_INPUT', `--env needs NAME=VALUE, got ${quote(text)}`, { details: { reason: 'env' } });
    }
    const name = text.slice(0, equals);
    const value = text.slice(equals + 1);
    checkVariable(name, value);
    if (LOADER_VARIABLE.test(name) && !allowed.includes(name)) {
      throw new TtyError('REFUSED_UNSAFE', `--env ${name} can change how programs load`, {
        details: { reason: 'env', name },
        hint: `add --allow-env ${name} if that is meant`,
      });
    }
    return [name, value];
  });
}

const FALLBACK_SHELL = '/bin/sh';

/**
 * The shell to ask for when nobody names one: `undefined` where the host may choose (`SHELL` can be used, or is not set and
 * the configured one counts), `/bin/sh` where `SHELL` names nothing that could be run.
 */
export function fallbackShell(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const shell = environment['SHELL'];
  if (shell === undefined || shell === '') return undefined;
  return path.isAbsolute(shell) && isExecutableFile(shell) ? undefined : FALLBACK_SHELL;
}

function isExecutableFile(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false; // missing, or not to be run by this user: both mean that it is no shell to start
  }
}
