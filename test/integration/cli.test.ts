import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProcessStat } from '../../src/base/processIdentity.ts';
import { CLI_PROGRAM, PROGRAM_NODE, TestHome } from '../support/cli.ts';
import { holding, like } from '../support/like.ts';

describe('a session through the command line', () => {
  it('is created, listed, inspected, destroyed and still told of', async () => {
    await using home = new TestHome();
    const created = await home.result([
      'create',
      '--name',
      'build',
      '--shell',
      '/bin/bash',
      '--cols',
      '100',
      '--rows',
      '30',
    ]);
    const sessionId = String(created['sessionId']);
    expect(created).toMatchObject({
      cols: 100,
      rows: 30,
      shell: '/bin/bash',
      name: 'build',
      createdAt: like(/^\d{4}-.*Z$/),
    });
    expect(sessionId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);

    expect(await home.result(['list'])).toMatchObject({
      sessions: [
        {
          sessionId,
          status: 'running',
          command: ['/bin/bash'],
          cwd: home.work,
          name: 'build',
          cols: 100,
          rows: 30,
          exitCode: null,
          exitSignal: null,
        },
      ],
    });
    await home.result(['run', 'build', 'true']);
    const inspected = await home.result(['inspect', 'build']);
    expect(inspected).toMatchObject({
      session: { version: 1, sessionId, status: 'running', hostPid: home.hostPid, exitCode: null, creationCols: 100 },
      terminationCategory: 'running',
      host: { cliVersion: '0.1.0', rpcSocketPath: like(/\.sock$/) },
      completion: { source: 'hooks', grade: 'rich' },
      runs: [{ command: 'true', outcome: 'finished', exitCode: 0 }],
    });
    expect(inspected['eventCount']).toBe(Number(inspected['lastEventSeq']) + 1);

    expect(await home.result(['destroy', 'build'])).toMatchObject({ sessionId, destroyed: true });
    expect(await home.result(['list'])).toEqual({ sessions: [] });
    expect(await home.result(['list', '--all'])).toMatchObject({ sessions: [{ sessionId, status: 'destroyed' }] });
    expect(await home.error(['destroy', 'build'])).toMatchObject({ code: 'SESSION_ALREADY_DESTROYED', exitCode: 4 });
    await home.result(['host', 'stop']);
    expect(await home.result(['inspect', 'build'])).toMatchObject({
      session: { status: 'destroyed' },
      terminationCategory: 'destroyed',
    });
    expect(await home.result(['snapshot', 'build'])).toMatchObject({ format: 'text', sessionId, cols: 100, rows: 30 });
  });

  it('gets the environment and directory of the caller and nothing of ours but its mark', async () => {
    await using home = new TestHome();
    const directory = path.join(home.work, 'with space');
    fs.mkdirSync(directory);
    const sessionId = await home.create([
      '--shell',
      '/bin/bash',
      '--env',
      'A=1',
      '--env',
      'A=two words',
      '--cwd',
      'with space',
    ]);
    const run = async (command: string): Promise<unknown> => (await home.result(['run', sessionId, command]))['output'];
    expect(await run('pwd')).toBe(`${directory}\n`);
    expect(await run('echo "$A|$HOME|$TERM"')).toBe(`two words|${home.work}|xterm-256color\n`);
    expect(await run("env | grep -o '^AGENT_TTY[A-Z_]*' | sort")).toBe('AGENT_TTY_SESSION\n');
    expect(JSON.stringify(await home.result(['inspect', sessionId]))).not.toContain('two words');
  });

  it('has a name that is unique while it lives', async () => {
    await using home = new TestHome();
    const first = await home.create(['--name', 'one', '--shell', '/bin/bash']);
    expect(await home.error(['create', '--name', 'one'])).toMatchObject({ code: 'SESSION_NAME_TAKEN', exitCode: 4 });
    await home.result(['destroy', first]);
    expect(await home.create(['--name', 'one', '--shell', '/bin/bash'])).not.toBe(first);
  });

  it('is refused with the reason when its program cannot be run', async () => {
    await using home = new TestHome();
    const text = path.join(home.work, 'text');
    fs.writeFileSync(text, 'no program');
    for (const command of ['/no/such', 'no-such-program', home.work, text]) {
      const error = await home.error(['create', '--', command]);
      expect(error, command).toMatchObject({ code: 'EXEC_FAILED', exitCode: 2, retryable: false });
      expect(error.message).toContain(command);
    }
    expect(await home.result(['list', '--all'])).toEqual({ sessions: [] });
  });
});

