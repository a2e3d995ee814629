/** Runs of a provider: the host holds their places, over several homes, time-outs, kills and an operator's word. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { deferred } from '../../src/base/deferred.ts';
import { hostPaths, sessionPaths } from '../../src/protocol/homeLayout.ts';
import type { CliCall } from '../support/cli.ts';
import { isAlive, LeaseHome, untilGone } from '../support/leaseHome.ts';
import { parseEnvelope } from '../support/like.ts';

const DEMO = ['--provider', 'demo'];

/** Homes that share their places as those of one user do, without any setting: by the directory for state. */
class StateHome extends LeaseHome {
  override get environment(): Record<string, string> {
    const { AGENT_TTY_LEASE_ROOT: _, AGENT_TTY_LEASE_TEST_MODE: _mode, ...rest } = super.environment;
    return { ...rest, XDG_STATE_HOME: this.leases };
  }
}

function logOf(home: LeaseHome, session: string): string {
  return fs.readFileSync(sessionPaths(home.home, session).log, 'utf8');
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/** A shell line that goes on until the file is there. */
function until(file: string): string {
  return `until [ -e ${file} ]; do sleep 0.05; done`;
}

async function pidIn(file: string): Promise<number> {
  while (!fs.existsSync(file) || !fs.readFileSync(file, 'utf8').endsWith('\n')) await delay(systemClock, 20);
  return Number(fs.readFileSync(file, 'utf8'));
}

describe('five waited runs over three homes with two places', () => {
  it('are told that there is none, or come in turn, never more than two at once', async () => {
    await using first = new StateHome(2);
    await using second = new StateHome(2, first.leases);
    await using third = new StateHome(2, first.leases);
    const homes = [first, second, third, first, second];
    const sessions = await Promise.all(homes.map(async (home) => ({ home, session: await home.create() })));
    const start = (line: string, ...options: string[]): CliCall[] =>
      sessions.map(({ home, session }) => home.start(['run', session, line, '--wait', ...DEMO, ...options]));

    // Two hold their places until the three others were refused.
    const go = path.join(first.work, 'go');
    const calls = start(until(go), '--json');
    const threeRefused = deferred<void>();
    let refused = 0;
    const tell = ({ exitCode }: { readonly exitCode: number | null }): void => {
      if (exitCode === 75 && ++refused === 3) threeRefused.resolve();
    };
    for (const { end } of calls) void end.then(tell);
    await threeRefused.promise;
    fs.writeFileSync(go, '');
    const ends = await Promise.all(calls.map(({ end }) => end));
    for (const [n, { exitCode, stdout }] of ends.entries()) {
      const { home, session } = sessions[n] ?? { home: first, session: '' };
      const inputs = count(logOf(home, session), /"type":"(?:input_|run_)/g);
      if (exitCode === 0) continue;
      expect({ exitCode, inputs }).toEqual({ exitCode: 75, inputs: 0 });
      const { error } = parseEnvelope(stdout);
      expect(error).toMatchObject({ code: 'PROVIDER_WORKLOAD_BLOCKED', retryable: true });
      expect(error?.details).toEqual({
        provider: 'demo',
        reason: 'at_capacity',
        capacity: { active: 2, limit: 2, queued: 0 },
        sent: false,
        retryAfterMs: 1_500,
      });
    }
    const codes = ends.map(({ exitCode }) => exitCode ?? -1);
    expect(codes.toSorted((a, b) => a - b)).toEqual([0, 0, 75, 75, 75]);

    // Both places are taken while they queue up, one after the other. One becomes free; so who comes when is no race.
    const log = path.join(first.work, 'log');
    const open = ['a', 'b'].map((name) => path.join(first.work, name));
    const step = (n: number | string, what: string): string => `echo + ${n} >> ${log}; ${what}; echo - ${n} >> ${log}`;
    const holders = open.map((file) => first.lease(step('holder', until(file))));
    await first.untilTaken({ active: 2 });
    const waiting: CliCall[] = [];
    for (const [n, { home, session }] of sessions.entries()) {
      waiting.push(home.start(['run', '--wait', session, step(n, 'sleep 0.1'), ...DEMO, '--lease-wait', '30s']));
      await first.untilTaken({ queued: n + 1 });
    }
    const [one = '', two = ''] = open;
    fs.writeFileSync(one, '');
    const results = await Promise.all(waiting.map(({ end }) => end));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    fs.writeFileSync(two, '');
    await Promise.all(holders.map(({ end }) => end));
    const steps = fs.readFileSync(log, 'utf8').trim().split('\n');
    let live = 0;
    const peaks = steps.map((line) => (live += line.startsWith('+') ? 1 : -1));
    expect(Math.max(...peaks)).toBe(2);
    const runs = steps.filter((line) => /\d/.test(line));
    expect(runs).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`+ ${n}`, `- ${n}`]));
  });
});

