/** Completion by the shell's own hooks, for fish: commands for its start that add private marks to what the user has. */
import path from 'node:path';
import { MARK_OSC } from '../marks.ts';
import type { CompletionSource, HookStart, HookSurroundings, TypedCommand } from './completionSource.ts';
import { dialectOf } from './dialects.ts';
import { fillIn } from './fillIn.ts';
import { FISH_HOOKS_SCRIPT } from './fishHooksScript.ts';

const INIT_FILE = 'init.fish';
const KNOWN_OPTIONS = new Set(['-i', '--interactive', '-l', '--login', '-il', '-li', '-N', '--no-config']);

/**
 * The key that has fish take the line, F20 as a VT220 sends it. Unlike Enter it answers also to a line that fish does not
 * take, and leaves none behind in the editor.
 */
const SUBMIT_KEY = '\u001b[34~';
/**
 * The key that has fish take what follows as text, F19. In its own bracketed paste fish calls a function for each quote, after
 * which it paints the line anew, and drops leading blanks.
 */
const LITERAL_KEY = '\u001b[33~';

const FISH = dialectOf('fish');

const FISH_HOOKS: CompletionSource = {
  name: 'hooks',
  reportsPrompts: true,
  maxPasteBytes: FISH?.maxPasteBytes ?? 0,
  hidesEcho: false,
  prefersPaste: true,
  answersLines: true,
  submit: SUBMIT_KEY,
  literal: LITERAL_KEY,
  takesLines: true,
  // A TAB is dropped, and behind an ESC one of the two keys could stand.
  unpastable: /[\t\u001b]/,
  hasStartNoise: true,
  typed(body): TypedCommand {
    return { text: 'path' in body ? ` ${FISH?.source(body.path) ?? body.path}` : body.text, frameParts: [] };
  },
};

/** How to start the fish of `argv`; `undefined` for options other than -i, -l, -N and their long forms. */
export function fishHookStart(
  argv: readonly [string, ...string[]],
  { directory, nonce }: HookSurroundings,
): HookStart | undefined {
  const [shell, ...options] = argv;
  if (FISH === undefined || !options.every((option) => KNOWN_OPTIONS.has(option))) return undefined;
  const script = fillIn(FISH_HOOKS_SCRIPT, {
    NONCE: nonce,
    OSC: String(MARK_OSC),
    SUBMIT: String.raw`\e\[34\~`,
    LITERAL: String.raw`\e\[33\~`,
  });
  return {
    argv: [shell, ...options, '--init-command', FISH.source(path.join(directory, INIT_FILE))],
    environment: {},
    promptKind: 'hooks',
    files: [{ name: INIT_FILE, script }],
    source: FISH_HOOKS,
  };
}
