import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { keyPaths } from '../../../src/lease/layout.ts';
import { whereabouts } from '../../../src/lease/work.ts';
import { disk, diskWith, filesIn, KEY, leaseOf, newEngine, newRoot, OTHER_KEY, release, request } from './support.ts';

describe('a place', () => {
  it('is given to as many as the limit says, and the next one is told how many there are', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    for (let i = 0; i < 3; i++) leaseOf(await engine.acquire(request(root, 3)));
    expect(await engine.acquire(request(root, 3))).toEqual({
      kind: 'blocked',
      reason: 'at_capacity',
      capacity: { active: 3, limit: 3, queued: 0 },
    });
  });

  it('is one at a time with limit 1: refused, freed, given again', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const first = leaseOf(await engine.acquire(request(root, 1)));
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
    expect(await release(first)).toBe('released');
    const second = leaseOf(await engine.acquire(request(root, 1)));
    expect(second.fence > first.fence).toBe(true);
    await release(second);
    expect([filesIn(root, 'held'), filesIn(root, 'queue')]).toEqual([[], []]);
  });

  it('under one key does not depend on another', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    leaseOf(await engine.acquire(request(root, 1)));
    expect((await engine.acquire(request(root, 1, { key: OTHER_KEY }))).kind).toBe('acquired');
  });

  it('is not given under a lowered cap until enough of the old holders are gone', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const old = [leaseOf(await engine.acquire(request(root, 4))), leaseOf(await engine.acquire(request(root, 4)))];
    expect(await engine.acquire(request(root, 2))).toMatchObject({ capacity: { active: 2, limit: 2 } });
    for (const lease of old) await release(lease);
    leaseOf(await engine.acquire(request(root, 2)));
  });

  it('is refused for a limit that is no whole number from 1, whatever its type', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const limits: unknown[] = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '2', null];
    for (const limit of limits) {
      expect(await engine.acquire(Object.assign(request(root, 1), { limit }))).toEqual({
        kind: 'denied',
        reason: 'invalid_limit',
        capacity: null,
      });
    }
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('cannot be asked for without a key, and then nothing is made', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    for (const key of ['', ' ', 'demo', '../../x']) {
      await expect(engine.acquire(request(root, 1, { key }))).rejects.toThrow('a lease needs a key');
    }
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('is kept at the root that was given, whatever the environment says', async () => {
    const root = newRoot();
    const decoy = newRoot();
    process.env['AGENT_TTY_LEASE_ROOT'] = decoy;
    try {
      const { engine } = newEngine();
      await release(leaseOf(await engine.acquire(request(root, 1))));
    } finally {
      delete process.env['AGENT_TTY_LEASE_ROOT'];
    }
    expect(fs.readdirSync(decoy)).toEqual([]);
    expect(fs.readdirSync(root)).toEqual(['v1']);
  });

  it('is taken by two hundred at once under two hundred names, each record whole at every look', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const all = Promise.all(Array.from({ length: 200 }, () => engine.acquire(request(root, 200))));
    const leases = (await all).map(leaseOf);
    const names = filesIn(root, 'held');
    expect(new Set(names).size).toBe(200);
    expect(new Set(leases.map(({ fence }) => fence)).size).toBe(200);
    for (const name of names) JSON.parse(fs.readFileSync(path.join(keyPaths(root, KEY).held, name), 'utf8'));
  });

  it('can be had by a process that cannot tell who it is, and counts', async () => {
    const root = newRoot();
    const here = { bootId: 'unknown', pidNs: '', timeNs: '', host: 'box' };
    const view = { here, look: () => 'unknown' as const, all: () => undefined, carriesMark: () => false };
    const { engine } = newEngine({ view });
    leaseOf(await engine.acquire(request(root, 1)));
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
  });
});

describe('a release', () => {
  it('needs the token of the lease, and says whether it freed the place', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const lease = leaseOf(await engine.acquire(request(root, 1)));
    expect(await lease.release('0'.repeat(32), 'completed')).toBe('not_yours');
    expect(filesIn(root, 'held')).toHaveLength(1);
    expect(await release(lease)).toBe('released');
    expect(await release(lease)).toBe('already');
  });

  it('at the last moment frees the place without waiting for anything', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    leaseOf(await engine.acquire(request(root, 1)));
    engine.closeNow();
    expect(filesIn(root, 'held')).toEqual([]);
  });

  it('comes with the end of the block that owns the lease, also when it throws', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const work = async (): Promise<void> => {
      await using lease = leaseOf(await engine.acquire(request(root, 1)));
      throw new Error(`the work under ${lease.fence} fails`);
    };
    await expect(work()).rejects.toThrow('the work under');
    expect(filesIn(root, 'held')).toEqual([]);
  });
});

