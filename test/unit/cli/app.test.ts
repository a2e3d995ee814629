import fs from 'node:fs';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PACKAGE_VERSION } from '../../../src/protocol/version.ts';
import { errorIn, parseEnvelope } from '../../support/like.ts';
import { call, newDirectory } from './support.ts';

async function isColoured(argv: string[], environment: Record<string, string>): Promise<boolean> {
  const stderr = terminal();
  await call(argv, { environment, stderr });
  return String(stderr.read()).includes('\u001b');
}

describe('a call with --json', () => {
  it('prints one envelope for a result', async () => {
    const { exitCode, stdout, stderr } = await call(['list', '--json', '--home', path.join(newDirectory(), 'h')]);
    expect({ exitCode, stderr, envelope: parseEnvelope(stdout) }).toEqual({
      exitCode: 0,
      stderr: '',
      envelope: { ok: true, command: 'list', timestamp: '2030-01-01T00:00:00.000Z', result: { sessions: [] } },
    });
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  it('prints one envelope for an error of the command line too, with the command when it is known', async () => {
    const known = await call(['create', '--cols', 'x', '--json']);
    expect({ ...known, stdout: parseEnvelope(known.stdout) }).toEqual({
      exitCode: 2,
      stderr: '',
      stdout: {
        ok: false,
        command: 'create',
        timestamp: '2030-01-01T00:00:00.000Z',
        error: {
          code: 'INVALID_DIMENSIONS',
          message: '--cols must be a whole number from 1 to 1000, got "x"',
          retryable: false,
          details: { reason: 'range', option: '--cols', value: 'x' },
        },
      },
    });
    expect(parseEnvelope((await call(['nonsense', '--json'])).stdout)).toMatchObject({ ok: false, command: '' });
  });
});

describe('a call without --json', () => {
  it('prints an error on standard error and nothing else', async () => {
    expect(await call(['snapshoot'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'agent-tty: unknown command "snapshoot"; did you mean "snapshot"?\n  agent-tty help lists the commands\n',
    });
  });

  it('shows help and the version without a home', async () => {
    const homeless = { environment: {} };
    expect((await call(['--help'], homeless)).stdout).toContain('Commands:\n');
    expect((await call(['run', '--help'], homeless)).stdout).toContain('agent-tty run SESSION COMMAND...');
    expect((await call(['help', 'host'], homeless)).stdout).toContain('host stop');
    expect((await call(['help', 'nonsense'], homeless)).exitCode).toBe(2);
    expect((await call(['inspect', '--version'], homeless)).stdout).toContain(PACKAGE_VERSION);
    expect(parseEnvelope((await call(['version', '--json'], homeless)).stdout).result).toEqual({
      version: PACKAGE_VERSION,
      protocol: 1,
      logFormat: 1,
      node: process.version,
    });
  });

  it('colours on a terminal only, and never with NO_COLOR or --no-color', async () => {
    const home = path.join(newDirectory(), 'h');
    expect(await isColoured(['inspect', 's1', '--home', home], {})).toBe(true);
    expect(await isColoured(['inspect', 's1', '--home', home], { NO_COLOR: '1' })).toBe(false);
    expect(await isColoured(['inspect', 's1', '--home', home, '--no-color'], {})).toBe(false);
  });

  it('ends like a program that SIGPIPE ended when nobody reads, without a word', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    expect(await call(['help'], { stdout })).toEqual({ exitCode: 141, stdout: '', stderr: '' });
  });
});

async function homeFailure(value: string): Promise<unknown[]> {
  const { exitCode, stdout } = await call(['list', '--json', `--home=${value}`]);
  const { code, message, details } = errorIn(stdout);
  return [exitCode, code, message, details?.['reason']];
}

describe('the home', () => {
  it('must be an absolute path to a directory of its own', async () => {
    const directory = newDirectory();
    const file = path.join(directory, 'file');
    fs.writeFileSync(file, '');
    expect(await homeFailure('')).toEqual([2, 'INVALID_INPUT', '--home must be an absolute path, got ""', 'home']);
    expect(await homeFailure('relative')).toEqual([
      2,
      'INVALID_INPUT',
      '--home must be an absolute path, got "relative"',
      'home',
    ]);
    expect(await homeFailure('~/x')).toEqual([
      2,
      'INVALID_INPUT',
      '--home must be an absolute path, got "~/x"',
      'home',
    ]);
    expect(await homeFailure('/..')).toEqual([
      2,
      'INVALID_INPUT',
      '--home must be a directory of its own, got "/.."',
      'home',
    ]);
    expect(await homeFailure(file)).toEqual([2, 'INVALID_INPUT', `--home "${file}" is not a directory`, 'home']);
  });

  it('may not be open to everybody', async () => {
    const directory = newDirectory();
    fs.chmodSync(directory, 0o777);
    expect((await homeFailure(directory)).slice(0, 2)).toEqual([2, 'REFUSED_UNSAFE']);
  });

  it('is named by the environment when no option does', async () => {
    const { stdout } = await call(['list', '--json'], {
      environment: { AGENT_TTY_HOME: 'relative', HOME: '/nowhere' },
    });
    expect(errorIn(stdout).message).toBe('AGENT_TTY_HOME must be an absolute path, got "relative"');
  });

  it('must be given where HOME is no path', async () => {
    const { stdout } = await call(['list', '--json'], { environment: { HOME: 'x' } });
    expect(errorIn(stdout)).toMatchObject({
      code: 'INVALID_INPUT',
      hint: 'give --home DIR or set AGENT_TTY_HOME',
    });
  });
});

function newHome(): string {
  return path.join(newDirectory(), 'h');
}

async function refused(...argv: string[]): Promise<Record<string, unknown>> {
  const home = newHome();
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const { exitCode, stdout } = await call([...argv.slice(0, end), '--json', '--home', home, ...argv.slice(end)]);
  expect(fs.existsSync(home), 'nothing was made').toBe(false);
  const { code, message, hint } = errorIn(stdout);
  return { exitCode, code, message, ...(hint === undefined ? {} : { hint }) };
}

function removedDirectory(): never {
  throw Object.assign(new Error('ENOENT: uv_cwd'), { code: 'ENOENT' });
}

function terminal(): PassThrough & { isTTY: true } {
  return Object.assign(new PassThrough(), { isTTY: true as const });
}

describe('checks before anything happens', () => {
  it.each([
    [['create', '--env', 'FOO'], '--env needs NAME=VALUE, got "FOO"'],
    [['create', '--env', '=x'], 'variable name "" must be a letter or "_", then letters, digits or "_"'],
    [['create', '--env', 'A B=c'], 'variable name "A B" must be a letter or "_", then letters, digits or "_"'],
    [['create', '--env', '1A=x'], 'variable name "1A" must be a letter or "_", then letters, digits or "_"'],
    [
      ['create', '--env', 'AGENT_TTY_SESSION=x'],
      'variable name "AGENT_TTY_SESSION" is kept for this program (AGENT_TTY_*)',
    ],
    [['create', '--name', 'wait'], 'session name "wait" is a word of the run command'],
    [['create', '--cwd', '/nope/nope'], '--cwd "/nope/nope" does not exist'],
    [['create', '--cwd', '/etc/passwd'], '--cwd "/etc/passwd" is not a directory'],
    [['create', '--cwd', ''], '--cwd must be a directory, got ""'],
    [['create', '--shell', 'bash', '--', 'sh'], 'give --shell or a command after --, not both'],
    [['create', '--shell', ''], '--shell must be a program, got ""'],
    [['create', '--term', 'a b'], '--term must be 1 to 64 printable ASCII characters, got "a b"'],
    [['create', '--'], 'the command after -- is missing'],
    [['create', '--', ''], 'the command is empty'],
    [['run', 's1'], 'command missing: give it as a word, with --file, or - for standard input'],
    [['run', 's1', ' '], 'the command is empty'],
    [['run', 's1', 'x', '--file', '/etc/passwd'], 'give the command as a word or with --file, not both'],
    [['run', 's1', '--file', '/nope'], '--file "/nope" does not exist'],
    [['run', 's1', '--file', '/etc'], '--file "/etc" is a directory'],
    [['run', 's1', 'x', '--wait', '--no-wait'], 'give --wait or --no-wait, not both'],
    [
      ['run', 's1', 'x', '--cols', '80'],
      '--cols is for a run of its own (without a session); a session has it from create',
    ],
    [['run', '--no-wait', '--', 'x'], '--no-wait needs a session; a run of its own is always waited for'],
    [['run', '--wait', '--'], 'the command after -- is missing'],
    [['run', 'wait', 'x'], 'run id must look like <sessionId>.<n>, got "x"'],
    [['type', 's1'], 'text missing: give it as a word, with --file, or - for standard input'],
    [
      ['wait', 's1'],
      'wait needs a condition: --text, --regex, --not-text, --cursor-row, --cursor-col and --screen-stable-ms, --idle-ms, --prompt or --exit',
    ],
    [
      ['wait', 's1', '--text', 'x', '--exit'],
      '--exit stands alone and cannot be combined with --text; only --text, --regex, --not-text, --cursor-row, --cursor-col and --screen-stable-ms go together',
    ],
    [['wait', 's1', '--text', ''], '--text must have 1 to 1000 bytes, got 0'],
    [
      ['wait', 's1', '--regex', '('],
      '--regex "(" is no regular expression: Invalid regular expression: /(/: Unterminated group',
    ],
  ])('%j is refused', async (argv, message) => {
    expect(await refused(...argv)).toMatchObject({ exitCode: 2, code: 'INVALID_INPUT', message });
  });

  it('a reference that is neither id nor name is refused as such', async () => {
    for (const argv of [
      ['inspect', '../../etc'],
      ['type', 'a\nb', 'x'],
      ['destroy', '\u001b'],
      ['run', 'a b', 'x'],
      ['snapshot', ''],
    ]) {
      expect(await refused(...argv)).toMatchObject({ exitCode: 2, code: 'INVALID_SESSION_ID' });
    }
  });

  it('a variable that changes how programs load needs a word more', async () => {
    expect(await refused('create', '--env', 'NODE_OPTIONS=--x')).toEqual({
      exitCode: 2,
      code: 'REFUSED_UNSAFE',
      message: '--env NODE_OPTIONS can change how programs load',
      hint: 'add --allow-env NODE_OPTIONS if that is meant',
    });
  });

  it('too many or empty keys are refused', async () => {
    expect(await refused('send-keys', 's1', ...Array.from({ length: 1025 }, () => 'a'))).toMatchObject({
      message: 'at most 1024 keys a call, got 1025',
    });
    expect(await refused('send-keys', 's1', '')).toMatchObject({ code: 'INVALID_KEYS' });
  });

  it('a working directory that is gone is named', async () => {
    const { stdout } = await call(['create', '--json', '--home', newHome()], { cwd: removedDirectory });
    expect(errorIn(stdout).message).toBe('the current directory no longer exists');
  });
});

describe('without a host', () => {
  it('an unknown session is not found, whatever the command', async () => {
    const home = newDirectory();
    const commands = [
      ['type', 's1', 'x'],
      ['send-keys', 's1', 'a'],
      ['wait', 's1', '--exit'],
      ['snapshot', 's1'],
      ['destroy', 's1'],
      ['inspect', 's1'],
      ['run', 'list', 's1'],
    ];
    for (const argv of commands) {
      const { exitCode, stdout } = await call([...argv, '--json', '--home', home]);
      expect([argv[0], exitCode, errorIn(stdout).code]).toEqual([argv[0], 3, 'SESSION_NOT_FOUND']);
    }
  });

  it('its state is an answer', async () => {
    const home = newDirectory();
    expect(parseEnvelope((await call(['host', 'status', '--json', '--home', home])).stdout).result).toEqual({
      running: false,
      home,
      dedicatedHosts: 0,
    });
    expect(parseEnvelope((await call(['host', 'stop', '--json', '--home', home])).stdout).result).toMatchObject({
      stopped: false,
    });
  });
});
