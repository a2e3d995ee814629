/** A pid on record may be anybody's by now. Whatever the records of a home say, no process is signalled that is not a session's. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { identify, liveness, type ProcessIdentity, readProcessStat } from '../../src/base/processIdentity.ts';
import { MAIN_HOST_ID, sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';
import { startHostByHand } from '../support/hostByHand.ts';
import { parseObject } from '../support/like.ts';

interface Innocent extends Disposable {
  readonly identity: ProcessIdentity;
}

function innocent(): Innocent {
  const child: ChildProcess = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error('sleep did not start');
  return { identity, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

/** A process that ended and that nobody reaps, as long as its parent lives. */
async function zombie(): Promise<Innocent> {
  // bash waits for nothing while it is stopped in its turn
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (text: Buffer) => resolve(Number(text))),
  );
  while (readProcessStat(pid)?.state !== 'Z') await delay(systemClock, 5);
  const identity = identify(pid);
  if (identity === undefined) throw new Error('the zombie is gone');
  return { identity, [Symbol.dispose]: () => void parent.kill('SIGKILL') };
}

type Identity = ProcessIdentity | null;

/** How a record may be wrong about a pid: another process has it, another boot had it, or it never said which process it was. */
const MISTAKES: readonly (readonly [string, (real: ProcessIdentity) => Identity])[] = [
  ['of an earlier process', (real) => ({ ...real, startTicks: '1' })],
  ['of an earlier boot', (real) => ({ ...real, bootId: '00000000-0000-4000-8000-000000000000' })],
  ['of a system without boots', (real) => ({ ...real, bootId: 'unknown' })],
  ['without an identity', () => null],
];

function plant(
  home: TestHome,
  sessionId: string,
  host: ProcessIdentity,
  child: ProcessIdentity,
  wrong: (typeof MISTAKES)[number][1],
): void {
  const { manifest } = sessionPaths(home.home, sessionId);
  const record = parseObject(fs.readFileSync(manifest, 'utf8'));
  const planted = { hostPid: host.pid, hostIdentity: wrong(host), childPid: child.pid, childIdentity: wrong(child) };
  fs.writeFileSync(manifest, JSON.stringify({ ...record, ...planted, status: 'running' }));
}

/** Every command that could have a reason to signal somebody, or to believe that somebody lives. */
async function runEverything(home: TestHome, session: string): Promise<void> {
  for (const words of [
    ['list', '--all'],
    ['inspect', session],
    ['destroy', session],
    ['destroy', session, '--force'],
    ['type', session, 'x'],
    ['run', session, 'true'],
    ['host', 'status'],
    ['host', 'stop', '--force'],
    ['create', '--', 'true'],
    ['destroy', session, '--force'],
    ['list', '--all'],
    ['host', 'stop', '--force'],
  ]) {
    await home.envelope(words);
  }
}

describe('a stranger whose pid stands in a record', () => {
  it.each(MISTAKES)('%s is never signalled', async (_what, wrong) => {
    await using home = new TestHome();
    using first = innocent();
    using second = innocent();
    const session = await home.create(['--', 'cat']);
    const host = home.hostPid ?? 0;
    const hostFile = path.join(home.home, 'host', MAIN_HOST_ID, 'host.json');
    const record = parseObject(fs.readFileSync(hostFile, 'utf8'));
    process.kill(host, 'SIGKILL');
    while (identify(host) !== undefined && readProcessStat(host)?.state !== 'Z') await delay(systemClock, 5);
    plant(home, session, first.identity, second.identity, wrong);
    const planted = wrong(first.identity);
    if (planted !== null && planted.bootId !== 'unknown')
      fs.writeFileSync(hostFile, JSON.stringify({ ...record, pid: first.identity.pid, identity: planted }));
    await runEverything(home, session);
    expect([liveness(first.identity), liveness(second.identity)]).toEqual(['alive', 'alive']);
    expect(await home.result(['inspect', session])).toMatchObject({ terminationCategory: 'host-death' });
  });

  it('is not waited for when it is a zombie', async () => {
    await using home = new TestHome();
    using dead = await zombie();
    const session = await home.create(['--', 'cat']);
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    plant(home, session, dead.identity, dead.identity, (real) => real);
    expect(await home.result(['inspect', session])).toMatchObject({ terminationCategory: 'host-death' });
    await runEverything(home, session);
  });
});

describe('a host that is a zombie', () => {
  it('counts as dead, and the next command starts another one', async () => {
    await using home = new TestHome();
    const script = 'import subprocess, sys, time\np = subprocess.Popen(sys.argv[1:])\ntime.sleep(1000)';
    const host = await startHostByHand(home, { by: ['python3', '-c', script] });
    const session = await home.create(['--', 'cat']);
    process.kill(host.pid, 'SIGKILL');
    while (readProcessStat(host.pid)?.state !== 'Z') await delay(systemClock, 5);
    expect(await home.result(['host', 'status'])).toMatchObject({ running: false });
    expect(await home.result(['list', '--all'])).toMatchObject({
      sessions: [{ sessionId: session, status: 'failed' }],
    });
    await home.create(['--', 'cat']);
    expect(home.hostPid).not.toBe(host.pid);
    expect(readProcessStat(host.pid)?.state).toBe('Z');
    host.kill('SIGKILL');
    await host.end;
  });
});
