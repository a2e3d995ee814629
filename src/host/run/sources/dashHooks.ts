/**
 * Completion by the shell's own hooks, for dash: prompts that carry marks. It has nothing that runs before a command, so the
 * start is a print typed in front of it, one line with the command: dash reads the line whole before it begins.
 *
 * Facts it stands on (dash(1) and measurement with 0.5.12): ENV names a file that an interactive shell reads; PS1 and PS2 are
 * expanded each time they are printed, parameters and arithmetic in the shell itself, `$?` being the last status, also after a
 * substitution. Arithmetic assigns numbers only; `${__at_t:=...}` makes of them something that can be null, so that the
 * substitution that looks for a stopped child is not made before one may be there.
 */
import path from 'node:path';
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

const INIT_FILE = 'dash-init';
const KNOWN_OPTIONS = new Set(['-i', '-l', '-il', '-li']);

const DASH = dialectOf('dash');

/** The prompts' own text stays behind the marks. What is secret stays in a variable: a prompt may be exported. */
const SCRIPT = String.raw`# Written by agent-tty for one session and removed once read.
@ENV@
__at_m='@ESC@]@OSC@;@NONCE@;'
__at_e=
__at_n=0
__at_z=0
__at_t=
# Prints the start mark, in a subshell without the user's functions. Gives the status back that it is given.
__at_b() {
  (unset -f printf; printf '%sS;%s\007' "$__at_m" "$1" >/dev/tty)
  return "$2"
}
# Says T when the command of the status $__at_z was stopped: a child of the shell is.
__at_j() {
  unset -f command read printf
  IFS=' '
  case $__at_z in 1) ;; *) return ;; esac
  read -r __at_p </proc/$$/task/$$/children
  for __at_p in $__at_p; do
    read -r __at_s </proc/$__at_p/stat
    case \${__at_s##*) } in T*) printf ';T'; return ;; esac
  done
}
__at_1='\${__at_m:+\${__at_m}D;$((__at_n));$?\${__at_e#$((__at_z=$?>=145&&$?<=150))}\${__at_e#\${__at_t:=\${__at_z#0}}}\${__at_t:+$({ __at_j; } 2>/dev/null)}@BEL@\${__at_e#$((__at_n=__at_n+1))}}'
__at_2='\${__at_m:+\${__at_m}M@BEL@}'
if [ -r "$__at_u" ]; then \command . "$__at_u"; fi
__at_u=$PS2
unset PS2
PS2=$__at_2$__at_u
__at_u=$PS1
unset PS1
PS1=$__at_1$__at_u
unset __at_u __at_1 __at_2
`.replaceAll('\\${', '${');

const DASH_HOOKS: CompletionSource = {
  name: 'hooks',
  reportsPrompts: true,
  // Several lines would be several commands, each with its prompt.
  maxPasteBytes: DASH?.maxPasteBytes ?? 0,
  hidesEcho: true,
  prefersPaste: false,
  tellsNoStart: true,
  submit: ENTER,
  hasStartNoise: false,
  takesLines: false,
  typed(body, token): TypedCommand {
    // `$?` and `$_` are then what they were, errexit is not set off, and nothing of it shows in a trace.
    const before = ` { __at_b ${token} "$?" "\${_-}" && : "\${_-}"; } 2>/dev/null; `;
    const command = 'path' in body ? `. ${DASH?.quote(body.path) ?? body.path}` : body.text;
    return { text: `${before}${command}`, frameParts: [before] };
  },
};

/** How to start the dash of `argv`; `undefined` for options other than -i and -l. */
export function dashHookStart(
  argv: readonly [string, ...string[]],
  { directory, nonce, environment }: HookSurroundings,
): HookStart | undefined {
  const [, ...options] = argv;
  if (DASH === undefined || !options.every((option) => KNOWN_OPTIONS.has(option))) return undefined;
  const user = environment.get('ENV');
  const script = fillIn(SCRIPT, {
    NONCE: nonce,
    OSC: String(MARK_OSC),
    ESC: '\u001b',
    BEL: '\u0007',
    // The value is expanded like a word when the shell begins.
    ENV: user === undefined ? 'unset ENV; __at_u=' : `ENV=${DASH.quote(user)}; eval "__at_u=\\"$ENV\\""`,
  });
  return {
    argv,
    environment: { ENV: path.join(directory, INIT_FILE) },
    promptKind: 'kernel',
    files: [{ name: INIT_FILE, script }],
    source: DASH_HOOKS,
  };
}
