/** The programs that read commands from a terminal, by their names and arguments: what they speak, and how their prompt is known. */
import path from 'node:path';
import type { LanguageName } from './languages.ts';

/** How it shows that a program waits for a command. */
export type Editing =
  /** It edits its lines itself, and switches bracketed paste on while it reads. */
  | 'line_editor'
  /** The kernel edits its lines. */
  | 'kernel'
  /** It edits its lines itself and tells by nothing but its prompt's text. */
  | 'repl';

/** A program that takes commands from its terminal. */
export interface CommandProgram {
  readonly language: LanguageName;
  /** The name it goes by: `bash`, `python3`, ... */
  readonly name: string;
  readonly editing: Editing;
  /** What the line at which it reads ends with, escape sequences removed. */
  readonly prompt: RegExp;
}

/** A shell's prompt as most people have it: a sign and one space. A line that asks something rarely ends so. */
export const SHELL_PROMPT = /[$#%>❯λ➜»] $/u;

interface Family {
  readonly names: RegExp;
  readonly language: LanguageName;
  readonly editing: Editing;
  readonly prompt: RegExp;
  /** Options that take the next word as their value. */
  readonly withValue: ReadonlySet<string>;
  /** An option after which the program reads commands from somewhere else than its terminal. */
  readonly elsewhere: RegExp;
}

const SHELL_VALUES = new Set(['--rcfile', '--init-file', '-o', '+o', '-O', '+O', '--init-command', '-C']);
const SHELL_ELSEWHERE = /^(?:-[a-zA-Z]*c[a-zA-Z]*|--command(?:=.*)?)$/;

const FAMILIES: readonly Family[] = [
  {
    names: /^(?:bash|zsh)$/,
    language: 'posix',
    editing: 'line_editor',
    prompt: SHELL_PROMPT,
    withValue: SHELL_VALUES,
    elsewhere: SHELL_ELSEWHERE,
  },
  {
    names: /^(?:sh|dash|ash|ksh|mksh)$/,
    language: 'posix',
    editing: 'kernel',
    prompt: SHELL_PROMPT,
    withValue: SHELL_VALUES,
    elsewhere: SHELL_ELSEWHERE,
  },
  {
    names: /^fish$/,
    language: 'fish',
    editing: 'line_editor',
    prompt: SHELL_PROMPT,
    withValue: SHELL_VALUES,
    elsewhere: SHELL_ELSEWHERE,
  },
  {
    names: /^python(?:[23](?:\.[0-9]+)?)?$/,
    language: 'python',
    editing: 'repl',
    // Output without a line end stands before it.
    prompt: />>> $/,
    withValue: new Set(['-W', '-X', '--check-hash-based-pycs']),
    elsewhere: /^-[bBdEiIOPqRsStuvx]*[cm]/,
  },
  {
    names: /^node(?:js)?$/,
    language: 'node',
    editing: 'repl',
    prompt: /^> $/,
    withValue: new Set(['-r', '--require', '--import', '-C', '--conditions', '--loader']),
    elsewhere: /^(?:-[pe]+|-c|--(?:eval|print|run|test|check)(?:=.*)?)$/,
  },
  {
    names: /^pwsh(?:-preview)?$/,
    language: 'pwsh',
    editing: 'repl',
    prompt: /^PS .*> $/,
    withValue: new Set(['-WorkingDirectory', '-wd', '-ExecutionPolicy', '-ConfigurationName']),
    elsewhere: /^-(?:Command|c|File|f|EncodedCommand|e|ec|NonInteractive)$/i,
  },
];

/** Names of all shells and interpreters that are known. */
export const KNOWN_PROGRAMS: readonly string[] = [
  'bash',
  'zsh',
  'dash',
  'sh',
  'ash',
  'ksh',
  'mksh',
  'fish',
  'python3',
  'node',
  'pwsh',
];

/**
 * What the program of `argv` speaks when it reads commands from its terminal; `undefined` for a script, for `-c` and the
 * like, and for a program that is not known. `executable` is the file's name where it is known to be another than
 * `argv[0]` says.
 */
export function commandProgram(argv: readonly string[], executable?: string): CommandProgram | undefined {
  const called = path.basename(argv[0] ?? '').replace(/^-/, '');
  const name = [executable, called].find((word) => word !== undefined && familyOf(word) !== undefined);
  const family = name === undefined ? undefined : familyOf(name);
  if (name === undefined || family === undefined || !readsTerminal(family, argv.slice(1))) return undefined;
  const { language, editing, prompt } = family;
  return { language, name, editing, prompt };
}

function familyOf(name: string): Family | undefined {
  return FAMILIES.find(({ names }) => names.test(name));
}

function readsTerminal({ withValue, elsewhere }: Family, words: readonly string[]): boolean {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (elsewhere.test(word)) return false;
    if (withValue.has(word)) i++;
    else if (!/^[-+]./.test(word)) return false;
  }
  return true;
}