describe('the place of a run', () => {
  it('is kept through a time-out and the death of its caller until the command has ended', async () => {
    await using home = new LeaseHome(1);
    const session = await home.create([...DEMO, '--shell', '/bin/bash']);
    const other = await home.create();
    const go = path.join(home.work, 'go');
    const late = await home.run(['run', session, until(go), '--timeout', '300ms']);
    expect(late.exitCode).toBe(124);
    expect(late.stderr).toContain('keeps its place at provider demo');
    expect(await home.taken()).toMatchObject({ active: 1, draining: 1 });
    expect((await home.run(['run', other, 'true', ...DEMO])).exitCode).toBe(75);
    const waiting = home.start(['run', other, 'echo never', ...DEMO, '--lease-wait', '1m']);
    await home.untilTaken({ queued: 1 });
    waiting.kill('SIGKILL');
    await home.untilTaken({ queued: 0 });
    const oneShot = home.start(['run', '--wait', ...DEMO, '--lease-wait', '1m', '--', 'echo', 'never']);
    await home.untilTaken({ queued: 1 });
    oneShot.kill('SIGINT');
    expect(await oneShot.end).toMatchObject({ exitCode: 130, stdout: '' });
    await home.untilTaken({ queued: 0 });
    fs.writeFileSync(go, '');
    expect((await home.run(['run', 'wait', `${session}.1`])).exitCode).toBe(0);
    expect(await home.taken()).toMatchObject({ active: 0, draining: 0 });
    fs.rmSync(go);
    const killed = home.start(['run', other, until(go), ...DEMO]);
    await home.untilTaken({ active: 1, draining: 0 });
    killed.kill('SIGKILL');
    await home.untilTaken({ active: 1, draining: 1 });
    fs.writeFileSync(go, '');
    await home.untilTaken({ active: 0 });
    expect(logOf(home, other)).not.toContain('never');
  });

  it('is waited for by a run of its own as long as its host lives, which does not go idle meanwhile', async () => {
    const idleMs = 100;
    await using home = new LeaseHome(1, undefined, { hostIdleMs: idleMs });
    const go = path.join(home.work, 'go');
    const holder = home.lease(until(go));
    await home.untilTaken({ active: 1 });
    const waiting = home.start(['run', '--wait', ...DEMO, '--lease-wait', '1m', '--', 'echo', 'never']);
    await home.untilTaken({ queued: 1 });
    await delay(systemClock, 3 * idleMs);
    expect((await home.run(['host', 'stop'])).exitCode).toBe(0);
    expect(await waiting.end).toMatchObject({ exitCode: 125, stdout: '' });
    await home.untilTaken({ queued: 0 });
    fs.writeFileSync(go, '');
    await holder.end;
  });

  it('outlives a killed host as long as the work goes on, and no longer', async () => {
    await using home = new LeaseHome(1);
    await using other = new LeaseHome(1, home.leases);
    const session = await home.create();
    const files = ['earlier', 'work', 'away'].map((name) => path.join(home.work, name));
    const [earlier = '', work = '', away = ''] = files;
    const lasting = (file: string): string => `nohup sh -c 'echo $$ > ${file}; exec sleep 60' >/dev/null 2>&1`;
    await home.run(['run', session, `${lasting(earlier)} &`]);
    await home.run(['run', session, `setsid ${lasting(away)} & ${lasting(work)}`, ...DEMO, '--no-wait']);
    const pids = [];
    for (const file of files) pids.push(await pidIn(file));
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    const blocked = ['run', '--wait', ...DEMO, '--', 'true'];
    expect((await other.run(blocked)).exitCode).toBe(75);
    const [background = 0, ...own] = pids;
    for (const pid of own) {
      expect(isAlive(pid)).toBe(true);
      expect((await other.run(blocked)).exitCode).toBe(75);
      process.kill(pid, 'SIGKILL');
      await untilGone(pid);
    }
    // The shell itself goes with its terminal.
    expect((await other.run([...blocked.slice(0, 4), '--lease-wait', '30s', '--', 'true'])).exitCode).toBe(0);
    expect(isAlive(background)).toBe(true);
    // The next host of the home ends what is left of the session.
    await home.create();
    await untilGone(background);
  });

  it('can be taken away: the command is ended, its caller told, and the session goes on', async () => {
    await using home = new LeaseHome(1);
    const session = await home.create();
    const lost = home.start(['run', session, 'sleep 60', ...DEMO]);
    await home.untilTaken({ active: 1 });
    const evict = ['lease', 'release', await home.ref(), '--force', '--reason', 'test', '--evict'];
    expect((await home.run(evict)).exitCode).toBe(0);
    const { exitCode, stderr } = await lost.end;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 76 });
    expect(stderr).toContain('the place at provider "demo" was taken away');
    const ended = home.start(['run', session, 'sleep 60', ...DEMO]);
    await home.untilTaken({ active: 1 });
    const kill = ['lease', 'release', await home.ref(), '--force', '--reason', 'test', '--kill'];
    expect(await home.result(kill)).toMatchObject({ outcome: 'released' });
    expect((await ended.end).exitCode).toBe(143);
    expect((await home.run(['run', session, 'echo on', ...DEMO])).stdout).toBe('on\n');
    const states = [...logOf(home, session).matchAll(/"type":"run_lease".*?"state":"(\w+)"/g)].map(
      ([, state]) => state,
    );
    expect(states).toEqual(['held', 'lost', 'held', 'released', 'held', 'released']);
  });
});

