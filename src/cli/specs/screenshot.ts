import { DEFAULT_SCALE, DEFAULT_THEME, MAX_SCALE, THEME_NAMES } from '../../protocol/limits.ts';
import { defineSpec } from '../command.ts';
import { SESSION } from './session.ts';

export const screenshotSpec = defineSpec({
  name: 'screenshot',
  summary: 'Draws the screen of a session, alive or not, as a PNG',
  details: [
    'Needs no browser and no fonts of the system: the same log gives the same bytes on every machine of a kind. The result names the fonts that were used, and the characters that none of them has; a box stands for those.',
    'Without --out the file lies among the artifacts of the session, which inspect lists. It is there whole or not at all.',
  ],
  positionals: [SESSION],
  options: {
    out: { kind: 'text', value: 'FILE', help: 'where to write it' },
    force: { kind: 'flag', help: 'replace a file that is there' },
    at: {
      kind: 'integer',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      help: 'the screen as it stood after this event (default: the last screen)',
    },
    theme: {
      kind: 'choice',
      choices: THEME_NAMES,
      help: `colours for what the program leaves to the terminal (default: ${DEFAULT_THEME})`,
    },
    profile: { kind: 'choice', choices: THEME_NAMES, help: 'the same as --theme' },
    'show-cursor': { kind: 'flag', help: 'draw the cursor, if the screen shows it' },
    scale: {
      kind: 'integer',
      min: 1,
      max: MAX_SCALE,
      help: `times 8 x 16 pixels for a cell (default: ${DEFAULT_SCALE}, or 1 for a very large screen)`,
    },
  },
  examples: ['agent-tty screenshot s1', 'agent-tty screenshot s1 --out s1.png --theme light --show-cursor'],
});
