import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { verifyLog } from '../../src/eventlog/verify.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';

/** Longer than every deadline that the host has for others: frames, the screen worker, checks of processes. */
const STOPPED_MS = 6_000;

describe('a host that stood still, as a laptop asleep does', () => {
  it('takes nobody for dead, and tells runs and waits the truth when it goes on', { timeout: 60_000 }, async () => {
    await using home = new TestHome();
    const id = await home.create();
    const flooded = await home.create(['--', 'sh', '-c', 'yes | head -c 3000000; echo; echo FLOODED; exec sleep 300']);
    const run = home.start(['run', id, 'echo begun; sleep 2; echo done; (exit 7)', '--timeout', '60s']);
    await run.untilOutput('begun');
    const wait = home.start(['wait', flooded, '--text', 'FLOODED', '--timeout', '60s']);
    const late = home.start(['wait', id, '--text', 'never there', '--timeout', '1s']);
    const pid = home.hostPid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      const listed = await home.result(['list']);
      expect(listed['sessions']).toMatchObject([{ status: 'running' }, { status: 'running' }]);
      await delay(systemClock, STOPPED_MS);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(await run.end).toMatchObject({ exitCode: 7, stdout: 'begun\ndone\n' });
    expect((await wait.end).exitCode).toBe(0);
    expect((await late.end).exitCode).toBe(11);
    expect(home.hostPid).toBe(pid);
    expect(await home.result(['list'])).toMatchObject({ sessions: [{ status: 'running' }, { status: 'running' }] });
    expect(String((await home.result(['snapshot', flooded]))['text'])).toContain('FLOODED');
    expect(await home.run(['run', id, 'echo again'])).toMatchObject({ exitCode: 0, stdout: 'again\n' });
    for (const session of [id, flooded])
      expect(await verifyLog(sessionPaths(home.home, session).log, session)).toMatchObject({ ok: true });
  });
});
