import {
  DEFAULT_FILM_SCALE,
  DEFAULT_FPS,
  DEFAULT_GIF_FPS,
  DEFAULT_THEME,
  MAX_FPS,
  MAX_GIF_FPS,
  MAX_SCALE,
  RECORDING_FORMATS,
  THEME_NAMES,
  TIMINGS,
} from '../../protocol/limits.ts';
import { defineSpec } from '../command.ts';
import { SESSION } from './session.ts';

const SEQ = { kind: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER } as const;

export const recordExportSpec = defineSpec({
  name: 'record export',
  summary: 'Makes a recording of a session from its log: asciicast, video, GIF, page or text',
  details: [
    'Needs no host and takes no part in the session. asciicast (for asciinema and its players) holds output, sizes, marks, the start and the end of each run with its outcome, and the exit status; what was typed only with --include-input, keys that are not plain text by their name.',
    'webm (VP9) and mp4 (H.264) need Chromium: one on the PATH, or --browser-path. gif needs none. Their last frame is the picture that screenshot draws with the same --theme, --scale and --show-cursor. Where the size changed, they have that of the largest screen.',
    'html is a page of its own, with a player, the list of runs to jump to, the final screen, and search; it asks nothing of a network. txt is the text that went over the screen.',
    'A cast is text: bytes that are no UTF-8 stand as U+FFFD, and metadata.replacedCharacters counts them. With --from everything that was written before is in the recording as well, at time 0, so that the screen is right.',
    'Without --out the file lies among the artifacts of the session, which inspect lists. It is there whole or not at all.',
  ],
  positionals: [SESSION],
  options: {
    format: { kind: 'choice', choices: RECORDING_FORMATS, help: 'kind of recording (default: asciicast)' },
    out: { kind: 'text', value: 'FILE', help: 'where to write it' },
    force: { kind: 'flag', help: 'replace a file that is there' },
    from: { ...SEQ, help: 'first event that takes time' },
    to: { ...SEQ, help: 'last event' },
    timing: {
      kind: 'choice',
      choices: TIMINGS,
      help: 'recorded: as it was (default); accelerated: pauses last a second at most; max-speed: a frame at most; not for txt',
    },
    fps: {
      kind: 'integer',
      min: 1,
      max: MAX_FPS,
      help: `most frames a second of webm and mp4 (default: ${DEFAULT_FPS}) and gif (${DEFAULT_GIF_FPS}, at most ${MAX_GIF_FPS})`,
    },
    scale: {
      kind: 'integer',
      min: 1,
      max: MAX_SCALE,
      help: `webm, mp4, gif: times 8 x 16 pixels for a cell (default: ${DEFAULT_FILM_SCALE})`,
    },
    theme: {
      kind: 'choice',
      choices: THEME_NAMES,
      help: `colours for what the program leaves to the terminal (default: ${DEFAULT_THEME}; asciicast: as the player has them); not for txt`,
    },
    'show-cursor': { kind: 'flag', help: 'webm, mp4, gif: draw the cursor, where the screen shows it' },
    'browser-path': { kind: 'text', value: 'FILE', help: 'webm, mp4: the program of a Chromium' },
    'asciicast-version': { kind: 'choice', choices: ['2', '3'], help: 'asciicast: version of the format (default: 3)' },
    'include-input': { kind: 'flag', help: 'asciicast: also what was typed; it may hold secrets' },
  },
  examples: [
    'agent-tty record export s1',
    'agent-tty record export s1 --out demo.cast --asciicast-version 2',
    'agent-tty record export s1 --format webm --timing accelerated',
    'agent-tty record export s1 --format html --out report.html',
  ],
});
