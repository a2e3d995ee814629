import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { keyPaths } from '../../../src/lease/layout.ts';
import { formatRecord } from '../../../src/lease/record.ts';
import { whereabouts } from '../../../src/lease/work.ts';
import {
  disk,
  diskWith,
  filesIn,
  inMs,
  KEY,
  leaseOf,
  newEngine,
  newRoot,
  OTHER_KEY,
  plantHolder,
  release,
  request,
} from './support.ts';

function recordOf(changes: Record<string, unknown> = {}, holder: Record<string, unknown> = {}): string {
  const base = { v: 1, label: 'demo', session: null, heldSinceMs: null, work: null } as const;
  return JSON.stringify({ ...base, holder: { ...whereabouts(), pid: 1, startTicks: '1', ...holder }, ...changes });
}

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

describe('what lies among the holders', () => {
  it('counts file by file: two holders are two, whatever their names', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    plantHolder(root, recordOf({}, { host: 'elsewhere', bootId: 'x' }), 'demo.json');
    plantHolder(root, recordOf({}, { host: 'elsewhere', bootId: 'x' }), 'demo.slot-0.json');
    expect(await engine.acquire(request(root, 2))).toMatchObject({ capacity: { active: 2, limit: 2 } });
    expect((await engine.acquire(request(root, 3))).kind).toBe('acquired');
  });

  it.each([
    ['half a record', '{'],
    ['nothing', ''],
    ['a record of another schema', recordOf({ v: 2 })],
    ['a record without its holder', JSON.stringify({ v: 1, label: 'demo', session: null, work: null })],
  ])('takes a place with %s, and keeps its bytes and its time', async (_, text) => {
    const root = newRoot();
    const { engine } = newEngine();
    const place = plantHolder(root, text);
    const { mtimeMs } = fs.statSync(place);
    expect(await engine.acquire(request(root, 1))).toMatchObject({ kind: 'blocked', capacity: { active: 1 } });
    expect({ text: fs.readFileSync(place, 'utf8'), mtimeMs: fs.statSync(place).mtimeMs }).toEqual({ text, mtimeMs });
  });

  it('takes a place as a link, a directory or a file that is not ours, and none of it is touched', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const target = path.join(newRoot(), 'target');
    fs.writeFileSync(target, 'keep');
    const { held } = keyPaths(root, KEY);
    fs.mkdirSync(held, { recursive: true, mode: 0o700 });
    fs.symlinkSync(target, path.join(held, 'link'));
    fs.mkdirSync(path.join(held, 'directory'));
    fs.writeFileSync(path.join(held, 'notes.txt'), 'mine');
    expect(await engine.acquire(request(root, 3))).toMatchObject({ kind: 'blocked', capacity: { active: 3 } });
    expect(filesIn(root, 'held')).toEqual(['directory', 'link', 'notes.txt']);
    expect(fs.readFileSync(target, 'utf8')).toBe('keep');
  });

  it('is taken out when its holder is dead and left no work', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    plantHolder(root, recordOf());
    expect((await engine.acquire(request(root, 1))).kind).toBe('acquired');
    expect(filesIn(root, 'held')).toHaveLength(1);
  });

  it('of another machine takes a place however old it is', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const place = plantHolder(root, recordOf({}, { host: 'elsewhere', bootId: 'other-boot' }));
    fs.utimesSync(place, new Date(0), new Date(0));
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
  });

  it('of a boot before this one takes no place, and one of a boot that nobody knows takes one', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const work = { kind: 'process', id: 1, startTicks: '1', mark: null };
    plantHolder(root, recordOf({ work }, { bootId: 'unknown-box' }));
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
    fs.rmSync(keyPaths(root, KEY).directory, { recursive: true });
    plantHolder(root, recordOf({ work }, { bootId: 'the-boot-before' }));
    expect((await engine.acquire(request(root, 1))).kind).toBe('acquired');
  });
});

describe('the queue', () => {
  it('lets in one after the other in the order in which they came', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const order: number[] = [];
    const holder = leaseOf(await engine.acquire(request(root, 1)));
    const waiting: Promise<void>[] = [];
    for (let i = 0; i < 5; i++) {
      const mine = engine.acquire(request(root, 1, { deadlineMs: inMs(20_000) }));
      waiting.push(
        mine.then(async (outcome) => {
          order.push(i);
          await release(leaseOf(outcome));
        }),
      );
      await untilQueued(root, i + 1);
    }
    await release(holder);
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps nobody who is not to wait, and lets nobody pass who came later', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const holder = leaseOf(await engine.acquire(request(root, 2)));
    // the first waits for a place of its own, though there is room for a less careful one
    const careful = engine.acquire(request(root, 1, { deadlineMs: inMs(20_000) }));
    await untilQueued(root, 1);
    expect(await engine.acquire(request(root, 2))).toEqual({
      kind: 'blocked',
      reason: 'at_capacity',
      capacity: { active: 1, limit: 2, queued: 1 },
    });
    await release(holder);
    leaseOf(await careful);
  });

  it('ends a wait when its time is over, when it is called off, and when it is full', async () => {
    const root = newRoot();
    const { engine, events } = newEngine();
    leaseOf(await engine.acquire(request(root, 1)));
    const stop = new AbortController();
    const calledOff = engine.acquire(request(root, 1, { deadlineMs: inMs(20_000), signal: stop.signal }));
    await untilQueued(root, 1);
    expect(await engine.acquire(request(root, 1, { deadlineMs: inMs(20_000), maxQueued: 1 }))).toMatchObject({
      reason: 'queue_full',
      capacity: { active: 1, limit: 1, queued: 1 },
    });
    expect(await engine.acquire(request(root, 1, { deadlineMs: inMs(50) }))).toMatchObject({ reason: 'queue_timeout' });
    stop.abort();
    expect(await calledOff).toMatchObject({ reason: 'aborted' });
    expect(filesIn(root, 'queue')).toEqual([]);
    expect(events.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['acquired', null],
      ['queued', null],
      ['refused', 'queue_full'],
      ['queued', null],
      ['refused', 'queue_timeout'],
      ['refused', 'aborted'],
    ]);
  });

  it('goes on when its directory is removed, at the root that the caller gave', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    leaseOf(await engine.acquire(request(root, 1)));
    const waiter = engine.acquire(request(root, 1, { deadlineMs: inMs(20_000) }));
    await untilQueued(root, 1);
    fs.rmSync(path.join(root, 'v1'), { recursive: true });
    leaseOf(await waiter);
    expect(filesIn(root, 'held')).toHaveLength(1);
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
    expect(formatRecord(JSON.parse(fs.readFileSync(place, 'utf8'))).length).toBe(size);
  });
});

async function untilQueued(root: string, count: number): Promise<void> {
  while (filesIn(root, 'queue').length < count) await new Promise((resolve) => setImmediate(resolve));
}
