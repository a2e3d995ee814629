import type { BadInput } from './row.ts';

const request = (
  what: string,
  words: readonly string[],
  code: BadInput['code'],
  message: RegExp,
  more: Partial<BadInput> = {},
): BadInput => ({ what, words, code, message, home: 'shared', ...more });

const bad = (what: string, words: readonly string[], message: RegExp, more: Partial<BadInput> = {}): BadInput =>
  request(what, words, 'INVALID_INPUT', message, more);

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** Requests that this session, or any, cannot grant. */
export const BAD_REQUESTS: readonly BadInput[] = [
  request('an unknown name', ['type', 'nobody', 'x'], 'SESSION_NOT_FOUND', /no session "nobody".* 5 other sessions/),
  request('an unknown id', ['inspect', UNKNOWN], 'SESSION_NOT_FOUND', new RegExp(`no session "${UNKNOWN}"`)),
  request('the beginning of an id', ['inspect', '01'], 'SESSION_NOT_FOUND', /no session "01"/),
  request('a run of nobody', ['run', 'status', `${UNKNOWN}.1`], 'SESSION_NOT_FOUND', new RegExp(UNKNOWN)),
  request('text for an ended session', ['type', 'over', 'x'], 'SESSION_NOT_RUNNING', /has? ended.*exit code 3/),
  request('keys for an ended session', ['send-keys', 'over', 'a'], 'SESSION_NOT_RUNNING', /has? ended.*exit code 3/),
  request('a command for an ended session', ['run', 'over', 'x'], 'SESSION_NOT_RUNNING', /has? ended.*exit code 3/),
  request('a second destroy', ['destroy', 'destroyed'], 'SESSION_ALREADY_DESTROYED', /was destroyed before/),
  request(
    'an unknown key',
    ['send-keys', 'live', 'Ctrl+Enterr'],
    'INVALID_KEYS',
    /^unknown key "Ctrl\+Enterr".*"?Ctrl\+Enter/,
  ),
  request('a key with controls', ['send-keys', 'live', 'Foo\u001bx'], 'INVALID_KEYS', /^unknown key "Foo\\u001bx"/),
  request('an empty key', ['send-keys', 'live', ''], 'INVALID_KEYS', /key chord is empty/),
  request('a key of 10 kB', ['send-keys', 'live', 'k'.repeat(10_000)], 'INVALID_KEYS', /more than 64 characters/),
  bad(
    'a hundred thousand keys',
    ['send-keys', 'live', ...Array.from({ length: 100_000 }, () => 'a')],
    /at most 1024 keys a call, got 100000/,
  ),
  bad('no text', ['type', 'live'], /^text missing: give it as a word, with --file, or - for standard input/),
  bad('text from two places', ['type', 'live', 'x', '--file', 'y'], /as a word or with --file, not both/),
  bad('text of a missing file', ['type', 'live', '--file', '/nope'], /^--file "\/nope" does not exist/),
  bad('text of a directory', ['type', 'live', '--file', '/tmp'], /^--file "\/tmp" is a directory/),
  bad('text of a device without end', ['type', 'live', '--file', '/dev/zero'], /has more than \d+ bytes; at most \d+/),
  bad('9 MB of text', ['type', 'live', '-'], /has more than \d+ bytes; at most \d+/, { stdin: 'x'.repeat(9_000_000) }),
  bad('a command of 600 kB', ['run', 'live', '-'], /has more than \d+ bytes; at most 524288/, {
    stdin: 'x'.repeat(600_000),
  }),
  bad('a command with a NUL', ['run', 'live', '-'], /"echo a\\u0000b" holds a NUL byte/, { stdin: 'echo a\0b' }),
  bad('an empty command line', ['run', 'live', ''], /^the command is empty/),
  bad('a command line of spaces', ['run', 'live', '  '], /^the command is empty/),
  bad('waiting and not waiting', ['run', 'live', 'x', '--wait', '--no-wait'], /--wait or --no-wait, not both/),
  bad('the size of a session that is there', ['run', 'live', 'x', '--cols', '9'], /^--cols is for a run of its own/),
  bad(
    'an output bound that is none',
    ['run', 'live', 'x', '--max-output', '-1'],
    /^--max-output must be a whole number from 0 to \d+, got "-1"/,
  ),
  request(
    'a run while one is under way',
    ['run', 'busy', 'x', '--when-busy', 'fail'],
    'SESSION_BUSY',
    /^run [0-9A-Z]{26}\.1 is under way; nothing was typed/,
  ),
  request('a run without a shell', ['run', 'cat', 'x'], 'NOT_A_SHELL', /cat|no shell/),
  bad(
    'a pattern that is none',
    ['wait', 'live', '--regex', '('],
    /^--regex "\(" is no regular expression: .*Unterminated group/,
  ),
  bad(
    'a pattern of 5 kB',
    ['wait', 'live', '--regex', 'x'.repeat(5_000)],
    /^--regex must have 1 to 1000 bytes, got 5000/,
  ),
  bad('an empty pattern', ['wait', 'live', '--text', ''], /^--text must have 1 to 1000 bytes, got 0/),
];
