import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLI_PROGRAM, LIBRARY, TestHome } from '../support/cli.ts';
import { arrayWith, holding, parseEnvelope } from '../support/like.ts';

type Library = typeof import('../../src/index.ts');
type Client = Awaited<ReturnType<Library['connect']>>;
type Session = Awaited<ReturnType<Client['create']>>;

const SHELLS = ['bash', 'zsh', 'fish', 'dash'] as const;
/** Promised within 1,000 ms of the command's start, on a machine that has time. REPLs take most of it to start. */
const BOUND_MS = 3_000;

const LINE = { kind: 'line', evidence: ['foreground_group', 'tty_read', 'terminal_modes'], confidence: 'certain' };
const SECRET = { ...LINE, kind: 'secret' };

async function shellIn(home: TestHome, shell: string): Promise<string> {
  const id = await home.create(['--shell', shell]);
  await home.result(['run', id, 'true']);
  return id;
}

async function connectTo(home: TestHome): Promise<Client> {
  const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
  return (loaded as Library).connect({ environment: home.environment });
}

/** Runs a command until it waits for input; gives for what, and what was printed until then. */
async function blockedOn(
  session: Session,
  command: string,
): Promise<{ runId: string; block: unknown; output: string }> {
  const result = await session.run(command, { untilInput: true });
  const { outcome, completed, timedOut, exitCode, evidence, confidence, blockedOn: block, durationMs } = result;
  expect({ outcome, completed, timedOut, exitCode }, command).toEqual({
    outcome: 'blocked_on_input',
    completed: false,
    timedOut: false,
    exitCode: null,
  });
  expect(block, command).toMatchObject({ evidence, confidence });
  expect(durationMs, `${command}: time to the verdict`).toBeLessThan(BOUND_MS);
  return { runId: result.runId, block, output: result.output };
}

/** What was typed into a session, runs aside: in order, from its log. */
async function typed(session: Session): Promise<unknown[]> {
  const inputs: unknown[] = [];
  for await (const event of session.events({ types: ['input_text', 'input_keys', 'input_paste'] })) {
    if (event.type === 'input_text' || event.type === 'input_paste') inputs.push(event.payload.data);
    if (event.type === 'input_keys') inputs.push(event.payload.keys);
  }
  return inputs;
}

