import { MAX_KEYS, MAX_SIZE } from '../../protocol/limits.ts';
import { defineSpec } from '../command.ts';
import { SESSION } from './session.ts';

const MAX_QUIET_MS = 600_000;

export const typeSpec = defineSpec({
  name: 'type',
  summary: 'Sends text to the program, byte for byte',
  usage: ['SESSION TEXT [options]', 'SESSION - [options]', 'SESSION --file FILE [options]'],
  positionals: [SESSION, { name: 'TEXT', help: 'the text; - reads it from standard input', optional: true }],
  options: {
    file: { kind: 'text', value: 'FILE', help: 'send the content of this file' },
    'append-newline': { kind: 'flag', help: 'send a newline after the text' },
    force: { kind: 'flag', help: 'send a line even when the terminal will cut it at 4,095 bytes' },
  },
  examples: ["agent-tty type s1 'hello' --append-newline", 'agent-tty type s1 --file script.sql'],
});

export const pasteSpec = defineSpec({
  name: 'paste',
  summary: 'Pastes text as a terminal does: in a frame when the program asked for one',
  details: [
    'Line ends become Enter; inside the frame a line editor takes them as text. Paste markers in the text are removed, whatever the options.',
    'Control characters but TAB and line ends are refused: they would act as keys.',
  ],
  usage: ['SESSION TEXT [options]', 'SESSION - [options]', 'SESSION --file FILE [options]'],
  positionals: [SESSION, { name: 'TEXT', help: 'the text; - reads it from standard input', optional: true }],
  options: {
    file: { kind: 'text', value: 'FILE', help: 'paste the content of this file' },
    'append-newline': { kind: 'flag', help: 'press Enter after the paste, outside its frame' },
    raw: { kind: 'flag', help: 'let control characters through' },
    force: { kind: 'flag', help: 'send a line even when the terminal will cut it at 4,095 bytes' },
  },
  examples: ['agent-tty paste s1 --file prompt.md', 'git diff | agent-tty paste s1 - --append-newline'],
});

export const sendKeysSpec = defineSpec({
  name: 'send-keys',
  summary: 'Sends key chords, encoded as the application asked for them',
  details: [
    'Names, in any case: a printable character, Enter Tab Escape Backspace Space Up Down Left Right Home End Insert Delete PageUp PageDown F1..F12; Ctrl+ Alt+ Shift+ go before them.',
  ],
  positionals: [SESSION, { name: 'KEY', help: `a key chord; at most ${MAX_KEYS}`, repeat: true }],
  options: {},
  examples: ['agent-tty send-keys s1 Ctrl+C', 'agent-tty send-keys s1 Escape : w q Enter'],
});

export const waitSpec = defineSpec({
  name: 'wait',
  summary: 'Waits until the screen shows something, rests, the shell is at its prompt, or the session ends',
  details: [
    'Conditions on the screen (--text, --regex, --not-text, --cursor-row, --cursor-col, --screen-stable-ms) may be given together and then must hold at the same moment; --idle-ms, --prompt and --exit stand alone. Text that was wrapped at the right edge counts as one line.',
    'With --after-seq nothing holds before an event after SEQ changed the screen, and a text or pattern counts only where a line is new or changed since.',
    'Exit status: 0 when the condition held, 11 when the time was over, 4 when the session ended before.',
  ],
  positionals: [SESSION],
  options: {
    text: { kind: 'text', value: 'TEXT', help: 'this text is on the screen' },
    regex: { kind: 'text', value: 'PATTERN', help: 'this regular expression (JavaScript) matches the screen' },
    'not-text': { kind: 'text', value: 'TEXT', help: 'this text is not on the screen' },
    'cursor-row': { kind: 'integer', min: 0, max: MAX_SIZE - 1, help: 'the cursor is in this row, from 0' },
    'cursor-col': { kind: 'integer', min: 0, max: MAX_SIZE - 1, help: 'the cursor is in this column, from 0' },
    'screen-stable-ms': { kind: 'duration', max: MAX_QUIET_MS, help: 'the screen has not changed for so long' },
    'idle-ms': { kind: 'duration', max: MAX_QUIET_MS, help: 'the program has written nothing for so long' },
    prompt: { kind: 'flag', help: 'the shell is at its prompt and no run is under way' },
    exit: { kind: 'flag', help: 'the program has ended' },
    'after-seq': {
      kind: 'integer',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      help: 'only what came after this event counts: a seq that type, send-keys, run or snapshot gave',
    },
    timeout: { kind: 'duration', zero: 'for ever', help: 'how long to wait at most (default: 30s)' },
  },
  examples: [
    "agent-tty wait s1 --text 'Password:'",
    'agent-tty wait s1 --screen-stable-ms 500 --timeout 10s',
    'agent-tty wait s1 --not-text Loading --screen-stable-ms 200 --after-seq 42',
  ],
});
