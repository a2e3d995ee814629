/** What a session runs: which program with which arguments and environment, and how its runs will be completed. Pure. */
import { TtyError } from '../../protocol/errors.ts';
import { SESSION_MARK_VARIABLE } from '../../protocol/homeLayout.ts';
import type { CompletionChoice } from '../../protocol/methods/session.ts';
import type { CompletionSource } from '../../protocol/outcomes.ts';
import { SHELLS_WITH_HOOKS } from '../run/sources/hookStart.ts';
import type { LanguageName } from '../run/sources/languages.ts';
import { commandProgram, type CommandProgram, KNOWN_PROGRAMS } from '../run/sources/programs.ts';

export interface LaunchRequest {
  readonly command: readonly string[];
  readonly shell: string | undefined;
  readonly completion: CompletionChoice;
}

export interface LaunchPlan {
  /** Program and arguments as the caller meant them, before hooks are added. */
  readonly argv: readonly [string, ...string[]];
  /** Name of the shell (`bash`, `zsh`, ...) when the program is one that reads commands from its terminal. */
  readonly shell: string | null;
  readonly source: CompletionSource;
  /** The language in which a sentinel is typed. */
  readonly dialect: LanguageName | null;
}

/** The shell's name when `argv` starts one that reads commands from its terminal; null for a script, `-c` or another program. */
export function interactiveShell(argv: readonly string[]): string | null {
  const program = commandProgram(argv);
  return program !== undefined && isShell(program) ? program.name : null;
}

function isShell({ language }: CommandProgram): boolean {
  return language === 'posix' || language === 'fish';
}

/**
 * Decides program and source of completion.
 *
 * @throws TtyError `INVALID_INPUT` when the asked-for source does not fit the program
 */
export function planLaunch(request: LaunchRequest, environment: ReadonlyMap<string, string>): LaunchPlan {
  const [program, ...args] = request.command;
  const argv: [string, ...string[]] =
    program === undefined ? [request.shell ?? (environment.get('SHELL') || '/bin/sh')] : [program, ...args];
  if (argv[0] === '') throw new TtyError('INVALID_INPUT', 'the command is empty', { details: { reason: 'command' } });
  const shell = interactiveShell(argv);
  return { argv, shell, ...chooseSource(request.completion, shell, commandProgram(argv)?.language ?? null) };
}

function chooseSource(
  choice: CompletionChoice,
  shell: string | null,
  language: LanguageName | null,
): Pick<LaunchPlan, 'source' | 'dialect'> {
  switch (choice) {
    case 'none':
      return { source: 'process', dialect: null };
    case 'sentinel:posix':
    case 'sentinel:fish':
    case 'sentinel:python':
    case 'sentinel:node':
    case 'sentinel:pwsh':
      return { source: 'sentinel', dialect: SENTINEL_LANGUAGES[choice] };
    case 'osc3008':
      return { source: 'osc3008', dialect: null };
    case 'sentinel':
      if (language === null) throw unfit(choice, 'a shell or interpreter of this list: ' + KNOWN_PROGRAMS.join(', '));
      return { source: 'sentinel', dialect: language };
    case 'hooks':
      if (!hasHooks(shell)) throw unfit(choice, `a shell of this list: ${SHELLS_WITH_HOOKS.join(', ')}`);
      return { source: 'hooks', dialect: language };
    case 'auto':
      if (hasHooks(shell)) return { source: 'hooks', dialect: language };
      return { source: language === null ? 'process' : 'sentinel', dialect: language };
  }
}

const SENTINEL_LANGUAGES = {
  'sentinel:posix': 'posix',
  'sentinel:fish': 'fish',
  'sentinel:python': 'python',
  'sentinel:node': 'node',
  'sentinel:pwsh': 'pwsh',
} as const;

function hasHooks(shell: string | null): boolean {
  return shell !== null && SHELLS_WITH_HOOKS.includes(shell);
}

function unfit(choice: CompletionChoice, wanted: string): TtyError {
  return new TtyError('INVALID_INPUT', `completion "${choice}" needs ${wanted}`, { details: { reason: 'completion' } });
}

/**
 * Takes a NUL-terminated block of NAME=VALUE pairs apart. Names are kept as they are; a later pair wins.
 *
 * @throws TtyError `INVALID_INPUT` for a pair without a name
 */
export function parseEnvironment(block: string): Map<string, string> {
  const environment = new Map<string, string>();
  for (const pair of block.split('\0')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    if (at <= 0) {
      throw new TtyError('INVALID_INPUT', 'an environment pair must be NAME=VALUE', { details: { reason: 'env' } });
    }
    environment.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return environment;
}

/** Variables that describe another terminal than the one that the session gets. */
const STALE_VARIABLES = ['COLUMNS', 'LINES', 'TERMCAP', 'WINDOWID', 'TMUX', 'TMUX_PANE', 'STY', 'WINDOW'];

/** The child's environment: the caller's, without what described the caller's terminal, with the session's mark. */
export function childEnvironment(
  environment: ReadonlyMap<string, string>,
  session: { readonly id: string; readonly term: string; readonly cwd: string },
): Map<string, string> {
  const merged = new Map(environment);
  for (const name of STALE_VARIABLES) merged.delete(name);
  merged.set('TERM', session.term);
  merged.set('PWD', session.cwd);
  merged.set(SESSION_MARK_VARIABLE, session.id);
  return merged;
}

/** An environment as `NAME=VALUE` pairs. */
export function environmentPairs(environment: ReadonlyMap<string, string>): string[] {
  return [...environment].map(([name, value]) => `${name}=${value}`);
}
