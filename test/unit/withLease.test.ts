import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { withLease } from '../../src/index.ts';
import { parseRecord } from '../../src/lease/record.ts';
import { membersOf, systemView } from '../../src/lease/work.ts';

let home: string;
let options: { provider: string; home: string; environment: Record<string, string> };

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'at-with-lease-'));
  const text = JSON.stringify({ leases: { providers: { demo: { kind: 'stateless', limit: 1 } } } });
  fs.writeFileSync(path.join(home, 'config.json'), text, { mode: 0o600 });
  options = { provider: 'demo', home, environment: { XDG_STATE_HOME: home } };
});
afterEach(() => fs.rmSync(home, { recursive: true }));

/** Files of the tickets that are held or wait. */
function tickets(): string[] {
  const keys = path.join(home, 'agent-tty', 'leases', 'v1', 'k');
  return fs.readdirSync(keys).flatMap((key) =>
    ['h', 'q'].flatMap((state) => {
      const directory = path.join(keys, key, state);
      return fs.readdirSync(directory).map((name) => path.join(directory, name));
    }),
  );
}

describe('work under a lease', () => {
  it('has a place as long as it goes on, and its result is passed on', async () => {
    const told = await withLease(options, async ({ capacity, provider, waitedMs }) => {
      expect(tickets()).toHaveLength(1);
      await expect(withLease(options, () => 'never')).rejects.toMatchObject({
        code: 'PROVIDER_WORKLOAD_BLOCKED',
        details: { reason: 'at_capacity', sent: false },
      });
      return { capacity, provider, waitedMs };
    });
    expect(told).toMatchObject({ provider: 'demo', capacity: { active: 1, limit: 1, queued: 0 } });
    expect(tickets()).toEqual([]);
    await expect(withLease(options, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(tickets()).toEqual([]);
  });

  it('waits for its place, or gives the waiting up', async () => {
    const order: string[] = [];
    const caller = new AbortController();
    await withLease(options, async () => {
      const second = withLease({ ...options, waitMs: 60_000 }, () => order.push('second'));
      const third = withLease({ ...options, waitMs: 60_000, signal: caller.signal }, () => order.push('third'));
      await expect.poll(() => tickets().length).toBe(3);
      caller.abort();
      await expect(third).rejects.toMatchObject({ code: 'CANCELLED' });
      order.push('first');
      void second.then(() => order.push('done'));
    });
    await expect.poll(() => order).toEqual(['first', 'second', 'done']);
  });

  it('is not begun at a provider that nobody knows', async () => {
    const refused = withLease({ ...options, provider: 'nope' }, () => 'never');
    await expect(refused).rejects.toMatchObject({ code: 'PROVIDER_ADMISSION_FAILED' });
  });

  it('is that of this process, and of those that carry its variables', async () => {
    await withLease(options, async ({ variables }) => {
      const child = spawn('sleep', ['60'], { stdio: 'ignore', env: { ...process.env, ...variables } });
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child, 'spawn');
      const [file = ''] = tickets();
      const work = parseRecord(fs.readFileSync(file, 'utf8'))?.work;
      expect(work).toMatchObject({ kind: 'process', id: process.pid });
      const members = work ? membersOf(work, systemView()).map(({ pid }) => pid) : [];
      expect(members).toEqual([child.pid]); // this process, which asks, is never listed
    });
  });
});
