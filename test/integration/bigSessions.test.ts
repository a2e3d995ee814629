import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { connectHost } from '../../src/client/connect.ts';
import { readSessionStory } from '../../src/client/sessionStory.ts';
import { recoverLog } from '../../src/eventlog/recover.ts';
import { readLastEvents } from '../../src/eventlog/tail.ts';
import { verifyLog } from '../../src/eventlog/verify.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';
import { objectWith } from '../support/like.ts';

const MIB = 1024 * 1024;
/** Bytes of the flood; 2 GB was tried by hand. */
const FLOOD_BYTES = Number(process.env['AGENT_TTY_FLOOD_BYTES'] ?? 200_000_000);
/** Over an idle host. 43 to 55 MiB were seen, on a busy machine and with 2 GB too. */
const MEMORY_ROOM_BYTES = 64 * MIB;

/**
 * Memory that this process made; 0 where the system does not tell. The pages of Node itself are left out: how much of them
 * counts depends on how many other processes share them just then.
 */
function ownBytes(pid: number): number {
  try {
    const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss_Anon:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it ended, or this is no Linux
  }
}

/** The largest memory that was seen until `end`. */
async function largestOwn(pid: number, end: Promise<unknown>): Promise<number> {
  let largest = 0;
  const isOver = end.then(() => true);
  while (!(await Promise.race([isOver, delay(systemClock, 100)]))) largest = Math.max(largest, ownBytes(pid));
  return Math.max(largest, ownBytes(pid));
}

function timed<T>(work: () => T): { value: T; tookMs: number } {
  const from = systemClock.nowMs();
  const value = work();
  return { value, tookMs: systemClock.nowMs() - from };
}

/** The shortest of three: what it costs, not what else this machine does. */
function cost(work: () => unknown): number {
  return Math.min(...[1, 2, 3].map(() => timed(work).tookMs));
}

describe('a big session', () => {
  it(
    `of ${FLOOD_BYTES / 1e6} MB is run, listed, shown and verified in memory that does not grow with it, and opened by its end`,
    { timeout: 300_000 },
    async () => {
      await using home = new TestHome();
      await home.create(['--', 'true']);
      const idle = await home.create();
      const hostPid = home.hostPid ?? 0;
      await home.result(['snapshot', idle]);
      const before = ownBytes(hostPid);
      const flood = `stty -opost; yes "$(seq -s ' ' 1 40)" | head -c ${FLOOD_BYTES}; echo; echo DONE; exec sleep 300`;
      const id = await home.create(['--', 'sh', '-c', flood]);
      using client = await connectHost({ home: home.home });
      const condition = { kind: 'text' as const, text: 'DONE' };
      const done = client.call('screen.wait', { session: id, condition, timeoutMs: 250_000 }, { timeoutMs: 260_000 });
      const grownBytes = (await largestOwn(hostPid, done)) - before;
      expect((await done).matched).toBe(true);
      const { log } = sessionPaths(home.home, id);
      const sizeBytes = fs.statSync(log).size;
      expect(sizeBytes).toBeGreaterThan(FLOOD_BYTES);
      expect((await home.result(['list']))['sessions']).toContainEqual(
        objectWith({ sessionId: id, status: 'running' }),
      );
      expect(String((await home.result(['snapshot', id]))['text'])).toContain('DONE');
      process.kill(hostPid, 'SIGKILL');
      const costsMs = {
        inspect: cost(() => readSessionStory(home.home, id)),
        tail: cost(() => readLastEvents(log)),
        recover: cost(() => recoverLog(log, id)),
      };
      const verified = systemClock.nowMs();
      expect(await verifyLog(log, id)).toMatchObject({ ok: true });
      const verifiedMs = systemClock.nowMs() - verified;
      const text = Object.entries(costsMs).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
      await home.create(['--', 'true']); // the next host puts the dead one's things away
      const speed = (sizeBytes / 1e6 / (verifiedMs / 1_000)).toFixed(0);
      process.stderr.write(
        `big session: ${text.join(', ')}, verify ${speed} MB/s, memory +${(grownBytes / MIB).toFixed(0)} MiB\n`,
      );
      if (before > 0) expect(grownBytes).toBeLessThan(MEMORY_ROOM_BYTES);
      for (const [name, ms] of Object.entries(costsMs)) expect(ms, name).toBeLessThan(50);
    },
  );

  it('of two million one-byte writes takes one event per turn, not one per write', { timeout: 120_000 }, async () => {
    await using home = new TestHome();
    const program = `import os
for i in range(2000000): os.write(1, b"x")
os.write(1, b"\\r\\nDONE")
import time
time.sleep(300)`;
    const id = await home.create(['--', 'python3', '-c', program]);
    await home.result(['wait', id, '--text', 'DONE', '--timeout', '100s']);
    const { log } = sessionPaths(home.home, id);
    const { events, ok } = await verifyLog(log, id);
    expect(ok).toBe(true);
    process.stderr.write(`two million one-byte writes: ${events} events, ${fs.statSync(log).size} bytes of log\n`);
    expect(events).toBeLessThan(200_000);
  });

  it('that has ended is shown from its last screen, which says what a replay says', async () => {
    await using home = new TestHome();
    const script = `seq 1 60000; for i in 1 2 3; do printf '\\033[3%dmcolour\\033[m\\n' $i; done; printf '\\033]2;title\\007\\033[2;9r\\033[5;3H\\033[1;31mhere\\033[0;44m  \\033[?25l'; exit 3`;
    const id = await home.create(['--', 'bash', '-c', script]);
    await home.result(['wait', id, '--exit']);
    await home.run(['host', 'stop', '--force']);
    const { screen, log } = sessionPaths(home.home, id);
    expect(fs.statSync(screen).mode & 0o777).toBe(0o600);
    const ask = (format: string): Promise<Record<string, unknown>> =>
      home.result(
        ['snapshot', id, '--include-scrollback', '--format', format].concat(format === 'text' ? [] : '--include-cells'),
      );
    const kept = [await ask('structured'), await ask('text'), await home.result(['wait', id, '--text', 'here'])];
    const forged = fs.readFileSync(screen, 'utf8').replace('here', 'lies');
    fs.writeFileSync(screen, forged);
    expect(String((await ask('text'))['text'])).toContain('lies'); // so this is what is read
    fs.rmSync(screen);
    const replayed = [await ask('structured'), await ask('text'), await home.result(['wait', id, '--text', 'here'])];
    expect(kept).toEqual(replayed);
    const { head } = await verifyLog(log, id);
    fs.writeFileSync(screen, forged.replace(head.h, 'A'.repeat(43)), { mode: 0o600 });
    expect(await ask('text')).toEqual(replayed[1]);
    fs.writeFileSync(screen, '{"version":1', { mode: 0o600 });
    expect(await ask('text')).toEqual(replayed[1]);
  });

  it('that is short gets no file of its last screen', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'seq', '1', '100']);
    await home.result(['wait', id, '--exit']);
    await home.run(['host', 'stop', '--force']);
    expect(fs.existsSync(sessionPaths(home.home, id).screen)).toBe(false);
  });
});
