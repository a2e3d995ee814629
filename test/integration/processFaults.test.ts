import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { identify, listPids, liveness, readProcessStat } from '../../src/base/processIdentity.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { verifyLog } from '../../src/eventlog/verify.ts';
import type { LogEvent } from '../../src/protocol/events.ts';
import { SESSION_MARK_VARIABLE, sessionPaths } from '../../src/protocol/homeLayout.ts';
import { CLI_PROGRAM, PROGRAM_NODE, TestHome } from '../support/cli.ts';
import { startHostByHand } from '../support/hostByHand.ts';
import { holding, like } from '../support/like.ts';

/** Ends within the ladder's 5 s; the rest is for a machine that has other things to do. */
const LADDER_MS = 5_000;
const SLACK_MS = 5_000;

/** Living processes that carry the session's mark. */
function marked(sessionId: string): number[] {
  return listPids().filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${SESSION_MARK_VARIABLE}=${sessionId}\0`);
    } catch {
      return false; // gone while we looked
    }
  });
}

async function events(home: TestHome, sessionId: string): Promise<LogEvent[]> {
  const found: LogEvent[] = [];
  for await (const event of readEvents(sessionPaths(home.home, sessionId).log)) found.push(event);
  return found;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(systemClock, 10);
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = systemClock.nowMs();
  await work();
  return systemClock.nowMs() - began;
}

describe('a program that ends', () => {
  it('is told of at once although a job of it holds the terminal, and destroy ends the job', async () => {
    await using home = new TestHome();
    const script = 'trap "" HUP; sh -c "sleep 0.3; echo late; exec sleep 1000" & echo early; exit 7';
    const id = await home.create(['--', 'sh', '-c', script]);
    const waited = await took(async () =>
      expect(await home.result(['wait', id, '--exit'])).toMatchObject({ exitCode: 7, timedOut: false }),
    );
    expect(waited).toBeLessThan(SLACK_MS);
    const log = await events(home, id);
    expect(log.at(-1)).toMatchObject({ type: 'exit', payload: { exitCode: 7 } });
    expect(log.filter(({ type }) => type === 'output').map(({ payload }) => payload['data'])).toEqual(['early\r\n']);
    expect(marked(id)).not.toEqual([]);
    expect(await home.result(['destroy', id])).toMatchObject({ destroyed: true, survivors: 0 });
    expect(marked(id)).toEqual([]);
    // the terminal is closed for good: what the job still wrote went nowhere, and the log is the one of the program
    expect((await events(home, id)).at(-1)).toMatchObject({ type: 'exit', seq: log.at(-1)?.seq });
  });

  it('has its exit code although whoever started the host ignores SIGCHLD', async () => {
    await using home = new TestHome();
    const script =
      'import os, signal, sys\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nos.execvp(sys.argv[1], sys.argv[1:])';
    const host = await startHostByHand(home, { by: ['python3', '-c', script] });
    for (let i = 0; i < 5; i++) {
      expect(await home.run(['run', '--wait', '--', 'sh', '-c', `exit ${i + 40}`])).toMatchObject({ exitCode: i + 40 });
    }
    const id = await home.create(['--', 'sh', '-c', 'kill -KILL $$']);
    await home.result(['wait', id, '--exit']);
    expect(await home.result(['inspect', id])).toMatchObject({ session: { exitCode: null, exitSignal: 'SIGKILL' } });
    await home.result(['host', 'stop', '--force']);
    await host.end;
  });
});

describe('a program that cannot be started', () => {
  it('for want of descriptors is refused with the limit, and the other sessions go on', async () => {
    await using home = new TestHome();
    const host = await startHostByHand(home, { by: ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] });
    const ids: string[] = [];
    let refused: Awaited<ReturnType<TestHome['envelope']>> | undefined;
    while (refused === undefined && ids.length < 64) {
      const created = await home.envelope(['create', '--', 'cat']);
      if (created.ok) ids.push(String(created.result?.['sessionId']));
      else refused = created;
    }
    expect(refused).toMatchObject({ exitCode: 8, error: { code: 'SPAWN_FAILED', retryable: true } });
    expect(refused?.error?.message).toMatch(/limit reached: open files \d+ of 64, of which 16 are kept/);
    expect(ids.length).toBeGreaterThan(3);
    for (const id of [ids[0] ?? '', ids.at(-1) ?? '']) {
      await home.result(['type', id, 'still here\n']);
      await home.result(['wait', id, '--text', 'still here']);
      expect(await home.result(['snapshot', id])).toMatchObject({ text: holding('still here') });
    }
    expect(fs.readdirSync(path.join(home.home, 'sessions')).toSorted()).toEqual(ids.toSorted());
    await home.result(['destroy', ids.pop() ?? '']);
    expect(await home.result(['create', '--', 'true'])).toMatchObject({ sessionId: like(/./) });
    await home.result(['host', 'stop', '--force']);
    await host.end;
  });

  it('for want of the terminal library is refused with what is missing', async () => {
    await using home = new TestHome();
    const copy = path.join(home.root, 'copy');
    fs.cpSync(path.dirname(CLI_PROGRAM), copy, { recursive: true });
    const line = `${PROGRAM_NODE} ${path.join(copy, 'cli.js')} create --json -- true`;
    const { stdout } = await home.run(['run', '--wait', '--', 'sh', '-c', `AGENT_TTY_HOME=${home.root}/other ${line}`]);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'HOST_START_FAILED',
        retryable: false,
        message: like(/^no terminal can be opened: node-pty does not load on \w+-\w+: Cannot find module 'node-pty'/),
        hint: holding('install'),
      },
    });
  });
});

describe('destroy', () => {
  it('ends a tree of hundreds that forks on, leaves its session and its parents', { timeout: 120_000 }, async () => {
    await using home = new TestHome();
    const script = [
      'trap "" HUP TERM',
      'for i in $(seq 100); do sleep 1000 & done',
      'for i in $(seq 100); do setsid sleep 1000 & done',
      // a double fork: the parent is gone, the child belongs to init
      'for i in $(seq 100); do (setsid sleep 1000 &) ; done',
      // and one that goes on for ever
      '(setsid sh -c "trap \\"\\" HUP TERM; while :; do sleep 1000 & sleep 0.01; done" &)',
      'echo ready; wait',
    ].join('\n');
    const id = await home.create(['--', 'sh', '-c', script]);
    await home.result(['wait', id, '--text', 'ready']);
    await until(() => marked(id).length > 300);
    let result: Record<string, unknown> = {};
    const ms = await took(async () => (result = await home.result(['destroy', id])));
    expect(result).toMatchObject({ destroyed: true, survivors: 0, lastStep: 'KILL' });
    expect(ms).toBeLessThan(LADDER_MS + SLACK_MS);
    expect(marked(id)).toEqual([]);
  });
});

describe('a host that is told to end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s ends its sessions in order and is gone', async (signal) => {
    await using home = new TestHome();
    const host = await startHostByHand(home);
    const shell = await home.create(['--shell', '/bin/bash']);
    const stubborn = await home.create(['--', 'sh', '-c', 'trap "" HUP TERM; setsid sleep 1000 & echo up; sleep 1000']);
    await home.result(['wait', stubborn, '--text', 'up']);
    const waiting = home.start(['run', shell, 'echo begun; sleep 1000', '--json']);
    const ms = await took(async () => {
      host.kill(signal);
      expect(await host.end).toBe(0);
    });
    expect(ms).toBeLessThan(LADDER_MS + SLACK_MS);
    expect((await waiting.end).exitCode).not.toBe(null);
    expect([...marked(shell), ...marked(stubborn)]).toEqual([]);
    const { sessions } = await home.result(['list', '--all']);
    expect(sessions).toMatchObject([{ status: 'destroyed' }, { status: 'destroyed' }]);
    for (const id of [shell, stubborn]) {
      expect((await events(home, id)).at(-1)?.type).toBe('exit');
      expect(await verifyLog(sessionPaths(home.home, id).log, id)).toMatchObject({ ok: true, tornTailBytes: 0 });
    }
    expect(fs.readdirSync(path.join(home.home, 'host', 'main')).toSorted()).toEqual(['host.lock', 'host.log']);
    expect(host.log().map(({ msg }) => msg)).toEqual(['serving', 'stopping', 'stopped']);
  });
});

describe('a host that meets a bug of its own', () => {
  it('logs it, ends its sessions, says so in their records, and leaves with status 70', async () => {
    await using home = new TestHome();
    // the fault comes from outside the product: a preloaded module throws on the event loop when it is told to
    const fault = path.join(home.root, 'fault.mjs');
    fs.writeFileSync(fault, "process.on('SIGUSR2', () => { throw new Error('a fault from outside'); });");
    const host = await startHostByHand(home, { nodeOptions: ['--import', fault] });
    const identity = identify(host.pid);
    const id = await home.create(['--', 'sh', '-c', 'trap "" HUP TERM; setsid sleep 1000 & echo up; sleep 1000']);
    await home.result(['wait', id, '--text', 'up']);
    const over = await home.create(['--', 'true']);
    await home.result(['wait', over, '--exit']);
    const ms = await took(async () => {
      host.kill('SIGUSR2');
      expect(await host.end).toBe(70);
    });
    expect(ms).toBeLessThan(LADDER_MS + SLACK_MS);
    expect(identity === undefined ? 'unknown' : liveness(identity)).toBe('gone');
    expect(marked(id)).toEqual([]);
    expect(host.log()).toContainEqual(
      expect.objectContaining({
        level: 'error',
        msg: 'uncaught error',
        err: 'a fault from outside',
        incident: like(/^[0-9a-f]{12}$/),
      }),
    );
    expect(await home.result(['list', '--all'])).toMatchObject({
      sessions: [
        { sessionId: id, status: 'failed', failureReason: 'host-bug' },
        { sessionId: over, status: 'exited' },
      ],
    });
    expect(await home.result(['inspect', id])).toMatchObject({ terminationCategory: 'host-death' });
    expect(await home.error(['type', id, 'x'])).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: holding('met a bug'),
    });
    expect((await events(home, id)).slice(-2).map(({ type }) => type)).toEqual(['exit', 'host_lost']);
    expect(await verifyLog(sessionPaths(home.home, id).log, id)).toMatchObject({ ok: true, tornTailBytes: 0 });
    const next = await home.create(['--', 'cat']);
    expect(await home.result(['inspect', next])).toMatchObject({ session: { status: 'running' } });
  });
});

describe('descriptors', () => {
  const O_CLOEXEC = 0o2000000;

  /** What a process has open, without what it has for a moment to look at itself. */
  function openIn(pid: number): string[] {
    return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => `${fd} ${fs.readlinkSync(`/proc/${pid}/fd/${fd}`)}`);
  }

  async function expectOwnTerminalOnly(home: TestHome, program: readonly string[]): Promise<string> {
    const created = await home.result(['create', '--', ...program]);
    const pid = Number(created['childPid']);
    // it reads: what it loaded at its start is closed again
    const name = path.basename(program[0] ?? '');
    await until(() => readProcessStat(pid)?.comm === name && readProcessStat(pid)?.state === 'S');
    const [terminal = ''] = openIn(pid).map((line) => line.slice(2));
    expect(terminal).toMatch(/^\/dev\/pts\/\d+$/);
    expect(openIn(pid)).toEqual([`0 ${terminal}`, `1 ${terminal}`, `2 ${terminal}`]);
    return String(created['sessionId']);
  }

  it('of the host never reach a program: not the first, not the tenth, not one in the place of those that closed', async () => {
    await using home = new TestHome();
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push(await expectOwnTerminalOnly(home, ['cat']));
    for (const id of [ids[0], ids[3], ids[4], ids[8]]) await home.result(['destroy', id ?? '']);
    for (let i = 0; i < 6; i++) await expectOwnTerminalOnly(home, ['sleep', '1000']);
  });

  it('of the host are all closed when it executes a program, and none is of its starter', async () => {
    await using home = new TestHome();
    const kept = path.join(home.root, 'kept');
    const line = `exec 9>${kept}; exec 200>${kept}; exec "$@"`;
    const words = ['-c', line, 'bash', PROGRAM_NODE, CLI_PROGRAM, 'create', '--', 'cat'];
    execFileSync('bash', words, { cwd: home.work, env: home.environment });
    const pid = home.hostPid ?? 0;
    for (let i = 0; i < 5; i++) await home.create(['--', 'cat']);
    const open = fs.readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) > 2);
    const inherited = open.flatMap((fd) => {
      const flags = /^flags:\t([0-7]+)$/m.exec(fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      const isClosed = (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
      return isClosed ? [] : [`${fd} -> ${fs.readlinkSync(`/proc/${pid}/fd/${fd}`)}`];
    });
    expect(open.length).toBeGreaterThan(15);
    expect(inherited).toEqual([]);
    expect(openIn(pid).filter((text) => text.includes(kept))).toEqual([]);
  });
});
