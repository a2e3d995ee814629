/** Which home a caller means, and whether it may be used. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { quote, TtyError } from '../protocol/errors.ts';

/** Name of the variable that names the home. */
export const HOME_VARIABLE = 'AGENT_TTY_HOME';
const DEFAULT_DIRECTORY = '.agent-tty';

export interface HomeChoice {
  /** What the caller gave, with the words that name where (`--home`); wins over the environment. */
  readonly given?: { readonly value: string; readonly by: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The home as an absolute path without `.` or `..`: as given, else `AGENT_TTY_HOME`, else `~/.agent-tty`. It need not
 * exist yet; whoever starts a host creates it with mode 0700.
 *
 * @throws TtyError `INVALID_INPUT` for a path that is empty, relative, the root, or no directory; `REFUSED_UNSAFE` for
 *   one that others own or may write
 */
export function resolveHome(choice: HomeChoice): string {
  const fromEnvironment = choice.environment[HOME_VARIABLE];
  const given =
    choice.given ?? (fromEnvironment === undefined ? undefined : { value: fromEnvironment, by: HOME_VARIABLE });
  const home = given === undefined ? defaultHome(choice.environment) : checkPath(given.value, given.by);
  checkDirectory(home, given?.by ?? 'the home');
  return home;
}

function defaultHome(environment: HomeChoice['environment']): string {
  const userHome = environment['HOME'] || systemUserHome();
  if (userHome === undefined || !path.isAbsolute(userHome)) {
    throw invalid(
      'the home cannot be told: HOME is not set to an absolute path',
      'give --home DIR or set AGENT_TTY_HOME',
    );
  }
  return path.join(userHome, DEFAULT_DIRECTORY);
}

function systemUserHome(): string | undefined {
  try {
    return os.homedir();
  } catch {
    return undefined; // the user has no entry in the system's list: the caller says what to do
  }
}

function checkPath(value: string, by: string): string {
  if (value === '' || !path.isAbsolute(value)) throw invalid(`${by} must be an absolute path, got ${quote(value)}`);
  if (value.includes('\0')) throw invalid(`${by} holds a NUL byte`);
  const home = path.resolve(value);
  if (home === path.parse(home).root) throw invalid(`${by} must be a directory of its own, got ${quote(value)}`);
  return home;
}

function checkDirectory(home: string, by: string): void {
  const stat = lookAt(home, by);
  checkParents(home, by);
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw invalid(`${by} ${quote(home)} is not a directory`);
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) {
    throw new TtyError('REFUSED_UNSAFE', `${by} ${quote(home)} belongs to user ${stat.uid}, not to ${uid}`, {
      details: { reason: 'home' },
    });
  }
  if ((stat.mode & 0o002) !== 0) {
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
    throw new TtyError('REFUSED_UNSAFE', `${by} ${quote(home)} can be written by every user (mode ${mode})`, {
      details: { reason: 'home' },
      hint: 'take a directory of its own, or chmod 700 it',
    });
  }
}

/** What lies at `place`; nothing where nothing can be, which versions of Node tell in two ways. */
function lookAt(place: string, by: string): fs.Stats | undefined {
  try {
    return fs.statSync(place);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_READ_ERROR', `${by} cannot be looked at: ${why}`, {
      details: { reason: 'home' },
      cause,
    });
  }
}

/** A directory that everybody may write and that is not sticky lets everybody put another home in the place of ours. */
function checkParents(home: string, by: string): void {
  for (let parent = path.dirname(home); ; parent = path.dirname(parent)) {
    const stat = lookAt(parent, by);
    if (stat?.isDirectory() === false) {
      throw invalid(`${by} ${quote(home)} lies below ${quote(parent)}, which is no directory`);
    }
    if (stat !== undefined && (stat.mode & 0o002) !== 0 && (stat.mode & 0o1000) === 0) {
      const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
      throw new TtyError(
        'REFUSED_UNSAFE',
        `${by} ${quote(home)} lies in ${quote(parent)}, where every user may replace it (mode ${mode})`,
        {
          details: { reason: 'home', path: parent },
          hint: 'take a home elsewhere, or take the permission to write from others: chmod o-w',
        },
      );
    }
    if (parent === path.dirname(parent)) return;
  }
}

function invalid(message: string, hint?: string): TtyError {
  return new TtyError('INVALID_INPUT', message, {
    details: { reason: 'home' },
    ...(hint === undefined ? {} : { hint }),
  });
}
