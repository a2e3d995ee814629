import fs from 'node:fs';
import path from 'node:path';
import type { BadInput } from './row.ts';

const start = (what: string, words: readonly string[], message: RegExp, more: Partial<BadInput> = {}): BadInput => ({
  what,
  words: ['create', ...words],
  code: 'INVALID_INPUT',
  message,
  ...more,
});

const badProgram = (what: string, command: string, message: RegExp, more: Partial<BadInput> = {}): BadInput =>
  start(what, ['--', command], message, { code: 'EXEC_FAILED', home: 'shared', ...more });

const file = (name: string, content: string | Buffer, mode: number) => (directory: string) => {
  fs.writeFileSync(path.join(directory, name), content, { mode });
};

/** root may do anything, unless the two rights by which it does are taken away. */
const WITHOUT_OVERRIDE =
  process.getuid?.() === 0 ? 'exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"' : 'exec "$@"';

/** The first 20 bytes of a 64-bit little-endian executable (elf(5)) for a machine that nobody builds. */
const FOREIGN_ELF = Buffer.from('7f454c4602010100000000000000000002000fff', 'hex');

/** Sessions that cannot begin. */
export const BAD_SESSION_STARTS: readonly BadInput[] = [
  start('a directory that is not there', ['--cwd', '/nope'], /^--cwd "\/nope" does not exist/),
  start('a file as directory', ['--cwd', 'text'], /^--cwd ".*\/text" is not a directory/, {
    prepare: file('text', '', 0o644),
  }),
  start('a directory below a file', ['--cwd', 'text/x'], /^--cwd ".*\/text\/x" is not a directory/, {
    prepare: file('text', '', 0o644),
  }),
  start('a directory that is closed', ['--cwd', 'closed'], /^--cwd ".*\/closed" is not permitted/, {
    prepare: (directory) => fs.mkdirSync(path.join(directory, 'closed'), { mode: 0o600 }),
    shell: WITHOUT_OVERRIDE,
  }),
  start('an empty directory name', ['--cwd', ''], /^--cwd must be a directory, got ""/),
  start('a directory with controls', ['--cwd', 'a\u001b[2J'], /^--cwd ".*a\\u001b\[2J" does not exist/),
  start(
    'a current directory that is gone',
    ['--', 'true'],
    /current directory no longer exists\n.*give an absolute --cwd/,
    {
      shell: 'gone=gone$$; mkdir $gone && cd $gone && rmdir ../$gone && exec "$@"',
    },
  ),
  badProgram('a program that is not there', 'no-such-prog', /^cannot run "no-such-prog": not found in PATH \("/),
  badProgram('a path that is not there', '/no/such', /^cannot run "\/no\/such": no such file/),
  badProgram('a directory as program', '{dir}', /^cannot run ".*": is a directory/),
  badProgram(
    'a file without the right',
    './text',
    /^cannot run "\.\/text": is not executable \(mode 0644, owner \d+\)/,
    {
      prepare: file('text', 'no program', 0o644),
    },
  ),
  badProgram(
    'a script without its interpreter',
    './s',
    /^cannot run "\.\/s": its interpreter "\/bin\/zsh9" is missing/,
    {
      prepare: file('s', '#!/bin/zsh9 -e\n', 0o755),
    },
  ),
  badProgram(
    'a program of another machine',
    './elf',
    /^cannot run "\.\/elf": exec format error: .* for another machine/,
    {
      prepare: file('elf', FOREIGN_ELF, 0o755),
    },
  ),
  badProgram('half a program', './elf', /^cannot run "\.\/elf": exec format error: it is cut off/, {
    prepare: file('elf', FOREIGN_ELF.subarray(0, 10), 0o755),
  }),
  badProgram('data with the right to be run', './data', /exec format error: it is neither a script nor a program/, {
    prepare: file('data', Buffer.from([1, 2, 0, 3]), 0o755),
  }),
  badProgram('a FIFO as program', './fifo', /^cannot run "\.\/fifo": is not a regular file/, {
    shell: 'fifo=fifo; [ -p fifo ] || mkfifo fifo 2>/dev/null; exec "$@"',
  }),
  start('a shell that is not there', ['--shell', '/no/sh'], /^cannot run "\/no\/sh": no such file/, {
    code: 'EXEC_FAILED',
    home: 'shared',
  }),
  start('an empty command', ['--', ''], /^the command is empty/),
  start('no command after --', ['--'], /^the command after -- is missing/),
  start('an empty shell', ['--shell', ''], /^--shell must be a program, got ""/),
  start('a shell and a command', ['--shell', 'sh', '--', 'true'], /--shell or a command after --, not both/),
  start('a command of too many words', ['--', ...Array.from({ length: 1_100 }, () => 'x')], /1100 words; at most 1024/),
  start(
    'a command of 2 MB',
    ['--', 'echo', ...Array.from({ length: 1_000 }, () => 'x'.repeat(1_800))],
    /has \d+ bytes; at most \d+/,
    {
      home: 'shared',
    },
  ),
  start('a variable without a value', ['--env', 'FOO'], /^--env needs NAME=VALUE, got "FOO"/),
  start(
    'a variable without a name',
    ['--env', '=x'],
    /^variable name "" must be a letter or "_", then letters, digits/,
  ),
  start('a variable name with a space', ['--env', 'A B=c'], /^variable name "A B" must be a letter or "_"/),
  start('a variable name with a digit first', ['--env', '1A=x'], /^variable name "1A" must be a letter or "_"/),
  start('a variable of this program', ['--env', 'AGENT_TTY_HOME=x'], /"AGENT_TTY_HOME" is kept for this program/),
  ...['NODE_OPTIONS', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'BASH_ENV'].map((name) =>
    start(
      `${name} without leave`,
      ['--env', `${name}=x`],
      new RegExp(`^--env ${name} can change .*\\n.*--allow-env ${name}`),
      {
        code: 'REFUSED_UNSAFE',
      },
    ),
  ),
  start('a name with an escape', ['--name', 'a\u001bb'], /^session name "a\\u001bb" must be a letter or digit, then/),
  start('a name that turns text round', ['--name', 'a\u202eb'], /^session name "a\\u202eb" must be/),
  start('a name of 10 kB', ['--name', 'n'.repeat(10_000)], /^session name "n+\.\.\." has more than 64 characters/),
  start('an empty name', ['--name', ''], /^session name "" must be/),
  start('a name with a slash', ['--name', 'a/b'], /^session name "a\/b" must be/),
  start('a word of run as name', ['--name', 'wait'], /^session name "wait" is a word of the run command/),
  start('an id as name', ['--name', '01M7YH3JYC0KNS12VT54N4ZDQK'], /looks like a session id/),
  start('a name that is taken', ['--name', 'live', '--', 'cat'], /^the name "live" is used by session [0-9A-Z]{26}/, {
    code: 'SESSION_NAME_TAKEN',
    home: 'shared',
  }),
  start('an empty terminal type', ['--term', ''], /^--term must be 1 to 64 printable ASCII characters, got ""/),
  start('a terminal type with controls', ['--term', 'x\u001b'], /^--term must be .*, got "x\\u001b"/),
  start('a source that is none', ['--completion', 'hoks'], /^--completion must be one of auto, .*, got "hoks"/),
  start(
    'hooks for a program without',
    ['--completion', 'hooks', '--', 'cat'],
    /^completion "hooks" needs a shell of this list: bash/,
    {
      home: 'shared',
    },
  ),
];