describe('the gate', () => {
  it('that is shut for good ends a request in its time, without a steal', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    await release(leaseOf(await engine.acquire(request(root, 1))));
    const gate = disk.lock(keyPaths(root, KEY).gate);
    if (typeof gate === 'string') throw new Error(gate);
    const startMs = systemClock.nowMs();
    expect(await engine.acquire(request(root, 1))).toMatchObject({ kind: 'blocked', reason: 'gate_timeout' });
    expect(systemClock.nowMs() - startMs).toBeGreaterThan(4_000);
    expect(gate.isAt(keyPaths(root, KEY).gate)).toBe(true);
    gate.release();
    leaseOf(await engine.acquire(request(root, 1)));
  });

  it.each(['', '{', 'x'.repeat(5_000), '{"seq":-1}'])('that holds %j still gives numbers that grow', async (text) => {
    const root = newRoot();
    const { engine } = newEngine();
    const first = leaseOf(await engine.acquire(request(root, 2)));
    fs.writeFileSync(keyPaths(root, KEY).gate, text);
    expect(leaseOf(await engine.acquire(request(root, 2))).fence > first.fence).toBe(true);
  });
});

describe('a system error', () => {
  it('other than those that races bring is told at once, and nothing stays', async () => {
    const root = newRoot();
    let tries = 0;
    const failing = diskWith({
      create: (file, text) => {
        if (!file.includes('/q/')) return disk.create(file, text);
        tries++;
        throw Object.assign(new Error('EIO: i/o error, open /secret/path'), { code: 'EIO' });
      },
    });
    const { engine, troubles, events } = newEngine({ disk: failing });
    expect(await engine.acquire(request(root, 1))).toEqual({
      kind: 'denied',
      reason: 'admission_failed',
      capacity: null,
    });
    expect([tries, String(troubles[0])]).toEqual([1, 'Error: EIO: i/o error, open /secret/path']);
    expect(JSON.stringify(events)).not.toMatch(/EIO|secret/);
    expect([filesIn(root, 'held'), filesIn(root, 'queue')]).toEqual([[], []]);
  });

  it('while the record is written gives the place back', async () => {
    const root = newRoot();
    const failing = diskWith({
      create: (file, text) => {
        const held = disk.create(file, text);
        if (!file.includes('/q/')) return held;
        return {
          isAt: (place) => held.isAt(place),
          links: () => held.links(),
          read: () => held.read(),
          write: () => {
            throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          },
          release: () => held.release(),
        };
      },
    });
    const { engine } = newEngine({ disk: failing });
    expect(await engine.acquire(request(root, 1))).toMatchObject({ kind: 'denied', reason: 'admission_failed' });
    expect(filesIn(root, 'held')).toEqual([]);
  });

  it('in the form of a system without locks is a refusal, not a guess', async () => {
    const root = newRoot();
    const { engine } = newEngine({ disk: null });
    expect(await engine.acquire(request(root, 1))).toMatchObject({ kind: 'denied', reason: 'engine_unavailable' });
    expect(fs.readdirSync(root)).toEqual([]);
  });
});

describe('a held lease', () => {
  it('says in its file what it is for, and changes that in place', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const lease = leaseOf(await engine.acquire(request(root, 1, { session: 'S1' })));
    const [name = ''] = filesIn(root, 'held');
    const place = path.join(keyPaths(root, KEY).held, name);
    const { size } = fs.statSync(place);
    lease.bind({ kind: 'session', id: 4_000_000, startTicks: '77', mark: null });
    expect(JSON.parse(fs.readFileSync(place, 'utf8'))).toMatchObject({
      label: 'demo',
      session: 'S1',
      holder: { pid: process.pid, bootId: whereabouts().bootId },
      work: { kind: 'session', id: 4_000_000, startTicks: '77' },
    });
    expect(fs.statSync(place).size).toBe(size);
  });
});