describe('what a session is not', () => {
  it('unknown, ended, and orphaned are three codes', async () => {
    await using home = new TestHome();
    await home.create(['--name', 'over', '--', 'true']);
    await home.result(['wait', 'over', '--exit']);
    await home.create(['--name', 'orphan', '--shell', '/bin/bash']);
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    expect(await home.error(['type', 'nobody', 'x'])).toMatchObject({ code: 'SESSION_NOT_FOUND', exitCode: 3 });
    expect(await home.error(['type', 'over', 'x'])).toMatchObject({ code: 'SESSION_NOT_RUNNING', exitCode: 4 });
    expect(await home.error(['type', 'orphan', 'x'])).toMatchObject({ code: 'HOST_UNREACHABLE', exitCode: 6 });
    expect(await home.result(['inspect', 'orphan'])).toMatchObject({
      session: { status: 'failed', failureReason: 'host-death' },
      terminationCategory: 'host-death',
    });
    // the next host closes what the dead one left
    await home.create(['--', 'true']);
    expect(await home.error(['type', 'orphan', 'x'])).toMatchObject({ exitCode: 6 });
  });
});

describe('the host', () => {
  it('is started by the first command that needs it, and only by those', async () => {
    await using home = new TestHome();
    expect(await home.result(['host', 'status'])).toEqual({ running: false, home: home.home, dedicatedHosts: 0 });
    await home.result(['list']);
    await home.error(['inspect', 'x']);
    expect(fs.existsSync(home.home)).toBe(false);
    await home.create();
    expect(fs.statSync(home.home).mode & 0o777).toBe(0o700);
    expect(await home.result(['host', 'status'])).toMatchObject({ running: true, pid: home.hostPid, liveSessions: 1 });
  });

  it('does not stop over running sessions unless forced, and is gone when stop returns', async () => {
    await using home = new TestHome();
    await home.create();
    const pid = home.hostPid ?? 0;
    expect(await home.error(['host', 'stop'])).toMatchObject({ code: 'HOST_HAS_SESSIONS', exitCode: 4 });
    expect(await home.result(['host', 'stop', '--force'])).toMatchObject({ stopped: true, endedSessions: 1 });
    expect(['Z', undefined]).toContain(readProcessStat(pid)?.state); // a zombie waits for whoever started it
    expect(await home.result(['host', 'stop'])).toMatchObject({ stopped: false });
  });

  it('is one, however many start it at once', async () => {
    await using home = new TestHome();
    const ids = await Promise.all(Array.from({ length: 4 }, () => home.create(['--', 'cat'])));
    expect(new Set(ids).size).toBe(4);
    expect(await home.result(['host', 'status'])).toMatchObject({ liveSessions: 4 });
  });

  it('writes at the level that was asked for', async () => {
    await using home = new TestHome();
    await home.run(['create', '--log-level', 'error', '--', 'true']);
    expect(fs.readFileSync(path.join(home.home, 'host', 'main', 'host.log'), 'utf8')).toBe('');
  });

  it('that cannot start says why, once', async () => {
    await using home = new TestHome();
    fs.mkdirSync(home.home);
    fs.writeFileSync(path.join(home.home, 'config.json'), '{"nonsense": 1}');
    const { exitCode, code, message } = await home.error(['create']);
    expect({ exitCode, code }).toEqual({ exitCode: 2, code: 'INVALID_INPUT' });
    expect(message).toContain('nonsense');
  });
});

describe('what the program prints', () => {
  it('is a short line for people, escaped where it comes from others', async () => {
    await using home = new TestHome();
    const { stdout } = await home.run([
      'create',
      '--',
      'sh',
      '-c',
      "printf '\\033]0;t\\007\\033[31m\\342\\200\\256x'; exec cat",
    ]);
    const sessionId = stdout.trim();
    await home.run(['wait', sessionId, '--text', 'x']);
    for (const args of [
      ['list'],
      ['inspect', sessionId],
      ['snapshot', sessionId],
      ['snapshot', sessionId, '--format', 'structured'],
    ]) {
      const end = await home.run(args);
      expect(end.stdout, args.join(' ')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
    expect((await home.run(['snapshot', sessionId])).stdout).toContain('\\u202ex');
  });

  it('ends quietly when nobody reads it', async () => {
    await using home = new TestHome();
    const call = home.start(['help']);
    call.closeOutput();
    const { stderr, exitCode } = await call.end;
    expect(stderr).toBe('');
    expect([0, 141]).toContain(exitCode);
  });

  it('is an error when it cannot be written', async () => {
    await using home = new TestHome();
    const line = `${PROGRAM_NODE} ${CLI_PROGRAM} help >/dev/full`;
    const { exitCode, stdout } = await home.run(['run', '--wait', '--', 'sh', '-c', line]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 8, stdout: holding('ENOSPC') });
  });
});

describe('doctor', () => {
  it('finds everything in order here, and names a shell that is not there', async () => {
    await using home = new TestHome();
    const healthy = await home.result(['doctor', '--shell', 'bash']);
    expect(healthy).toMatchObject({ healthy: true });
    expect(healthy['checks']).toContainEqual(
      expect.objectContaining({ name: 'bash', status: 'ok', message: holding('hooks (certain)') }),
    );
    const { exitCode, stdout } = await home.run(['doctor', '--shell', 'no-such-shell']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('fail  no-such-shell: no-such-shell is not installed\n      fix: install no-such-shell');
    expect(fs.readdirSync(home.root).filter((name) => name.startsWith('agent-tty-doctor'))).toEqual([]);
  });
});
