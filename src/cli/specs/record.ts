import { defineSpec } from '../command.ts';
import { SESSION } from './session.ts';

const SEQ = { kind: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER } as const;

export const recordExportSpec = defineSpec({
  name: 'record export',
  summary: 'Makes a recording of a session from its log, for asciinema and its players',
  details: [
    'Needs no host and takes no part in the session. The recording holds output, sizes, marks, the start and the end of each run with its outcome, and the exit status; what was typed only with --include-input, keys that are not plain text by their name.',
    'A recording is text: bytes that are no UTF-8 stand as U+FFFD, and metadata.replacedCharacters counts them. With --from everything that was written before is in the recording as well, at time 0, so that the screen is right.',
    'Without --out the file lies among the artifacts of the session, which inspect lists. It is there whole or not at all.',
  ],
  positionals: [SESSION],
  options: {
    format: { kind: 'choice', choices: ['asciicast'], help: 'kind of recording (default: asciicast)' },
    'asciicast-version': { kind: 'choice', choices: ['2', '3'], help: 'version of the format (default: 3)' },
    out: { kind: 'text', value: 'FILE', help: 'where to write it' },
    force: { kind: 'flag', help: 'replace a file that is there' },
    from: { ...SEQ, help: 'first event that takes time' },
    to: { ...SEQ, help: 'last event' },
    'include-input': { kind: 'flag', help: 'also what was typed; it may hold secrets' },
  },
  examples: ['agent-tty record export s1', 'agent-tty record export s1 --out demo.cast --asciicast-version 2'],
});
