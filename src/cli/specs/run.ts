import { DEFAULT_MAX_OUTPUT_BYTES, MAX_MAX_OUTPUT_BYTES } from '../../protocol/limits.ts';
import { defineSpec, type OptionSpecs, type PositionalSpec } from '../command.ts';
import { LEASE_WAIT, PROVIDER } from './lease.ts';
import { CREATE_OPTIONS, SESSION } from './session.ts';

/** The id of a run, as an operand. */
export const RUN: PositionalSpec = { name: 'RUN', help: 'id of a run: <sessionId>.<n>' };

const WAITING_OPTIONS = {
  timeout: {
    kind: 'duration',
    zero: 'for ever',
    help: 'how long to wait, for its turn and its end; the run itself goes on (default: 120s; one-shot: for ever)',
  },
  'max-output': {
    kind: 'integer',
    min: 0,
    max: MAX_MAX_OUTPUT_BYTES,
    help: `bytes of output in the result with --json, head and tail together (default: ${DEFAULT_MAX_OUTPUT_BYTES})`,
  },
  'until-input': {
    kind: 'flag',
    help: 'come back, with status 123, when the command waits for input; the run itself goes on',
  },
  ansi: {
    kind: 'flag',
    help: 'keep colours and other looks of the output (SGR); everything else of its escapes still goes',
  },
  'propagate-exit': { kind: 'flag', help: 'with --json too, end with the exit status that the plain form has' },
} as const satisfies OptionSpecs;

const EXIT_STATUS =
  "Without --json the output comes on standard output as it is made, and the exit status is the command's own; 124: the wait timed out, 148: stopped (Ctrl+Z), " +
  '130: interrupted, 123: waits for input (only with --until-input), 2: not understood, 4: refused, nothing was typed, 75: the provider has no free place, nothing was typed, 76: its place was taken away and the command was ended, 78: its provider cannot be asked, nothing was typed, 125: failed on our side. With --json it is 0 whenever the envelope says ok.';

export const runSpec = defineSpec({
  name: 'run',
  summary:
    'Types a command into the shell of a session and waits for its end; after --, runs one in a session of its own',
  details: [
    'Several words are joined by spaces and read by the shell of the session; quote a command to keep it as it is.',
    'After -- (and without a session) the words are program and arguments, started directly in a fresh session that ends with them. When such a wait times out, is interrupted or ends because the program waits for input, the session is ended.',
    EXIT_STATUS,
  ],
  usage: [
    'SESSION COMMAND... [options]',
    'SESSION - [options]',
    'SESSION --file FILE [options]',
    '--wait [options] -- COMMAND [ARGUMENT...]',
  ],
  positionals: [
    { ...SESSION, optional: true },
    { name: 'COMMAND', help: 'the command; - reads it from standard input', optional: true, repeat: true },
  ],
  takesRest: true,
  options: {
    wait: { kind: 'flag', help: 'wait for the end (the default)' },
    'no-wait': { kind: 'flag', help: 'come back as soon as the command is accepted' },
    file: { kind: 'text', value: 'FILE', help: 'read the command from this file' },
    'when-busy': {
      kind: 'choice',
      choices: ['wait', 'fail'],
      help: 'while another run is under way: queue or be refused (default: wait)',
    },
    'idempotency-key': {
      kind: 'text',
      value: 'KEY',
      help: 'a name for this command (visible ASCII): the session types it once; a call that comes again joins the first',
    },
    provider: {
      ...PROVIDER,
      help: 'type the command once it has a place at this provider, which it keeps as long as it runs (default: the one of the session)',
    },
    'lease-wait': LEASE_WAIT,
    ...WAITING_OPTIONS,
    ...CREATE_OPTIONS,
  },
  examples: [
    "agent-tty run build 'make -j4' --timeout 10m",
    'agent-tty run build --file deploy.sh --json',
    "agent-tty run build 'sudo make install' --until-input",
    "agent-tty run --wait -- sh -c 'exit 3'",
    'agent-tty run build \'claude -p "review this"\' --provider claude --lease-wait 10m',
  ],
});

export const runWaitSpec = defineSpec({
  name: 'run wait',
  summary: 'Waits for the end of a run that was started before',
  details: ['Prints the whole output of the run, from its start.', EXIT_STATUS],
  positionals: [RUN],
  options: WAITING_OPTIONS,
});

export const runStatusSpec = defineSpec({
  name: 'run status',
  summary: 'Shows how far a run is, or how it ended',
  details: [
    'Says of a run under way whether it waits for input now, and for what: a line, a secret (a line without echo), or raw input (key by key).',
    'Works without a host, from the log of the session.',
  ],
  positionals: [RUN],
  options: {},
});

export const runListSpec = defineSpec({
  name: 'run list',
  summary: 'Lists the runs of a session',
  positionals: [SESSION],
  options: {},
});

export const runOutputSpec = defineSpec({
  name: 'run output',
  summary: 'Prints what a run has printed, from the log of the session',
  positionals: [RUN],
  details: [
    'Output that moved about the screen (full-screen programs, progress displays, clear) is shown as the screen stands in the end; all other output, and with --model lines that too, line by line.',
  ],
  options: {
    raw: { kind: 'flag', help: 'the bytes as the program wrote them (base64 with --json)' },
    ansi: { kind: 'flag', help: 'keep colours and other looks (SGR)' },
    model: {
      kind: 'choice',
      choices: ['lines', 'terminal'],
      help: 'line by line, or as the screen stands in the end (default: what fits the output)',
    },
  },
});
