/** Completion by the shell's own hooks, for bash: a start-up file that keeps what the user has and adds private marks. */
import path from 'node:path';
import { MARK_OSC } from '../marks.ts';
import { BASH_HOOKS_SCRIPT, BASH_INTERACTIVE_FILES, BASH_LOGIN_FILES } from './bashHooksScript.ts';
import {
  type CompletionSource,
  ENTER,
  type HookStart,
  type HookSurroundings,
  type TypedCommand,
} from './completionSource.ts';
import { dialectOf } from './dialects.ts';
import { fillIn } from './fillIn.ts';

const INIT_FILE = 'bash-init';

/** How to start the bash of `argv`; `undefined` for options other than `-i`, `-l` or `--login`. */
export function bashHookStart(
  argv: readonly [string, ...string[]],
  { directory, nonce }: HookSurroundings,
): HookStart | undefined {
  const [shell, ...options] = argv;
  if (!options.every((option) => KNOWN_OPTIONS.has(option))) return undefined;
  const login = options.some((option) => option !== '-i');
  const values = {
    NONCE: nonce,
    OSC: String(MARK_OSC),
    LOGIN: login ? BASH_LOGIN_FILES : BASH_INTERACTIVE_FILES,
  };
  return {
    argv: [shell, '--init-file', path.join(directory, INIT_FILE), '-i'],
    environment: {},
    promptKind: 'hooks',
    files: [
      {
        name: INIT_FILE,
        script: fillIn(BASH_HOOKS_SCRIPT, values),
      },
    ],
    source: BASH_HOOKS,
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
  prefersPaste: false,
  staysSilent: true,
  submit: ENTER,
  takesLines: true,
  hasStartNoise: false,
  typed(body): TypedCommand {
    return { text: 'path' in body ? ` . ${BASH?.quote(body.path) ?? body.path}` : body.text, frameParts: [] };
  },
};
