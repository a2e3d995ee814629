import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { connectHost } from '../../src/client/connect.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { verifyLog } from '../../src/eventlog/verify.ts';
import { bytesOf } from '../../src/protocol/events.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import type { InspectResult } from '../../src/protocol/methods/session.ts';
import { TestHome } from '../support/cli.ts';
import { holding, objectWith } from '../support/like.ts';
import { SmallDisk, whyNoMount } from '../support/smallDisk.ts';

const MIB = 1024 * 1024;
const noMount = whyNoMount();
/** Looks this often; a moment that is to be measured is known no better. */
const LOOK_MS = 10;
const PATIENCE_MS = 20_000;

/** The first answer of `look` that is not undefined, and how long it took. */
async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<{ value: T; tookMs: number }> {
  const from = systemClock.nowMs();
  for (;;) {
    const value = await look();
    if (value !== undefined) return { value, tookMs: systemClock.nowMs() - from };
    if (systemClock.nowMs() > from + PATIENCE_MS) throw new Error('what was waited for did not come');
    await delay(systemClock, LOOK_MS);
  }
}

/** Asks the host over one connection, so that asking costs little. */
async function inspecting(
  home: TestHome,
  session: string,
): Promise<Disposable & { flow(): Promise<InspectResult['flow']> }> {
  const client = await connectHost({ home: home.home });
  return {
    flow: async () => (await client.call('session.inspect', { session })).flow,
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

function source(home: TestHome, bytes: number): { file: string; sha256: string } {
  const lines = Array.from({ length: Math.ceil(bytes / 50) }, (_, i) => `line ${i} ${'äbc'.repeat(10)}\n`).join('');
  const file = path.join(home.work, 'source');
  fs.writeFileSync(file, lines);
  return { file, sha256: createHash('sha256').update(lines).digest('hex') };
}

async function outputHash(log: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const event of readEvents(log)) if (event.type === 'output') hash.update(bytesOf(event.payload));
  return hash.digest('hex');
}

async function typesOf(log: string): Promise<string[]> {
  const types: string[] = [];
  for await (const event of readEvents(log)) types.push(event.type);
  return types;
}

function isAlive(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}/stat`) && !fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}

describe('a disk that is full', () => {
  it.skipIf(noMount !== undefined)(
    `in the middle of a flood pauses the program, loses nothing, and it goes on when there is room${noMount === undefined ? '' : ` (${noMount})`}`,
    async () => {
      await using home = new TestHome();
      await using disk = new SmallDisk(home, 12 * MIB);
      const { file, sha256 } = source(home, 4 * MIB);
      const go = path.join(home.work, 'go');
      const script = `stty -opost; while [ ! -e ${go} ]; do sleep 0.05; done; cat ${file}; sleep 300`;
      const created = await home.result(['create', '--', 'sh', '-c', script]);
      const id = String(created['sessionId']);
      const { log } = sessionPaths(home.home, id);
      using host = await inspecting(home, id);
      disk.fill(2 * MIB);
      fs.writeFileSync(go, '');
      // How much room is left depends on how large the event is that does not fit.
      let [seen, grownMs] = [0, 0];
      await until(async () => {
        const { size } = fs.statSync(log);
        if (size !== seen) [seen, grownMs] = [size, systemClock.nowMs()];
        return (await host.flow()).reason?.includes('ENOSPC') === true ? true : undefined;
      });
      const toldMs = systemClock.nowMs() - grownMs;
      expect(toldMs).toBeLessThan(200 + 300); // the promise is 200; the rest is this machine's
      const { size } = fs.statSync(log);
      expect((await home.result(['list']))['sessions']).toEqual([objectWith({ sessionId: id, status: 'running' })]);
      expect((await home.result(['snapshot', id]))['text']).toEqual(holding('äbcäbc'));
      expect(await home.result(['inspect', id])).toMatchObject({ flow: { paused: true, reason: holding('ENOSPC') } });
      expect(fs.statSync(log).size).toBe(size);
      expect(isAlive(Number(created['childPid']))).toBe(true);
      expect(await home.error(['type', id, 'x'])).toMatchObject({
        code: 'STORAGE_WRITE_ERROR',
        message: holding('ENOSPC'),
      });
      disk.makeRoom();
      const resumed = await until(async () => ((await host.flow()).reason === null ? true : undefined));
      expect(resumed.tookMs).toBeLessThan(1_000);
      await until(async () => ((await outputHash(log).catch(() => '')) === sha256 ? true : undefined));
      expect(await verifyLog(log, id)).toMatchObject({ ok: true });
      process.stderr.write(`disk full: told after ${toldMs.toFixed(0)} ms, on after ${resumed.tookMs.toFixed(0)} ms\n`);
    },
  );

  it.skipIf(noMount !== undefined)('or read-only from the start is refused with the path and the reason', async () => {
    await using home = new TestHome();
    await using disk = new SmallDisk(home, MIB);
    disk.makeReadOnly();
    const error = await home.error(['create', '--', 'true']);
    expect(error).toMatchObject({ code: 'STORAGE_WRITE_ERROR', exitCode: 8, message: holding(home.home) });
    expect(error.message).toContain('EROFS');
  });

  it('counts a limit on the size of files as such, and says so by its name', async () => {
    await using home = new TestHome();
    const { file, sha256 } = source(home, 2 * MIB);
    await home.create(['--', 'true']);
    const pid = String(home.hostPid);
    spawnSync('prlimit', ['--pid', pid, '--fsize=1048576:unlimited']);
    const created = await home.result(['create', '--', 'sh', '-c', `stty -opost; cat ${file}; sleep 300`]);
    const id = String(created['sessionId']);
    const { log } = sessionPaths(home.home, id);
    using host = await inspecting(home, id);
    const { value } = await until(async () => (await host.flow()).reason ?? undefined);
    expect(value).toContain('EFBIG');
    expect(fs.statSync(log).size).toBeLessThanOrEqual(MIB);
    expect(isAlive(Number(created['childPid']))).toBe(true);
    spawnSync('prlimit', ['--pid', pid, '--fsize=unlimited']);
    await until(async () => ((await outputHash(log).catch(() => '')) === sha256 ? true : undefined));
    expect(await verifyLog(log, id)).toMatchObject({ ok: true });
  });
});

describe('the log of a running session', () => {
  it.each([
    ['deleted', (log: string) => fs.rmSync(log)],
    [
      'moved away',
      (log: string) => fs.renameSync(log, path.join(path.dirname(path.dirname(path.dirname(log))), 'away')),
    ],
  ])('is back in its place, whole, within about a second after it was %s', async (_how, act) => {
    await using home = new TestHome();
    const id = await home.create();
    const { log } = sessionPaths(home.home, id);
    expect(await home.run(['run', id, 'echo one'])).toMatchObject({ stdout: 'one\n' });
    act(log);
    const { tookMs } = await until(() => (fs.existsSync(log) ? true : undefined));
    expect(tookMs).toBeLessThan(1_000 + 2_000);
    expect(await home.run(['run', id, 'echo two'])).toMatchObject({ exitCode: 0, stdout: 'two\n' });
    expect(await verifyLog(log, id)).toMatchObject({ ok: true });
    const types = await typesOf(log);
    expect(types.filter((type) => type === 'run_complete')).toHaveLength(2);
    expect(types).toContain('log_replaced');
    fs.rmSync(path.join(home.home, 'away'), { force: true });
  });

  it('is not written elsewhere while another file is in its place, which nobody touches', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const { log } = sessionPaths(home.home, id);
    using host = await inspecting(home, id);
    fs.writeFileSync(`${log}.other`, 'mine');
    fs.renameSync(`${log}.other`, log);
    const { value } = await until(async () => (await host.flow()).reason ?? undefined);
    expect(value).toContain('another file');
    expect(await home.error(['run', id, 'echo no'])).toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expect(fs.readFileSync(log, 'utf8')).toBe('mine');
    fs.rmSync(log);
    await until(async () => ((await host.flow()).reason === null ? true : undefined));
    expect(await home.run(['run', id, 'echo yes'])).toMatchObject({ stdout: 'yes\n' });
    expect(await verifyLog(log, id)).toMatchObject({ ok: true });
  });

  it('takes nothing more when somebody cut it; the session can still be looked at and destroyed', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const { log } = sessionPaths(home.home, id);
    using host = await inspecting(home, id);
    fs.truncateSync(log, 100);
    const { value } = await until(async () => (await host.flow()).reason ?? undefined);
    expect(value).toContain('somebody cut the log');
    expect(await home.error(['run', id, 'echo no'])).toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expect(fs.statSync(log).size).toBe(100);
    expect(await home.result(['inspect', id])).toMatchObject({ flow: { reason: holding('somebody cut the log') } });
    expect(await home.result(['destroy', id])).toMatchObject({ destroyed: true });
    expect(fs.statSync(log).size).toBe(100);
  });

  it('is private again soon after it was opened to others, and says so', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const { log } = sessionPaths(home.home, id);
    fs.chmodSync(log, 0o644);
    await until(() => ((fs.statSync(log).mode & 0o777) === 0o600 ? true : undefined));
    expect(await typesOf(log)).toContain('perm_fixed');
  });
});
