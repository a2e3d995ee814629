import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { identify, liveness } from '../../../../src/base/processIdentity.ts';
import { endTree, findTree } from '../../../../src/host/session/processTree.ts';
import { SESSION_MARK_VARIABLE } from '../../../../src/protocol/homeLayout.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts a shell script in a terminal session of its own, and waits until it says that everything runs. */
async function start(script: string, mark: string): Promise<ChildProcess> {
  const child = spawn('setsid', ['-w', 'sh', '-c', `${script}\necho up\nwait`], {
    env: { PATH: process.env['PATH'], [SESSION_MARK_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('the processes of a session', () => {
  it('are found by mark, also after they left tree and session, and all end', async () => {
    const mark = `mark-${process.pid}-a`;
    await start(
      'sleep 61 & setsid -f sleep 62; trap "" HUP; sleep 63 & trap - HUP; nohup sleep 64 >/dev/null 2>&1 &',
      mark,
    );
    expect(findTree({ mark, child: null }).length).toBeGreaterThanOrEqual(5);
    const end = await endTree({ mark, child: null }, systemClock);
    expect(end).toMatchObject({ survivors: 0, lastStep: 'TERM' });
    expect(findTree({ mark, child: null })).toEqual([]);
  });

  it('end by KILL when they ignore everything else, and under five seconds', async () => {
    const mark = `mark-${process.pid}-b`;
    await start('trap "" HUP TERM; (while :; do sleep 0.05; done) &', mark);
    const startMs = systemClock.nowMs();
    expect(await endTree({ mark, child: null }, systemClock)).toMatchObject({ survivors: 0, lastStep: 'KILL' });
    expect(systemClock.nowMs() - startMs).toBeLessThan(5_000);
  });

  it('are found by descent when they dropped the mark', async () => {
    const mark = `mark-${process.pid}-c`;
    await start('env -i sleep 65 &', mark);
    expect(await endTree({ mark, child: null }, systemClock, { force: true })).toMatchObject({
      survivors: 0,
      lastStep: 'KILL',
    });
  });

  it('never include a stranger, not even one that has the pid of the dead child', async () => {
    const stranger = spawn('sleep', ['66'], { env: { [SESSION_MARK_VARIABLE]: 'mark-of-another' } });
    started.push(stranger);
    await once(stranger, 'spawn');
    const identity = identify(stranger.pid ?? 0);
    if (identity === undefined) throw new Error('no identity');
    const child = { ...identity, startTicks: '1' };
    expect(await endTree({ mark: 'mark-of', child }, systemClock)).toEqual({
      survivors: 0,
      lastStep: 'none',
      found: 0,
    });
    expect(liveness(identity)).toBe('alive');
  });
});