describe.each(SHELLS)('run --until-input in %s', (shell) => {
  it('comes back when the command waits for a line, which then can be given', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const { runId, block, output } = await blockedOn(session, 'cat');
    expect({ block, output }).toEqual({ block: LINE, output: '' });
    expect(await home.result(['run', 'status', runId])).toMatchObject({ state: 'started', blockedOn: LINE });
    expect(await session.waitRun(runId, { untilInput: true })).toMatchObject({ blockedOn: LINE });
    await session.type('hello\n');
    expect(await session.waitRun(runId, { untilInput: true })).toMatchObject({
      outcome: 'blocked_on_input',
      output: 'hello\nhello\n',
    });
    await session.sendKeys(['Ctrl+D']);
    expect(await session.waitRun(runId, { untilInput: true })).toMatchObject({
      outcome: 'finished',
      exitCode: 0,
      output: 'hello\nhello\n',
    });
    expect(await typed(session)).toEqual(['hello\n', ['Ctrl+D']]);
  });

  it('tells a line, a secret and raw input apart, in pipelines, in children and in the shell itself', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const command = `sh -c 'stty -echo; printf "Password: "; read x; stty echo; echo; echo "got $x"'`;
    const secret = await blockedOn(session, command);
    expect(secret).toMatchObject({ block: SECRET, output: 'Password: ' });
    await session.type('open\n');
    expect(await session.waitRun(secret.runId)).toMatchObject({ output: 'Password: \ngot open\n' });

    const pipeline = await blockedOn(session, 'cat | grep needle');
    expect(pipeline.block).toEqual(LINE);
    await session.type('a needle\n');
    await session.sendKeys(['Ctrl+D']);
    expect(await session.waitRun(pipeline.runId)).toMatchObject({ exitCode: 0, output: holding('needle') });

    const own = await blockedOn(session, 'read x');
    expect(own.block).toMatchObject(
      shell === 'fish'
        ? { kind: 'raw', confidence: 'likely' }
        : { ...LINE, confidence: shell === 'dash' ? 'likely' : 'certain' },
    );
    await session.sendKeys(['y', 'Enter']);
    expect(await session.waitRun(own.runId)).toMatchObject({ outcome: 'finished', exitCode: 0 });
    expect(await session.run('echo "x is $x"')).toMatchObject({ output: 'x is y\n' });
  });

  it('comes back at the prompts of REPLs and pagers, and goes on with their end', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const text = path.join(home.work, 'text');
    fs.writeFileSync(text, 'line\n'.repeat(500));
    const raw = { kind: 'raw', confidence: 'likely' };
    const cases: [command: string, block: object, keys: string[]][] = [
      ['python3 -q', { ...raw, evidence: arrayWith(['tty_poll']) }, ['e', 'x', 'i', 't', '(', '3', ')', 'Enter']],
      [process.execPath, { ...raw, evidence: arrayWith(['tty_poll', 'prompt_line']) }, ['Ctrl+D']],
      [`less ${text}`, { ...raw, evidence: arrayWith(['tty_read']) }, ['q']],
      ["python3 -c 'import getpass; getpass.getpass()'", SECRET, ['x', 'Enter']],
    ];
    for (const [command, wanted, keys] of cases) {
      const { runId, block } = await blockedOn(session, command);
      expect(block, command).toMatchObject(wanted);
      await session.sendKeys(keys);
      const exitCode = command.startsWith('python3 -q') ? 3 : 0;
      expect(await session.waitRun(runId), command).toMatchObject({ outcome: 'finished', exitCode });
    }
    // of a password only the length is kept
    const kept = (wanted: object, keys: string[]) => (wanted === SECRET ? ['*', ...keys.slice(1)] : keys);
    expect(await typed(session)).toEqual(cases.map(([, wanted, keys]) => kept(wanted, keys)));
  });

  it('waits for the end of what waits for nothing', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const commands = [
      'sleep 0.5',
      'sleep 0.5 | cat',
      `sh -c 'printf "sure? "; sleep 0.5'`,
      `sh -c 'stty -echo; printf "Password: "; sleep 0.5; stty echo'`,
      `python3 -c 'import time; time.sleep(0.5)' < /dev/null`,
      `sh -c 'cat < /etc/hostname; sleep 0.5' > /dev/null`,
      // what listens to keys while it works, as servers for development do
      `${process.execPath} -e 'process.stdin.on("data", () => {}); setTimeout(() => process.exit(), 500)'`,
    ];
    for (const command of commands) {
      const result = await session.run(command, { untilInput: true });
      expect(result, command).toMatchObject({ outcome: 'finished', exitCode: 0, evidence: ['hook_mark'] });
    }
    expect(await session.run('cat & sleep 0.5; kill %1; fg', { untilInput: true })).toMatchObject({
      outcome: 'finished',
    });
    expect(await typed(session)).toEqual([]);
  });
});

