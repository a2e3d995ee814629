import type { BadInput } from './row.ts';

const usage = (what: string, words: readonly string[], message: RegExp, more: Partial<BadInput> = {}): BadInput => ({
  what,
  words,
  code: 'INVALID_INPUT',
  message,
  ...more,
});

const badSize = (flag: string, value: string, shown = `"${value}"`): BadInput => ({
  what: `${flag} ${JSON.stringify(value)}`,
  words: ['create', flag, value],
  code: 'INVALID_DIMENSIONS',
  message: new RegExp(`^${flag} must be a whole number from 1 to 1000, got ${shown}`),
});

const badDuration = (value: string, allowed: string): BadInput => ({
  what: `a time-out of ${JSON.stringify(value)}`,
  words: ['wait', 'live', '--exit', '--timeout', value],
  code: 'INVALID_DURATION',
  message: new RegExp(`^--timeout must be ${allowed}, got "${value}"`),
});

const DURATION = 'a duration like 500ms, 30s or 5m \\(a bare number is milliseconds\\)';

const badSession = (what: string, value: string, shown: RegExp): BadInput => ({
  what,
  words: ['snapshot', value],
  code: 'INVALID_SESSION_ID',
  message: shown,
});

/** Words that cannot be understood, whatever there is. */
export const BAD_COMMAND_LINES: readonly BadInput[] = [
  usage('an unknown command', ['snapshoot'], /^unknown command "snapshoot"; did you mean "snapshot"\?/),
  usage('a command unlike any other', ['frobnicate'], /^unknown command "frobnicate"\n.*help lists the commands/),
  usage('a command with controls', ['a\u001b[2Jb\u202e'], /^unknown command "a\\u001b\[2Jb\\u202e"/),
  usage('a command of 10 kB', ['x'.repeat(10_000)], /^unknown command "x+\.\.\."/),
  usage('no command', [], /^command missing\n.*help lists the commands/),
  usage('half a command', ['host'], /^host needs one of: status, stop/),
  usage('an unknown second word', ['host', 'statsu'], /^unknown command "host statsu"; did you mean "host status"\?/),
  usage('an unknown option', ['create', '--colz', '3'], /^unknown option --colz of create; did you mean --cols\?/),
  usage('an unknown option of no command', ['--jsn'], /^unknown option --jsn of agent-tty; did you mean --json\?/),
  usage('an unknown short option', ['list', '-x'], /^unknown option -x of list/),
  usage('a short option without a command', ['-x'], /^unknown option -x of agent-tty/),
  usage('an option with controls', ['list', '--\u001bx'], /^unknown option "--\\u001bx" of list/),
  usage('an option without its value', ['create', '--cols'], /^--cols needs a value: a whole number from 1 to 1000/),
  usage('an option with the next one for its value', ['create', '--cwd', '--rows'], /^--cwd needs a value: DIR/),
  usage('a flag with a value', ['list', '--all=1'], /^--all takes no value, got "1"/),
  usage('a word too many', ['list', 'extra'], /^unexpected word "extra" after list/),
  usage('a missing session', ['snapshot'], /^session id or name missing\n.*list shows the sessions/),
  usage(
    'an unknown choice',
    ['snapshot', 'x', '--format', 'png'],
    /^--format must be one of text, structured.*, got "png"/,
  ),
  usage('help on nothing', ['help', 'lst'], /^unknown command "lst"/),
  badSession('a session that is a path', '../../etc', /named by its id or name, got "\.\.\/\.\.\/etc"/),
  badSession('an empty session', '', /named by its id or name, got ""/),
  badSession('a session with a newline', 'a\nb', /got "a\\nb"/),
  badSession('a session with an escape', 'a\u001b[31mb', /got "a\\u001b\[31mb"/),
  badSession('a session that turns text round', 'a\u202eb', /got "a\\u202eb"/),
  badSession('a session of 10 kB', 'x'.repeat(10_000), /got "x+\.\.\."/),
  usage('a run id that is none', ['run', 'wait', 'zzz'], /^run id must look like <sessionId>\.<n>, got "zzz"/),
  ...['0', '-5', '1.5', 'abc', '', '99999999', '0x10', '1e3', ' 80 ', '８０', 'NaN', 'Infinity'].map((value) =>
    badSize('--cols', value),
  ),
  badSize('--rows', '+5', String.raw`"\+5"`),
  badSize('--rows', '0x10'),
  badSize('--rows', '1001'),
  badSize('--rows', '9'.repeat(400), '"9+\\.\\.\\.'),
  ...['-1', 'NaN', 'Infinity', '1h2', '', '５s', '1e3', ' 5s', '5 s', '5y'].map((value) =>
    badDuration(value, DURATION),
  ),
  badDuration('99999999999', 'at most 24h'),
  badDuration('25h', 'at most 24h'),
  {
    what: 'a rest of no time',
    words: ['wait', 'live', '--screen-stable-ms', '0'],
    code: 'INVALID_DURATION',
    message: /^--screen-stable-ms must be more than 0, got "0"/,
  },
  {
    what: 'a bound that is no duration',
    words: ['list', '--timeout-ms', 'soon'],
    code: 'INVALID_DURATION',
    message: /^--timeout-ms must be a duration like .*, got "soon"/,
  },
  usage('no condition', ['wait', 'live'], /^wait needs a condition: --text, --regex, .* or --exit/),
  usage(
    'two conditions',
    ['wait', 'live', '--text', 'a', '--exit'],
    /^--exit stands alone and cannot be combined with --text; only --text, .* go together/,
  ),
  usage('a level that is none', ['list', '--log-level', 'loud'], /^--log-level must be one of error, .*, got "loud"/),
  usage('a relative home', ['list', '--home', 'x'], /^--home must be an absolute path, got "x"/),
  usage('an empty home', ['list', '--home', ''], /^--home must be an absolute path, got ""/),
  usage('the root as home', ['list', '--home', '/'], /^--home must be a directory of its own, got "\/"/),
];
