import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { untilGone } from '../../src/client/untilGone.ts';
import { hostsDirectory, MAIN_HOST_ID, sessionPaths } from '../../src/protocol/homeLayout.ts';
import { readHostRecord } from '../../src/store/hostRecord.ts';
import { TestHome } from '../support/cli.ts';
import { objectWith } from '../support/like.ts';

function host(home: TestHome, hostId: string): NonNullable<ReturnType<typeof readHostRecord>> {
  const record = readHostRecord(home.home, hostId);
  if (record === undefined) throw new Error(`no host ${hostId}`);
  return record;
}

const DEDICATED = ['--shell', '/bin/bash', '--dedicated-host'];

describe('a session with a host of its own', () => {
  it('is found by id and name by every command, and its host ends with it', async () => {
    await using home = new TestHome();
    const shared = await home.create(['--name', 'shared', '--shell', '/bin/bash']);
    const own = await home.create(['--name', 'own', ...DEDICATED]);
    const { identity, pid } = host(home, own);
    expect(pid).not.toBe(home.hostPid);
    for (const reference of [own, 'own']) {
      expect(await home.run(['run', reference, 'echo $AGENT_TTY_SESSION'])).toMatchObject({ stdout: `${own}\n` });
      expect(await home.result(['snapshot', reference])).toMatchObject({ sessionId: own });
      expect(await home.result(['inspect', reference])).toMatchObject({
        session: { hostId: own },
        completion: { grade: 'rich' },
      });
      expect((await home.result(['run', 'list', reference]))['runs']).toHaveLength(reference === own ? 1 : 2);
      await home.result(['type', reference, 'x']);
      await home.result(['send-keys', reference, 'Backspace']);
      expect(await home.result(['wait', reference, '--idle-ms', '10'])).toMatchObject({ matched: true });
    }
    expect(await home.result(['run', 'wait', `${own}.1`])).toMatchObject({ exitCode: 0 });
    expect(await home.result(['host', 'status', '--all'])).toMatchObject({
      hosts: [{ hostId: 'main' }, { hostId: own }],
    });
    expect(await home.result(['host', 'status'])).toMatchObject({ hostId: 'main', dedicatedHosts: 1 });
    expect((await home.result(['list']))['sessions']).toMatchObject([{ sessionId: shared }, { sessionId: own }]);
    expect(await home.result(['run', own, 'exit 3'])).toMatchObject({ outcome: 'session_exited', exitCode: 3 });
    await untilGone(identity, systemClock);
    expect(fs.readdirSync(hostsDirectory(home.home))).toEqual([MAIN_HOST_ID]);
    expect(fs.readFileSync(path.join(sessionPaths(home.home, own).directory, 'host.log'), 'utf8')).toContain('stopped');
    expect(await home.result(['inspect', own])).toMatchObject({
      terminationCategory: 'nonzero-exit',
      session: { exitCode: 3 },
    });
    expect(await home.result(['snapshot', 'own'])).toMatchObject({ sessionId: own });
    expect(await home.error(['run', 'own', 'true'])).toMatchObject({ code: 'SESSION_NOT_RUNNING' });
  });

  it('shares its names with all sessions of the home', async () => {
    await using home = new TestHome();
    await home.create(['--name', 'a', '--shell', '/bin/bash']);
    const b = await home.create(['--name', 'b', ...DEDICATED]);
    for (const words of [
      ['--name', 'a', ...DEDICATED],
      ['--name', 'b'],
      ['--name', 'b', ...DEDICATED],
    ])
      expect(await home.error(['create', ...words])).toMatchObject({ code: 'SESSION_NAME_TAKEN', exitCode: 4 });
    const racers = Array.from({ length: 6 }, (_, i) =>
      home.envelope(['create', '--name', 'c', ...(i % 2 === 0 ? DEDICATED : [])]),
    );
    expect((await Promise.all(racers)).filter(({ ok }) => ok)).toHaveLength(1);
    expect(await home.result(['destroy', 'b'])).toMatchObject({ destroyed: true });
    expect(await home.result(['inspect', b])).toMatchObject({ terminationCategory: 'destroyed' });
    await home.create(['--name', 'b', '--shell', '/bin/bash']);
  });

  it('that is killed takes nobody with it, and the next session that is made puts it in order', async () => {
    await using home = new TestHome();
    const shared = await home.create();
    const [first, second] = [await home.create(DEDICATED), await home.create(['--name', 'dead', ...DEDICATED])];
    process.kill(host(home, second).pid, 'SIGKILL');
    expect(await home.error(['run', second, 'true'])).toMatchObject({ code: 'HOST_UNREACHABLE', exitCode: 6 });
    for (const id of [shared, first])
      expect(await home.run(['run', id, 'echo alive'])).toMatchObject({ stdout: 'alive\n' });
    await home.create(['--name', 'dead', '--shell', '/bin/bash']);
    const { stdout } = await home.run(['events', second, '--types', 'host_lost']);
    expect(stdout).toContain('"type":"host_lost"');
    expect(await home.result(['inspect', second])).toMatchObject({
      session: { status: 'failed', failureReason: 'host-death' },
    });
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    expect(await home.run(['run', first, 'echo still alive'])).toMatchObject({ stdout: 'still alive\n' });
    const third = await home.create(DEDICATED); // a host of its own puts the main one in order too
    expect(await home.result(['inspect', shared])).toMatchObject({ session: { status: 'failed' } });
    expect((await home.run(['events', shared, '--types', 'host_lost'])).stdout).toContain('host_lost');
    expect((await home.result(['list']))['sessions']).toEqual([
      objectWith({ sessionId: first }),
      objectWith({ sessionId: third }),
    ]);
    expect(await home.result(['host', 'stop', '--all', '--force'])).toMatchObject({ stopped: true, endedSessions: 2 });
  });

  it('that cannot begin leaves no host behind', async () => {
    await using home = new TestHome();
    expect(await home.error(['create', '--dedicated-host', '--', '/no/such/program'])).toMatchObject({
      code: 'EXEC_FAILED',
    });
    await expect.poll(() => fs.readdirSync(hostsDirectory(home.home))).toEqual([]);
    expect((await home.result(['list', '--all']))['sessions']).toEqual([]);
  });
});
