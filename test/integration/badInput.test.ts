/**
 * What is typed wrong is refused before anything happens, with words that name the thing, the value and what is allowed. One
 * row a mistake; each is tried for people and with --json.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors.ts';
import { CLI_PROGRAM, PROGRAM_NODE, TestHome } from '../support/cli.ts';
import { parseEnvelope } from '../support/like.ts';
import { BAD_COMMAND_LINES } from './badInput/commandLines.ts';
import { BAD_REQUESTS } from './badInput/requests.ts';
import type { BadInput } from './badInput/row.ts';
import { BAD_SESSION_STARTS } from './badInput/sessionStarts.ts';
import { MORE_BAD_INPUT } from './badInput/more.ts';

const CALL_MS = 30_000;
/** A message is one line that fits a few lines of a terminal, whatever was typed. */
const MAX_MESSAGE_CHARS = 500;

interface End {
  readonly exitCode: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

let home: TestHome;
/** Where a home would be made, if one was. */
let unborn: string;

beforeAll(async () => {
  home = new TestHome();
  unborn = path.join(home.root, 'unborn');
  await home.create(['--name', 'live', '--shell', '/bin/bash']);
  await home.create(['--name', 'over', '--', 'sh', '-c', 'exit 3']);
  await home.result(['wait', 'over', '--exit']);
  await home.create(['--name', 'destroyed', '--', 'cat']);
  await home.result(['destroy', 'destroyed']);
  await home.create(['--name', 'cat', '--', 'cat']);
  await home.create(['--name', 'busy', '--shell', '/bin/bash']);
  await home.result(['run', 'busy', 'sleep 1000', '--no-wait']);
});

afterAll(() => home[Symbol.asyncDispose]());

function call(row: BadInput, words: readonly string[], workDirectory: string): Promise<End> {
  const program = [PROGRAM_NODE, CLI_PROGRAM, ...words];
  const [file = '', ...args] = row.shell === undefined ? program : ['/bin/sh', '-c', row.shell, 'sh', ...program];
  const where = row.home === 'shared' ? home.home : unborn;
  const env = { ...home.environment, AGENT_TTY_HOME: where, NO_COLOR: '1', ...row.environment };
  return new Promise((resolve) => {
    const options = { cwd: workDirectory, env, timeout: CALL_MS, maxBuffer: 1 << 26 };
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr });
    });
    child.stdin?.on('error', () => undefined); // a call that reads nothing may close it
    child.stdin?.end(row.stdin ?? '');
  });
}

/** Every file and directory that a mistake could have made. */
function madeThings(): string[] {
  const inWork = fs.readdirSync(home.work, { recursive: true }).map(String);
  const sessions = fs.readdirSync(path.join(home.home, 'sessions'));
  return [...inWork, ...sessions, ...(fs.existsSync(unborn) ? ['a home'] : [])].toSorted();
}

function check(row: BadInput, message: string, hint: string | undefined): void {
  expect(`${message}\n${hint ?? ''}`).toMatch(row.message);
  expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_CHARS);
  expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  expect(message).not.toMatch(/(.)\1{80}/); // a long value is cut
}

function errorOf(stdout: string): { code: string; message: string; hint?: string | undefined } {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const { ok, error } = parseEnvelope(stdout);
  expect(ok).toBe(false);
  if (error === undefined) throw new Error(`no error in ${stdout}`);
  return error;
}

const ROWS: readonly BadInput[] = [...BAD_COMMAND_LINES, ...BAD_SESSION_STARTS, ...BAD_REQUESTS, ...MORE_BAD_INPUT];