describe('the provider of a session', () => {
  it('is that of its runs, and is shown; whose place it is, its environment tells', async () => {
    await using home = new LeaseHome(1);
    const directories = ['one', 'two'].map((name) => path.join(home.work, name));
    for (const directory of directories) fs.mkdirSync(directory);
    const [one = '', two = ''] = directories;
    const withDirectory = (directory: string): Promise<string> =>
      home.create(['--provider', 'claude', '--env', `CLAUDE_CONFIG_DIR=${directory}`, '--shell', '/bin/bash']);
    const [a, b, c] = await Promise.all([withDirectory(one), withDirectory(one), withDirectory(two)]);
    expect((await home.result(['inspect', a]))['session']).toMatchObject({ provider: 'claude' });
    expect(logOf(home, a).split('\n')[0]).toContain('"provider":"claude"');
    const go = path.join(home.work, 'go');
    const { runId } = await home.result(['run', a, until(go), '--no-wait']);
    expect((await home.run(['run', b, 'true'])).exitCode).toBe(75);
    expect((await home.run(['run', c, 'true'])).exitCode).toBe(0);
    fs.writeFileSync(go, '');
    expect((await home.result(['run', 'wait', String(runId)]))['lease']).toMatchObject({ state: 'released' });
    expect((await home.error(['create', '--provider', 'nope'])).exitCode).toBe(78);
    expect((await home.error(['create', '--provider', 'gemini'])).details).toMatchObject({ reason: 'no_identity' });
    expect((await home.run(['run', a, 'true', '--provider', 'nope'])).exitCode).toBe(78);
    for (const words of [
      ['--lease-wait', '1s'],
      ['--provider', ''],
    ])
      expect((await home.run(['run', '--wait', ...words, '--', 'true'])).exitCode).toBe(2);
    expect((await home.run(['run', a, 'true', '--provider', '/bin/../claude'])).exitCode).toBe(78);
  });

  it('is not needed: without one there are no leases anywhere', async () => {
    await using home = new LeaseHome(1);
    const session = await home.create();
    await home.run(['run', session, 'true']);
    expect(await home.result(['run', session, 'true'])).not.toHaveProperty('lease');
    expect(fs.existsSync(home.leases)).toBe(false);
    expect(logOf(home, session)).not.toContain('lease');
  });
});

describe('what a host tells and writes of places', () => {
  it('has no byte of a holder that was planted', async () => {
    await using home = new LeaseHome(2);
    const session = await home.create();
    await home.run(['run', session, 'true', ...DEMO]);
    const { pattern } = home.plant();
    const outputs: string[] = [];
    const tell = async (...words: string[]): Promise<number | null> => {
      const { stdout, stderr, exitCode } = await home.run(words);
      outputs.push(stdout, stderr);
      return exitCode;
    };
    expect(await tell('run', session, 'true', ...DEMO, '--json')).toBe(0);
    const go = path.join(home.work, 'go');
    expect(await tell('run', session, until(go), ...DEMO, '--timeout', '100ms', '--json')).toBe(0);
    expect(await tell('run', '--wait', ...DEMO, '--lease-wait', '50ms', '--json', '--', 'true')).toBe(75);
    expect(await tell('run', '--wait', ...DEMO, '--', 'true')).toBe(75);
    fs.writeFileSync(go, '');
    await home.untilTaken({ active: 1 });
    for (const form of [[], ['--json']]) {
      for (const words of [
        ['inspect', session],
        ['run', 'list', session],
        ['run', 'status', `${session}.1`],
      ])
        await tell(...words, ...form);
      for (const words of [
        ['events', session],
        ['lease', 'list'],
        ['lease', 'metrics'],
        ['host', 'status'],
        ['doctor'],
      ])
        await tell(...words, ...form);
    }
    const cast = path.join(home.work, 'x.cast');
    await tell('record', 'export', session, '--format', 'asciicast', '--out', cast);
    await tell('destroy', session);
    const { log, manifest } = sessionPaths(home.home, session);
    for (const file of [log, manifest, cast, hostPaths(home.home, 'main').log])
      outputs.push(fs.readFileSync(file, 'utf8'));
    expect(outputs.filter((text) => pattern.test(text))).toEqual([]);
    expect(outputs.join('')).toContain('"capacity":{"active":2,"limit":2,"queued":0}');
  });
});
