import {
  DEFAULT_COLS,
  DEFAULT_ROWS,
  DEFAULT_THEME,
  MAX_SIZE,
  MIN_SIZE,
  SCROLLBACK_LINES,
  THEME_NAMES,
} from '../../protocol/limits.ts';
import type { CompletionChoice } from '../../protocol/methods/session.ts';
import { defineSpec, type OptionSpecs, type PositionalSpec } from '../command.ts';
import { PROVIDER } from './lease.ts';

export const SESSION: PositionalSpec = { name: 'SESSION', help: 'id or name of a session' };

/** The words of `--completion`; the contract's own list would load its schemas into every command. */
export const COMPLETION_WORDS = [
  'auto',
  'hooks',
  'sentinel',
  'sentinel:posix',
  'sentinel:fish',
  'sentinel:python',
  'sentinel:node',
  'sentinel:pwsh',
  'osc3008',
  'none',
] as const satisfies readonly CompletionChoice[];
type MissingWord = Exclude<CompletionChoice, (typeof COMPLETION_WORDS)[number]>;
true satisfies [MissingWord] extends [never] ? true : never;

/** What may be said of a session that is about to start; `run --wait --` takes them too. */
export const CREATE_OPTIONS = {
  cwd: { kind: 'text', value: 'DIR', help: 'working directory (default: the current one)' },
  cols: {
    kind: 'integer',
    min: MIN_SIZE,
    max: MAX_SIZE,
    code: 'INVALID_DIMENSIONS',
    help: `width in cells (default: ${DEFAULT_COLS})`,
  },
  rows: {
    kind: 'integer',
    min: MIN_SIZE,
    max: MAX_SIZE,
    code: 'INVALID_DIMENSIONS',
    help: `height in cells (default: ${DEFAULT_ROWS})`,
  },
  env: { kind: 'list', value: 'NAME=VALUE', help: 'a variable beside those of the caller; a later one wins' },
  'allow-env': { kind: 'list', value: 'NAME', help: 'let --env set a variable that changes how programs load' },
  term: { kind: 'text', value: 'NAME', help: 'value of TERM (default: xterm-256color)' },
  'redact-env': { kind: 'list', value: 'NAME', help: 'mask the value of this variable before anything is written' },
  'redact-file': { kind: 'list', value: 'FILE', help: 'mask the values of this file, one a line' },
  'redact-patterns': { kind: 'flag', help: 'mask what has the shape of a well-known token (keys of AWS, GitHub, ...)' },
} as const satisfies OptionSpecs;

export const createSpec = defineSpec({
  name: 'create',
  summary: 'Starts a session: a shell, or the command after --, on a terminal of its own',
  details: [
    'The session gets the environment and the working directory of this call. Its host starts when none runs for the home.',
    'Variables whose name begins with AGENT_TTY_ are not handed on.',
    'What is redacted stands as asterisks in the log, on the screen and in results, and cannot be had back. agent-tty proof scan looks for what was missed.',
  ],
  positionals: [],
  takesRest: true,
  usage: ['[options]', '[options] -- COMMAND [ARGUMENT...]'],
  options: {
    name: {
      kind: 'text',
      value: 'NAME',
      help: 'a name that may stand wherever the id may; unique among live sessions',
    },
    ...CREATE_OPTIONS,
    shell: {
      kind: 'text',
      value: 'SHELL',
      help: 'shell to start when no command is given (default: $SHELL, else /bin/sh)',
    },
    completion: {
      kind: 'choice',
      choices: COMPLETION_WORDS,
      help: 'how the end of a run is learned (default: auto: hooks where the shell has them, else a frame around the command in the language of the program that waits for it, else what the shell itself prints)',
    },
    provider: {
      ...PROVIDER,
      help: 'the provider of its runs, unless they name another: each is typed once it has a place there',
    },
    'dedicated-host': {
      kind: 'flag',
      help: 'give the session a host process of its own, which ends with it: no other session shares its fate',
    },
    'idle-timeout-ms': { kind: 'duration', zero: 'never', help: 'end the session after so long without a byte' },
  },
  examples: [
    'agent-tty create --name build',
    'agent-tty create --cols 120 --rows 40 -- bash',
    'agent-tty create -- python3 -q',
  ],
});

export const listSpec = defineSpec({
  name: 'list',
  aliases: ['ls'],
  summary: 'Lists the live sessions of this home',
  positionals: [],
  options: { all: { kind: 'flag', help: 'also those that ended' } },
});

export const inspectSpec = defineSpec({
  name: 'inspect',
  summary: 'Shows one session in full',
  details: [
    'Works without a host. While the host lives it adds the runs, the foreground program and the grade of completion.',
  ],
  positionals: [SESSION],
  options: {},
});

export const destroySpec = defineSpec({
  name: 'destroy',
  summary: 'Ends a session and every process in it: HUP, then TERM, then KILL',
  positionals: [SESSION],
  options: { force: { kind: 'flag', help: 'begin with KILL' } },
});

export const snapshotSpec = defineSpec({
  name: 'snapshot',
  summary: 'Shows what stands on the screen; of an ended session, what stood there last',
  positionals: [SESSION],
  options: {
    format: {
      kind: 'choice',
      choices: ['text', 'structured', 'ansi', 'html', 'svg'],
      help: 'lines joined, row by row with cursor and state, or with colours: bytes that draw the screen, a page, a picture (default: text)',
    },
    'include-scrollback': { kind: 'flag', help: `also up to ${SCROLLBACK_LINES} lines above the screen, oldest first` },
    'include-cells': {
      kind: 'flag',
      help: 'also characters, colours and attributes cell by cell; with --format structured, shown by --json',
    },
    at: {
      kind: 'integer',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      help: 'the screen as it stood after this event (default: the last screen)',
    },
    since: {
      kind: 'text',
      value: 'HASH',
      help: 'only the rows that differ from the screen with this screenHash; all rows when it is not known',
    },
    theme: {
      kind: 'choice',
      choices: THEME_NAMES,
      help: `colours of html and svg for what the program leaves to the terminal (default: ${DEFAULT_THEME})`,
    },
  },
});
