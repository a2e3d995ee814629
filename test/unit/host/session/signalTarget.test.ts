import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { identify, liveness, type ProcessIdentity } from '../../../../src/base/processIdentity.ts';
import { signalGroup } from '../../../../src/host/session/signalTarget.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A program that leads a terminal session and a group of its own. */
async function leader(): Promise<{ readonly child: ChildProcess; readonly identity: ProcessIdentity }> {
  const child = spawn('sh', ['-c', 'echo up; sleep 71 & wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  await once(child.stdout, 'data');
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error('no identity');
  return { child, identity };
}

describe('a signal to a process group', () => {
  it('reaches all of its processes', async () => {
    const { child, identity } = await leader();
    const exit = once(child, 'exit');
    await expect.poll(() => signalGroup(identity.pid, identity, 'SIGCONT'), { timeout: 20_000 }).toBe(2);
    expect(signalGroup(identity.pid, identity, 'SIGTERM')).toBe(2);
    expect(await exit).toEqual([null, 'SIGTERM']);
  });

  it('is not sent to a group of another terminal session', async () => {
    const mine = await leader();
    const stranger = await leader();
    expect(signalGroup(stranger.identity.pid, mine.identity, 'SIGKILL')).toBe(0);
    expect(liveness(stranger.identity)).toBe('alive');
  });

  it('is not sent when the session is over and its pid belongs to somebody else', async () => {
    const { identity } = await leader();
    expect(signalGroup(identity.pid, { ...identity, startTicks: '1' }, 'SIGKILL')).toBe(0);
    expect(signalGroup(identity.pid, { ...identity, bootId: 'another' }, 'SIGKILL')).toBe(0);
    expect(liveness(identity)).toBe('alive');
  });

  it('is never sent to everybody, to our own group, or to nobody', async () => {
    const { identity } = await leader();
    for (const group of [1, 0, -1, 4_194_304]) expect(signalGroup(group, identity, 'SIGKILL')).toBe(0);
  });
});
