/** Completion by the shell's own hooks, for zsh: start-up files that keep what the user has and add private marks. */
import { MARK_OSC } from '../marks.ts';
import {
  type CompletionSource,
  ENTER,
  type HookStart,
  type HookSurroundings,
  type TypedCommand,
} from './completionSource.ts';
import { dialectOf } from './dialects.ts';
import { fillIn } from './fillIn.ts';
import { ZSH_ENV, ZSH_PROFILE, ZSH_RC } from './zshHooksScript.ts';

const KNOWN_OPTIONS = new Set(['-i', '-l', '-il', '-li', '--login', '--interactive']);

const ZSH = dialectOf('zsh');

/** zsh takes in 100 kB of paste in 0.3 s. */
const MAX_PASTE_BYTES = 128 * 1024;

const ZSH_HOOKS: CompletionSource = {
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
    return { text: 'path' in body ? ` ${ZSH?.source(body.path) ?? body.path}` : body.text, frameParts: [] };
  },
};

/** How to start the zsh of `argv`; `undefined` for options other than -i, -l and their long forms. */
export function zshHookStart(
  argv: readonly [string, ...string[]],
  { directory, nonce, environment }: HookSurroundings,
): HookStart | undefined {
  const [, ...options] = argv;
  if (ZSH === undefined || !options.every((option) => KNOWN_OPTIONS.has(option))) return undefined;
  const user = environment.get('ZDOTDIR');
  const values = {
    NONCE: nonce,
    OSC: String(MARK_OSC),
    DIRECTORY: ZSH.quote(directory),
    RESTORE: user === undefined ? String.raw`\builtin unset ZDOTDIR` : `ZDOTDIR=${ZSH.quote(user)}`,
  };
  return {
    argv,
    environment: { ZDOTDIR: directory },
    promptKind: 'hooks',
    files: [
      { name: '.zshenv', script: fillIn(ZSH_ENV, values) },
      { name: '.zprofile', script: fillIn(ZSH_PROFILE, values) },
      { name: '.zshrc', script: fillIn(ZSH_RC, values) },
    ],
    source: ZSH_HOOKS,
  };
}
