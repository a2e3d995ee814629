import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { identify } from '../../../src/base/processIdentity.ts';
import { HostLeases } from '../../../src/host/leases.ts';
import type { Place, PlaceRequest } from '../../../src/host/session/leasePort.ts';

let home: string;
let leases: HostLeases;
const diary: unknown[] = [];

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'at-places-'));
  configure({ demo: { kind: 'stateless', limit: 1 } });
  diary.length = 0;
  leases = new HostLeases({ home, clock: systemClock, logger: { log: (...entry) => void diary.push(entry) } });
});
afterEach(async () => {
  await leases[Symbol.asyncDispose]();
  fs.rmSync(home, { recursive: true });
});

function configure(providers: unknown): void {
  const text = typeof providers === 'string' ? providers : JSON.stringify({ leases: { providers } });
  fs.writeFileSync(path.join(home, 'config.json'), text, { mode: 0o600 });
}

function request(more: Partial<PlaceRequest> = {}): PlaceRequest {
  const environment = { XDG_STATE_HOME: path.join(home, 'state') };
  const { signal } = new AbortController();
  return { provider: 'demo', sessionId: 'S', waitMs: 0, signal, workplace: { directory: home, environment }, ...more };
}

/** What lies under the one key that there is. */
function held(): string[] {
  const keys = path.join(home, 'state', 'agent-tty', 'leases', 'v1', 'k');
  return fs.readdirSync(keys).flatMap((key) => fs.readdirSync(path.join(keys, key, 'h')));
}

describe('a place of the host', () => {
  it('is taken, told in counts, and given back once', async () => {
    const place = await leases.take(request());
    expect(place.capacity).toEqual({ active: 1, limit: 1, queued: 0 });
    expect(held()).toHaveLength(1);
    expect(JSON.stringify(place)).not.toMatch(/[0-9a-f]{32}/);
    await expect(leases.take(request())).rejects.toMatchObject({
      code: 'PROVIDER_WORKLOAD_BLOCKED',
      details: { capacity: { active: 1, limit: 1, queued: 0 }, sent: false },
    });
    expect(await place.release('completed')).toEqual({ active: 0, limit: 1, queued: 0 });
    expect(held()).toEqual([]);
    const next = await leases.take(request());
    expect(await place.release('completed')).toBeNull();
    expect(held()).toHaveLength(1);
    await next.release('completed');
  });

  it('follows the configuration while the host lives, and a project that lowers', async () => {
    const first = await leases.take(request());
    configure({ demo: { kind: 'stateless', limit: 3 } });
    const second = await leases.take(request());
    fs.writeFileSync(path.join(home, '.agent-tty.json'), JSON.stringify({ limits: { demo: 2 } }));
    await expect(leases.take(request())).rejects.toMatchObject({ details: { capacity: { active: 2, limit: 2 } } });
    for (const place of [first, second]) await place.release('completed');
    configure('{');
    await expect(leases.take(request())).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(leases.look('demo', request().workplace)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('is denied where it cannot be decided, also when that was the first word, and then is not', async () => {
    configure('{');
    await expect(leases.take(request())).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    configure({ demo: { kind: 'stateless', limit: 1 } });
    await leases.look('demo', request().workplace);
    await expect(leases.look('nope', request().workplace)).rejects.toMatchObject({
      code: 'PROVIDER_ADMISSION_FAILED',
    });
    const root = path.join(home, 'open');
    fs.mkdirSync(root);
    fs.chmodSync(root, 0o755);
    const environment = { AGENT_TTY_LEASE_ROOT: root };
    const open = request({ workplace: { directory: home, environment } });
    await expect(leases.take(open)).rejects.toMatchObject({ details: { reason: 'bad_root', sent: false } });
    expect(diary).toHaveLength(1);
    await expect(leases.take(request({ signal: AbortSignal.abort(new Error('gone')) }))).rejects.toThrow('gone');
  });

  it('is not kept for a caller that went while it waited', async () => {
    const place = await leases.take(request());
    const caller = new AbortController();
    const waiting = leases.take(request({ waitMs: 60_000, signal: caller.signal }));
    await expect.poll(() => queued()).toBe(1);
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(queued()).toBe(0);
    await place.release('completed');
  });

  it('knows the processes of its work', async () => {
    const place: Place = await leases.take(request());
    expect(place.remains()).toEqual([]);
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    const identity = identify(child.pid ?? 0);
    place.bind({ kind: 'session', id: identity?.pid ?? 0, startTicks: identity?.startTicks ?? '', mark: 'M' });
    expect(place.remains()).toEqual([identity]);
    place.setDraining(true);
    await place.release('completed');
  });

  it('that cannot be given back in order is told in the diary, without names, and nobody is failed', async () => {
    const place = await leases.take(request());
    const keys = path.join(home, 'state', 'agent-tty', 'leases', 'v1', 'k');
    const [key = ''] = fs.readdirSync(keys);
    const gate = path.join(keys, key, 'gate.lock');
    fs.rmSync(gate);
    fs.mkdirSync(gate);
    expect(await place.release('completed')).toBeNull();
    expect(held()).toEqual([]);
    expect(diary).toHaveLength(1); // the next in line was not let in
    expect(JSON.stringify(diary)).not.toContain(key);
  });
});

function queued(): number {
  const keys = path.join(home, 'state', 'agent-tty', 'leases', 'v1', 'k');
  return fs.readdirSync(keys).flatMap((key) => fs.readdirSync(path.join(keys, key, 'q'))).length;
}
