import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { listPids } from '../../src/base/processIdentity.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { verifyLog } from '../../src/eventlog/verify.ts';
import { SESSION_MARK_VARIABLE, sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';
import { arrayWith, objectWith } from '../support/like.ts';

const KILLS = 100;
/** Kills are spread over the first moments of a session: before the first byte, within the flood, within input. */
const SPREAD_MS = 60;
/** A flood, and a process that left the session; every tenth one ignores the hang-up too. */
function flood(i: number): string[] {
  return ['sh', '-c', `${i % 10 === 0 ? 'trap "" HUP; ' : ''}setsid -f sleep 300; while :; do seq 1 2000; done`];
}

function marked(sessionId: string): number[] {
  return listPids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${SESSION_MARK_VARIABLE}=${sessionId}\0`);
    } catch {
      return false; // gone while we looked
    }
  });
}

describe('a host that is killed', () => {
  it(
    `${KILLS} times at any moment of a flood leaves logs that verify, nothing acknowledged missing, and nobody alive`,
    { timeout: 240_000 },
    async () => {
      await using home = new TestHome();
      const acknowledged = new Map<string, number>();
      for (let i = 0; i < KILLS; i++) {
        const created = await home.result(['create', '--', ...flood(i)]);
        const id = String(created['sessionId']);
        acknowledged.set(id, 0);
        if (i % 4 === 0) acknowledged.set(id, Number((await home.result(['type', id, 'x']))['seq']));
        await delay(systemClock, (i * 37) % SPREAD_MS);
        process.kill(home.hostPid ?? 0, 'SIGKILL');
      }
      // One more command: the host that it starts puts the last one in order.
      await home.result(['create', '--', 'true']);
      const sessions = readdirSync(path.join(home.home, 'sessions'));
      expect(sessions.length).toBe(KILLS + 1);
      for (const [id, seq] of acknowledged) {
        const { log } = sessionPaths(home.home, id);
        const verification = await verifyLog(log, id);
        expect(verification, `log of ${id}`).toMatchObject({ ok: true, tornTailBytes: 0 });
        expect(verification.head.seq).toBeGreaterThanOrEqual(seq);
        let last: string | undefined;
        for await (const event of readEvents(log, { fromSeq: verification.head.seq })) last = event.type;
        expect(last).toBe('host_lost');
        expect(marked(id)).toEqual([]);
      }
      const listed = await home.result(['list', '--all']);
      const failed = [...acknowledged.keys()].map((sessionId) => objectWith({ sessionId, status: 'failed' }));
      expect(listed['sessions']).toEqual(arrayWith(failed));
      const [first] = acknowledged.keys();
      const inspected = await home.result(['inspect', first ?? '']);
      expect(inspected).toMatchObject({ session: { status: 'failed' }, terminationCategory: 'host-death' });
    },
  );

  it('is told of before another one runs, and the next command starts one', async () => {
    await using home = new TestHome();
    const id = await home.create();
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    const { sessions } = await home.result(['list', '--all']);
    expect(sessions).toMatchObject([{ sessionId: id, status: 'failed' }]);
    const second = await home.create();
    expect(await home.run(['run', second, 'echo back'])).toMatchObject({ exitCode: 0, stdout: 'back\n' });
  });

  it('takes no notice of a waiting client that is killed', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const call = home.start(['run', id, 'echo begun; sleep 0.5; echo done; (exit 5)']);
    await call.untilOutput('begun');
    call.kill('SIGKILL');
    await call.end;
    const result = await home.result(['run', 'wait', `${id}.1`]);
    expect(result).toMatchObject({ outcome: 'finished', exitCode: 5, output: 'begun\ndone\n' });
  });
});
