/** The lease commands as they are called: one command a process, real locks, kills. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { isAlive, LeaseHome, untilGone } from '../support/leaseHome.ts';
import { parseEnvelope } from '../support/like.ts';

describe('lease run', () => {
  it('ends as its command ends, with its output and its exit status', async () => {
    await using home = new LeaseHome(1);
    expect(await home.lease('echo out; echo err >&2; exit 7').end).toMatchObject({
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await home.lease('kill -9 $$').end).exitCode).toBe(137);
    expect((await home.run(['lease', 'run', '--provider', 'demo', '--', '/nonexistent'])).exitCode).toBe(2);
    expect(await home.taken()).toMatchObject({ active: 0, limit: 1 });
  });

  it('puts the output of its command on standard error where standard output is for the envelope', async () => {
    await using home = new LeaseHome(1);
    const { stdout, stderr, exitCode } = await home.lease('echo out; exit 3', '--json').end;
    expect({ stderr, exitCode }).toEqual({ stderr: 'out\n', exitCode: 3 });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, result: { provider: 'demo', exitCode: 3, endedBy: null } });
  });

  it('is refused without a place: 75, counts, nothing sent, nothing started', async () => {
    await using home = new LeaseHome(1);
    const { call } = await home.holder();
    const mark = path.join(home.work, 'started');
    const words = ['lease', 'run', '--provider', 'demo', '--', 'touch', mark];
    const error = await home.error(words);
    expect(error).toMatchObject({
      exitCode: 75,
      code: 'PROVIDER_WORKLOAD_BLOCKED',
      message: 'provider "demo" is at capacity (1 of 1); nothing was sent',
      retryable: true,
    });
    expect(error.details).toEqual({
      provider: 'demo',
      reason: 'at_capacity',
      capacity: { active: 1, limit: 1, queued: 0 },
      sent: false,
      retryAfterMs: 1_500,
    });
    expect((await home.run(words)).exitCode).toBe(75);
    expect(fs.existsSync(mark)).toBe(false);
    call.kill('SIGTERM');
    await call.end;
  });

  it('is denied for a provider that nobody knows: 78', async () => {
    await using home = new LeaseHome(1);
    const { exitCode, code, retryable } = await home.error(['lease', 'run', '--provider', 'nope', '--', 'true']);
    expect({ exitCode, code, retryable }).toEqual({
      exitCode: 78,
      code: 'PROVIDER_ADMISSION_FAILED',
      retryable: false,
    });
  });

  it('over three homes shares the places, and lets in by turns those that wait', async () => {
    await using first = new LeaseHome(2);
    await using second = new LeaseHome(2, first.leases);
    await using third = new LeaseHome(2, first.leases);
    const log = path.join(first.work, 'log');
    const line = `echo + >> ${log}; sleep 0.3; echo - >> ${log}`;
    const homes = [first, second, third, first, second];
    const ends = await Promise.all(homes.map((home) => home.lease(line, '--lease-wait', '30s').end));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    let live = 0;
    const steps = fs.readFileSync(log, 'utf8').trim().split('\n');
    const peaks = steps.map((step) => (live += step === '+' ? 1 : -1));
    expect(Math.max(...peaks)).toBe(2);
    expect(peaks).toHaveLength(10);
  });
});

describe('lease run --isolated-home', () => {
  it('gives each command a home of its own, with the same providers, and leaves nothing of it', async () => {
    await using home = new LeaseHome(2);
    const tree = (): string[] =>
      fs.readdirSync(home.home, { recursive: true, encoding: 'utf8' }).map((name) => {
        const file = path.join(home.home, name);
        return `${name} ${fs.statSync(file).isFile() ? fs.readFileSync(file, 'utf8') : ''}`;
      });
    const before = tree();
    const cli = `${process.execPath} ${path.resolve('dist/cli.js')}`;
    // The same name twice, which one home does not allow; the second part waits until both are there.
    const line = (own: string, other: string): string =>
      [
        `${cli} create --name work >/dev/null && ${cli} run work 'echo in $AGENT_TTY_HOME' --provider demo --lease-wait 0 && touch ${own}`,
        `until [ -e ${other} ]; do sleep 0.05; done`,
        `echo "$AGENT_TTY_HOME"; ${cli} host status --json`,
      ].join('; ');
    const marks = ['one', 'two'].map((name) => path.join(home.work, name));
    const [one = '', two = ''] = marks;
    const wide = { env: { AGENT_TTY_LEASE_ROOT: path.join(home.root, 'inner') } };
    const start = (own: string, other: string) =>
      home.start([
        'lease',
        'run',
        '--provider',
        'demo',
        '--isolated-home',
        '--',
        'sh',
        '-c',
        `export AGENT_TTY_LEASE_ROOT=${wide.env.AGENT_TTY_LEASE_ROOT}; ${line(own, other)}`,
      ]);
    const ends = await Promise.all([start(one, two).end, start(two, one).end]);
    const directories = ends.map(({ stdout, stderr, exitCode }) => {
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
      const [said = '', directory = '', status = ''] = stdout.trim().split('\n');
      expect(said).toBe('in'); // no program of a session is told of homes
      expect(isAlive(Number(parseEnvelope(status).result?.['pid']))).toBe(false);
      expect(fs.existsSync(directory)).toBe(false);
      return directory;
    });
    expect(new Set([...directories, home.home]).size).toBe(3);
    expect(tree()).toEqual(before);
    expect(await home.taken()).toMatchObject({ active: 0 });
  });
});

describe('the end of lease run', () => {
  it('by SIGTERM ends everything that its command started, once, and is 143', async () => {
    await using home = new LeaseHome(1);
    const file = path.join(home.work, 'pids');
    const trap = `echo begun >> ${home.work}/ends; sleep 0.2; exit 0`;
    const call = home.lease(
      `trap '${trap}' TERM; setsid sleep 60 & echo $! > ${file}; echo up; while :; do sleep 0.05; done`,
    );
    await call.untilOutput('up');
    const pid = Number(fs.readFileSync(file, 'utf8'));
    call.kill('SIGTERM');
    await delay(systemClock, 50);
    call.kill('SIGTERM');
    expect(await call.end).toMatchObject({ exitCode: 143, signal: null });
    await untilGone(pid);
    expect(fs.readFileSync(path.join(home.work, 'ends'), 'utf8')).toBe('begun\n');
    expect(await home.taken()).toMatchObject({ active: 0 });
  });

  it('by its time or by SIGALRM is 142', async () => {
    await using home = new LeaseHome(1);
    expect((await home.lease('sleep 60', '--timeout', '300ms').end).exitCode).toBe(142);
    const { call, pid } = await home.holder();
    call.kill('SIGALRM');
    expect((await call.end).exitCode).toBe(142);
    await untilGone(pid);
  });

  it('while it waits leaves the queue, and nothing was started', async () => {
    await using home = new LeaseHome(1);
    const { call } = await home.holder();
    const waiting = home.lease('echo never', '--lease-wait', '1m');
    await home.untilTaken({ active: 1, queued: 1 });
    waiting.kill('SIGTERM');
    expect(await waiting.end).toMatchObject({ exitCode: 143, stdout: '' });
    const killed = home.lease('echo never', '--lease-wait', '1m');
    await home.untilTaken({ active: 1, queued: 1 });
    killed.kill('SIGKILL');
    await killed.end;
    await home.untilTaken({ active: 1, queued: 0 });
    call.kill('SIGTERM');
    await call.end;
  });

  it('by SIGKILL keeps the place as long as its command runs, and no longer', async () => {
    await using home = new LeaseHome(1);
    const { call, pid } = await home.holder();
    call.kill('SIGKILL');
    await call.end;
    expect(isAlive(pid)).toBe(true);
    expect(await home.taken()).toMatchObject({ active: 1 });
    expect((await home.lease('true').end).exitCode).toBe(75);
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    expect((await home.lease('true').end).exitCode).toBe(0);
  });

  it('comes with the end of the parent that it was told to follow, and at once where that has ended', async () => {
    await using home = new LeaseHome(1);
    const file = path.join(home.work, 'pid');
    const inner = `${process.execPath} ${path.resolve('dist/cli.js')} lease run --provider demo --parent $$ -- sh -c 'echo $$ > ${file}; exec sleep 60' & echo up; wait`;
    const outer = home.start(['lease', 'run', '--provider', 'glm', '--', 'sh', '-c', inner]);
    while (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') === '') await delay(systemClock, 20);
    const pid = Number(fs.readFileSync(file, 'utf8'));
    const parent = parentOf(parentOf(pid));
    process.kill(parent, 'SIGKILL');
    await untilGone(pid);
    expect((await outer.end).exitCode).toBe(137);
    const strange = ['lease', 'run', '--provider', 'demo', '--parent', '1', '--', 'echo', 'never'];
    expect(await home.run(strange)).toMatchObject({ exitCode: 143, stdout: '' });
  });

  it('comes with the loss of its place: 76', async () => {
    await using home = new LeaseHome(1);
    const { call, pid } = await home.holder();
    const ref = await home.ref();
    const words = ['lease', 'release', ref, '--force', '--reason', 'test'];
    expect((await home.run(words)).exitCode).toBe(4);
    expect(await home.result([...words, '--evict'])).toEqual({ ref, outcome: 'released' });
    expect((await call.end).exitCode).toBe(76);
    await untilGone(pid);
  });
});

describe('what the lease commands tell', () => {
  it('is counts; who holds is for people only', async () => {
    await using home = new LeaseHome(2);
    const { call, pid } = await home.holder();
    expect(await home.taken()).toEqual({ provider: 'demo', active: 1, limit: 2, queued: 0, overdue: 0, draining: 0 });
    const config = path.join(home.home, 'config.json');
    fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace('3600000', '1'));
    expect(await home.taken()).toMatchObject({ active: 1, overdue: 1 });
    const shown = await home.run(['lease', 'list', '--holders', '--provider', 'demo']);
    expect(shown.stdout).toContain(` ${call.pid} `);
    expect(shown.stdout).toContain(`process ${pid}`);
    expect((await home.error(['lease', 'list', '--holders'])).exitCode).toBe(2);
    const metrics = await home.run(['lease', 'metrics']);
    expect(metrics.stdout).toContain('agent_tty_lease_active{provider="demo"} 1\n');
    expect(metrics.stdout.endsWith('# EOF\n')).toBe(true);
    call.kill('SIGTERM');
    await call.end;
  });

  it('has no byte of a holder that was planted to be told', async () => {
    await using home = new LeaseHome(1);
    await home.lease('true').end;
    const { pattern } = home.plant();
    const calls = [
      ['lease', 'run', '--provider', 'demo', '--', 'true'],
      ['lease', 'run', '--provider', 'demo', '--lease-wait', '50ms', '--', 'true'],
      ['lease', 'list'],
      ['lease', 'wait', '--provider', 'demo', '--timeout', '10ms'],
      ['lease', 'metrics'],
      ['lease', 'doctor'],
    ];
    for (const words of calls) {
      const at = words.indexOf('--');
      const json = at === -1 ? [...words, '--json'] : [...words.slice(0, at), '--json', ...words.slice(at)];
      for (const form of [words, json]) {
        const { stdout, stderr } = await home.run(form);
        expect(stdout + stderr).not.toMatch(pattern);
      }
    }
    expect((await home.run(['lease', 'run', '--provider', 'demo', '--', 'true'])).exitCode).toBe(75);
  });

  it('waits for a free place and takes none', async () => {
    await using home = new LeaseHome(1);
    const { call } = await home.holder();
    const late = await home.run(['lease', 'wait', '--provider', 'demo', '--timeout', '100ms']);
    expect(late.exitCode).toBe(11);
    const waiting = home.result(['lease', 'wait', '--provider', 'demo', '--timeout', '30s']);
    call.kill('SIGTERM');
    await call.end;
    expect(await waiting).toMatchObject({ provider: 'demo', free: true, timedOut: false });
    expect(await home.taken()).toMatchObject({ active: 0 });
  });

  it('finds what is wrong, with what to do about it', async () => {
    await using home = new LeaseHome(1);
    expect(await home.result(['lease', 'doctor'])).toMatchObject({ healthy: true });
    fs.chmodSync(home.leases, 0o755);
    const { exitCode, stdout } = await home.run(['lease', 'doctor']);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/fail {2}leases in .*: is open to others \(mode 755\)\n {6}fix: /);
    expect((await home.lease('true').end).exitCode).toBe(78);
    fs.chmodSync(home.leases, 0o700);
  });
});

function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