describe('a mistake', () => {
  it.each(ROWS.map((row) => [row.what, row] as const))('%s is refused', async (_what, row) => {
    const directory = fs.mkdtempSync(path.join(home.root, 'row-'));
    row.prepare?.(directory);
    const before = madeThings();
    const words = row.words.map((word) => word.replaceAll('{dir}', directory));
    const end = words.indexOf('--');
    const json = end === -1 ? [...words, '--json'] : [...words.slice(0, end), '--json', ...words.slice(end)];
    const [plain, envelope] = await Promise.all([call(row, words, directory), call(row, json, directory)]);
    const exitCode = ERRORS[row.code satisfies ErrorCode].exitCode;
    expect(plain).toMatchObject({ exitCode: row.plainExitCode ?? exitCode, stdout: '' });
    expect(plain.stderr).not.toMatch(/^ {4}at |node:internal|ZodError/m);
    const [line = '', hint] = plain.stderr.split('\n');
    check(row, line.replace(/^agent-tty: /, ''), hint);
    expect(envelope).toMatchObject({ exitCode, stderr: '' });
    const error = errorOf(envelope.stdout);
    expect(error.code).toBe(row.code);
    check(row, error.message, error.hint);
    expect(madeThings()).toEqual(before);
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it('leaves the sessions as they were', async () => {
    const { sessions } = await home.result(['list']);
    expect(sessions).toMatchObject([{ name: 'live' }, { name: 'cat' }, { name: 'busy' }]);
    expect(await home.run(['run', 'live', 'echo fine'])).toMatchObject({ exitCode: 0, stdout: 'fine\n' });
  });
});

describe('closed descriptors', () => {
  it.each([
    ['standard input', '"$@" <&-', 0],
    ['standard output', '"$@" >&-', 0],
    ['standard error', '"$@" 2>&-', 0],
    ['all three', '"$@" <&- >&- 2>&-', 0],
    ['a reader that is gone', '"$@" | true', 0],
  ])('%s: no stack, no hang', async (_what, shell, exitCode) => {
    const row: BadInput = { what: '', words: [], code: 'INVALID_INPUT', message: /./, home: 'shared', shell };
    const end = await call(row, ['list', '--all'], home.work);
    expect([exitCode, 141, 8]).toContain(end.exitCode);
    expect(end.stderr).not.toMatch(/^ {4}at /m);
  });
});

describe('doubtful and allowed', () => {
  it('is a terminal type that no program here knows: a warning for people and in the result', async () => {
    const created = await home.result(['create', '--term', 'no-such-term', '--', 'cat']);
    expect(created['warnings']).toEqual([expect.stringContaining('no terminfo entry for --term "no-such-term"')]);
    await home.result(['destroy', String(created['sessionId'])]);
    const plain = await home.run(['run', '--wait', '--term', 'no-such-term', '--', 'sh', '-c', 'echo $TERM']);
    expect(plain).toMatchObject({ exitCode: 0, stdout: 'no-such-term\n' });
    expect(plain.stderr).toMatch(/^agent-tty: warning: no terminfo entry for --term "no-such-term" .*\n$/);
    const own = path.join(home.root, 'terminfo');
    fs.mkdirSync(path.join(own, 'm'), { recursive: true });
    fs.writeFileSync(path.join(own, 'm', 'my-term'), '');
    for (const [term, env] of [
      ['my-term', { TERMINFO: own }],
      ['my-term', { TERMINFO_DIRS: `/nowhere:${own}` }],
      ['xterm-256color', {}],
    ] as const) {
      const known = await home.run(['run', '--wait', '--term', term, '--', 'true'], { env });
      expect(known).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
    }
  });

  it('is a SHELL that cannot be run: /bin/sh is started, and said so', async () => {
    const created = await home.result(['create'], { env: { SHELL: '/no/shell' } });
    expect(created).toMatchObject({
      shell: '/bin/sh',
      warnings: ['SHELL "/no/shell" cannot be run; /bin/sh is started instead'],
    });
    await home.result(['destroy', String(created['sessionId'])]);
  });

  it('are variables of any name and value that a program can have', async () => {
    const script = 'printf "%s|%s|%s" "$__proto__" "$constructor" "$LINES_"';
    const words = ['--env', '__proto__=p', '--env', 'constructor=c', '--env', 'LINES_=a\nb=c'];
    const end = await home.run(['run', '--wait', ...words, '--', 'sh', '-c', script]);
    expect(end).toMatchObject({ exitCode: 0, stdout: 'p|c|a\nb=c' });
  });
});
