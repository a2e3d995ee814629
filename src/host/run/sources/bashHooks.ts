/** Completion by the shell's own hooks, for bash: a start-up file that keeps what the user has and adds private marks. */
import { MARK_OSC } from '../marks.ts';
import { BASH_HOOKS_SCRIPT, BASH_INTERACTIVE_FILES, BASH_LOGIN_FILES } from './bashHooksScript.ts';
import type { CompletionSource, TypedCommand } from './completionSource.ts';
import { dialectOf } from './dialects.ts';

export interface BashHookStart {
  /** What to start instead of the given command. */
  readonly argv: readonly [string, ...string[]];
  /** Content of the start-up file, for `initFile`, mode 0600. To be removed at the first mark. */
  readonly script: string;
}

/**
 * How to start the bash of `argv` with hooks that print marks of `nonce` (32 hex digits); `undefined` when it is no bash or
 * an argv form other than alone, `-i`, `-l` or `--login`: such a shell is started as it is.
 */
export function bashHookStart(argv: readonly string[], initFile: string, nonce: string): BashHookStart | undefined {
  const [shell, ...options] = argv;
  if (shell === undefined || shell.split('/').at(-1) !== 'bash') return undefined;
  if (!options.every((option) => KNOWN_OPTIONS.has(option))) return undefined;
  const login = options.some((option) => option !== '-i');
  const values: Readonly<Record<string, string>> = {
    '@NONCE@': nonce,
    '@OSC@': String(MARK_OSC),
    '@LOGIN@': login ? BASH_LOGIN_FILES : BASH_INTERACTIVE_FILES,
  };
  return {
    argv: [shell, '--init-file', initFile, '-i'],
    script: BASH_HOOKS_SCRIPT.replaceAll(/@(?:NONCE|OSC|LOGIN)@/g, (name) => values[name] ?? name),
  };
}

const KNOWN_OPTIONS = new Set(['-i', '-l', '--login']);

const BASH = dialectOf('bash');

/**
 * Here a paste is worth its time, because the history then holds what was run and not the path of a file: 100 kB take 0.3 s,
 * and time grows with the length.
 */
const MAX_PASTE_BYTES = 128 * 1024;

/** The source for a bash that was started with {@link bashHookStart}: commands are typed as they are. */
export const BASH_HOOKS: CompletionSource = {
  name: 'hooks',
  reportsPrompts: true,
  maxPasteBytes: MAX_PASTE_BYTES,
  hidesEcho: false,
  typed(body): TypedCommand {
    return { text: 'path' in body ? ` . ${BASH?.quote(body.path) ?? body.path}` : body.text, frameParts: [] };
  },
};
