/**
 * Completion by a frame for interpreters that are no shells. The frame is a script of the interpreter's own, and what is
 * typed is one short line that runs it: the interpreter has read the line to its end before the command begins, whatever the
 * command is, and its editor paints little. The script leaves no name behind, shows values and errors as the interpreter
 * itself does, and puts the command into the history in the place of the typed line.
 */
import { MARK_OSC } from '../marks.ts';
import { type CompletionSource, ENTER } from './completionSource.ts';
import { fillIn } from './fillIn.ts';
import { NODE_FRAME } from './nodeFrame.ts';
import { PWSH_FRAME } from './pwshFrame.ts';
import { PYTHON_FRAME } from './pythonFrame.ts';

export type ReplName = 'python' | 'node' | 'pwsh';

interface Repl {
  /** The script, with `@NONCE@`, `@OSC@`, `@TOKEN@`, `@COMMAND@` and `@PATH@`. ASCII only. */
  readonly frame: string;
  /** A literal that stands for exactly `text`, in ASCII. */
  quote(text: string): string;
  /** The line that runs the script of the quoted path. */
  line(path: string): string;
  /** Whether a paste is taken where the editor offers it. */
  readonly prefersPaste: boolean;
}

const REPLS: Readonly<Record<ReplName, Repl>> = {
  python: {
    frame: PYTHON_FRAME,
    quote: quotePython,
    line: (path) => `exec(open(${path}).read(),{})`,
    prefersPaste: true,
  },
  node: {
    frame: NODE_FRAME,
    quote: quoteJson,
    line: (path) => `eval(require("fs").readFileSync(${path},"latin1"))`,
    prefersPaste: false,
  },
  pwsh: {
    frame: PWSH_FRAME,
    quote: quotePwsh,
    line: (path) => `. ([scriptblock]::Create([IO.File]::ReadAllText(${path})))`,
    prefersPaste: false,
  },
};

/** A source for the interpreter `name`; its marks carry `nonce`. */
export function replSource(name: ReplName, nonce: string): CompletionSource {
  const repl = REPLS[name];
  const lineOf = (path: string): string => repl.line(repl.quote(path));
  return {
    name: 'sentinel',
    reportsPrompts: false,
    // Enough for the path; what is longer does not come.
    maxPasteBytes: 8 * 1024,
    hidesEcho: true,
    prefersPaste: repl.prefersPaste,
    submit: ENTER,
    takesLines: false,
    hasStartNoise: false,
    script: (command, token, path) =>
      fillIn(repl.frame, {
        NONCE: nonce,
        OSC: String(MARK_OSC),
        TOKEN: token,
        COMMAND: repl.quote(command),
        PATH: repl.quote(path),
      }),
    typed: (body) => {
      const text = lineOf('path' in body ? body.path : '');
      return { text, frameParts: [text] };
    },
  };
}

/** JSON, and nothing beyond ASCII. */
function quoteJson(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** As JSON, but a character beyond the first 65,536 is one escape. The prefix is for Python 2, and nothing in 3. */
function quotePython(text: string): string {
  const escaped = quoteJson(text).replaceAll(/(?<!\\)((?:\\\\)*)\\u(d[89ab]..)\\u(d[c-f]..)/g, pairEscape);
  return `u${escaped}`;
}

function pairEscape(_: string, before: string, high: string, low: string): string {
  const point = (Number.parseInt(high, 16) - 0xd800) * 0x400 + Number.parseInt(low, 16) - 0xdc00 + 0x10000;
  return `${before}\\U${point.toString(16).padStart(8, '0')}`;
}

/** Double quotes with backtick escapes, of which `u{...}` needs PowerShell 6. */
function quotePwsh(text: string): string {
  const escaped = text.replaceAll(/["`$]/g, '`$&').replaceAll(/[^\u0020-\u007e]/gu, (character) => {
    return `\`u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return `"${escaped}"`;
}
