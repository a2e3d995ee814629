import { LOG_LEVELS } from '../../base/logger.ts';
import { type CommandInput, defineSpec, type OptionSpecs } from '../command.ts';

/** Options of every command. */
export const GLOBAL_OPTIONS = {
  home: {
    kind: 'text',
    value: 'DIR',
    help: 'state root, an absolute path (default: $AGENT_TTY_HOME, else ~/.agent-tty)',
  },
  json: { kind: 'flag', help: 'print one JSON envelope on standard output and nothing else' },
  'no-color': { kind: 'flag', help: 'no colours, also on a terminal (as with $NO_COLOR)' },
  'log-level': {
    kind: 'choice',
    choices: LOG_LEVELS,
    help: 'what a host that is started now writes to its log (default: info)',
  },
  'timeout-ms': {
    kind: 'duration',
    zero: 'no bound',
    help: 'bound of one call to the host, on top of what the call itself waits for (default: 30s)',
  },
  help: { kind: 'flag', help: 'show the help of the command' },
  version: { kind: 'flag', help: 'show the version' },
} as const satisfies OptionSpecs;

/** The values of {@link GLOBAL_OPTIONS}. */
export type GlobalValues = CommandInput<typeof GLOBAL_OPTIONS>['options'];

export const helpSpec = defineSpec({
  name: 'help',
  summary: 'Shows what commands there are, or one of them in full',
  positionals: [{ name: 'COMMAND', help: 'one or two words, as in "help run wait"', optional: true, repeat: true }],
  options: {},
  homeless: true,
});

export const versionSpec = defineSpec({
  name: 'version',
  summary: 'Shows the versions of the package, its protocol and Node',
  positionals: [],
  options: {},
  homeless: true,
});

export const hostStatusSpec = defineSpec({
  name: 'host status',
  summary: 'Says whether the host of this home runs, and how it is',
  positionals: [],
  options: { all: { kind: 'flag', help: 'also the hosts that one session each has to itself' } },
});

export const hostStopSpec = defineSpec({
  name: 'host stop',
  summary: 'Stops the host of this home and waits until it is gone',
  positionals: [],
  options: {
    force: { kind: 'flag', help: 'end the sessions that still run; without it they are a reason to refuse' },
    all: { kind: 'flag', help: 'also the hosts that one session each has to itself' },
  },
});

export const doctorSpec = defineSpec({
  name: 'doctor',
  summary: 'Checks that everything works here: Node, terminals, shells and their hooks, home, socket',
  details: [
    'Tries the real thing in a home of its own, which is removed afterwards. Each fault comes with what to do about it.',
  ],
  positionals: [],
  options: {
    shell: {
      kind: 'list',
      value: 'SHELL',
      help: 'check this shell (may be given many times; default: bash, zsh, fish, dash where installed)',
    },
  },
});
