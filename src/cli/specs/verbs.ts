import { MAX_LABEL_CHARS, MAX_SIZE, MIN_SIZE } from '../../protocol/limits.ts';
import { SIGNAL_NAMES } from '../../protocol/signals.ts';
import { defineSpec, type IntegerSpec } from '../command.ts';
import { SESSION } from './session.ts';

const SIZE = {
  kind: 'integer',
  min: MIN_SIZE,
  max: MAX_SIZE,
  code: 'INVALID_DIMENSIONS',
} as const satisfies Partial<IntegerSpec>;
const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;

export const markSpec = defineSpec({
  name: 'mark',
  summary: "Puts a marker with a label into the session's log",
  positionals: [SESSION, { name: 'LABEL', help: `1 to ${MAX_LABEL_CHARS} characters, no controls` }],
  options: {},
  examples: ["agent-tty mark s1 'login done'"],
});

export const resizeSpec = defineSpec({
  name: 'resize',
  summary: "Changes the terminal's size and tells the program",
  usage: ['SESSION --cols N --rows N'],
  positionals: [SESSION],
  options: {
    cols: { ...SIZE, help: 'width in cells; required' },
    rows: { ...SIZE, help: 'height in cells; required' },
  },
  examples: ['agent-tty resize s1 --cols 120 --rows 40'],
});

export const signalSpec = defineSpec({
  name: 'signal',
  summary: 'Sends a signal to the program in the foreground, or to every process of the session',
  positionals: [SESSION, { name: 'SIGNAL', help: `one of ${SIGNAL_NAMES.join(' ')}, with or without SIG` }],
  options: { tree: { kind: 'flag', help: 'every process of the session, wherever it went' } },
  examples: ['agent-tty signal s1 INT', 'agent-tty signal s1 TERM --tree'],
});

export const gcSpec = defineSpec({
  name: 'gc',
  summary: 'Removes the files of sessions that have ended, and what dead hosts left',
  details: [
    'Sessions that run, or that still have processes, stay and are named. Nothing is started and no process is ended.',
  ],
  positionals: [],
  options: {
    'older-than': { kind: 'duration', zero: 'all', max: TEN_YEARS_MS, help: 'only those that ended so long ago' },
    'dry-run': { kind: 'flag', help: 'say what would be removed and remove nothing' },
  },
  examples: ['agent-tty gc --dry-run', 'agent-tty gc --older-than 7d'],
});