describe('a run that waits for input', () => {
  it('ends the plain form with 123, its output before, and says how to answer', async () => {
    await using home = new TestHome();
    const id = await shellIn(home, '/bin/bash');
    const runId = `${id}.2`;
    expect(await home.run(['run', id, 'read -p "sure? " x; (exit 4)', '--until-input'])).toEqual({
      exitCode: 123,
      signal: null,
      stdout: 'sure? ',
      stderr: `agent-tty: the command waits for a line of input (certain); answer it: agent-tty type ${id} TEXT --append-newline; then agent-tty run wait ${runId}\n`,
    });
    const envelope = await home.envelope(['run', 'wait', runId, '--until-input', '--propagate-exit']);
    expect(envelope).toMatchObject({ ok: true, exitCode: 123 });
    const { stdout } = await home.run(['run', 'status', runId]);
    expect(stdout).toContain('a line of input (certain: foreground_group, tty_read, terminal_modes)');
    expect((await home.run(['run', 'list', id])).stdout).toContain('started, waits for input');
    await home.result(['type', id, 'yes', '--append-newline']);
    expect(await home.run(['run', 'wait', runId])).toMatchObject({ exitCode: 4, stdout: 'sure? yes\n' });
    const { blockedOn: block } = await home.result(['run', 'status', runId]);
    expect(block).toBeUndefined();
  });

  it('is no reason to come back for who did not ask', async () => {
    await using home = new TestHome();
    const id = await shellIn(home, '/bin/bash');
    expect(await home.run(['run', id, 'cat', '--timeout', '500ms'])).toMatchObject({ exitCode: 124 });
    expect((await home.run(['events', id, '--types', 'input_text,input_keys,input_paste'])).stdout).toBe('');
  });

  it('shows in its status only while it waits', async () => {
    await using home = new TestHome();
    const id = await shellIn(home, '/bin/bash');
    await home.run(['run', id, 'sleep 60', '--no-wait']);
    expect(await home.result(['run', 'status', `${id}.2`])).toMatchObject({ state: 'started', blockedOn: null });
    expect((await home.run(['run', 'status', `${id}.2`])).stdout).toContain('no input that can be seen');
    await home.result(['send-keys', id, 'Ctrl+C']);
    expect(await home.result(['run', 'wait', `${id}.2`])).toMatchObject({ outcome: 'interrupted' });
  });

  it('is rejected as before when it is the shell that wants more of the command', async () => {
    await using home = new TestHome();
    const id = await shellIn(home, '/bin/bash');
    expect(await home.result(['run', id, "echo 'open", '--until-input'])).toMatchObject({ outcome: 'rejected' });
  });

  it('is ended with its session in the one-shot form, which says so', async () => {
    await using home = new TestHome();
    expect(await home.run(['run', '--until-input', '--', 'sh', '-c', 'printf "name: "; cat'])).toEqual({
      exitCode: 123,
      signal: null,
      stdout: 'name: ',
      stderr: 'agent-tty: the command waits for a line of input; the session was ended\n',
    });
    expect(await home.result(['list'])).toEqual({ sessions: [] });
    expect(await home.run(['run', '--until-input', '--', 'sh', '-c', 'sleep 0.5; exit 3'])).toMatchObject({
      exitCode: 3,
    });
  });

  it('is no question to who does not wait', async () => {
    await using home = new TestHome();
    expect(await home.run(['run', 'any', 'cat', '--until-input', '--no-wait'])).toMatchObject({
      exitCode: 2,
      stderr: holding('--until-input is about a wait'),
    });
  });
});

const NOBODY = 65_534;

describe.skipIf(process.getuid?.() !== 0)('for a plain user (needs root, to play one)', () => {
  it('sees its own programs wait, and a question for a secret of one that may not be looked into', async () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-plain-'));
    fs.chownSync(root, NOBODY, NOBODY);
    const call = (...args: readonly string[]): Promise<string> => {
      const child = spawn(process.execPath, [CLI_PROGRAM, ...args], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: root,
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: root,
          SHELL: '/bin/bash',
          AGENT_TTY_HOME: path.join(root, 'home'),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      return new Promise((resolve) => child.on('close', () => resolve(stdout)));
    };
    try {
      const result = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
        parseEnvelope(await call(...args, '--json')).result ?? {};
      const id = String((await result('create', '--shell', '/bin/bash'))['sessionId']);
      expect(await result('run', id, 'cat', '--until-input')).toMatchObject({ blockedOn: LINE });
      await call('send-keys', id, 'Ctrl+C');
      expect(await result('run', id, 'su root -c true', '--until-input')).toMatchObject({
        output: 'Password: ',
        blockedOn: {
          kind: 'secret',
          evidence: ['foreground_group', 'terminal_modes', 'prompt_line'],
          confidence: 'likely',
        },
      });
    } finally {
      await call('host', 'stop', '--force');
      fs.rmSync(root, { recursive: true, maxRetries: 5 });
    }
  });
});
