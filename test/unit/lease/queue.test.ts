import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileDisk } from '../../../src/lease/fileDisk.ts';
import { formatRecord } from '../../../src/lease/record.ts';
import { whereabouts } from '../../../src/lease/work.ts';
import { disk, filesIn, inMs, leaseOf, newEngine, newRoot, plantHolder, release, request } from './support.ts';

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
        (async () => {
          const lease = leaseOf(await mine);
          order.push(i);
          await release(lease);
        })(),
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

  it('works the same with the program that locks for us', async () => {
    const root = newRoot();
    const { engine } = newEngine({ disk: new FileDisk('program') });
    const native = newEngine().engine;
    const holder = leaseOf(await engine.acquire(request(root, 1)));
    expect((await native.acquire(request(root, 1))).kind).toBe('blocked');
    const waiter = native.acquire(request(root, 1, { deadlineMs: inMs(20_000) }));
    await untilQueued(root, 1);
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
    expect(await release(holder)).toBe('released');
    leaseOf(await waiter);
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
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

  it('finds by itself that a holder died, of which nobody is told', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const holder = { ...whereabouts(), pid: 1, startTicks: '1' };
    const text = formatRecord({ v: 1, label: 'demo', session: null, holder, heldSinceMs: 0, work: null });
    const lock = disk.lock(plantHolder(root, text));
    if (typeof lock === 'string') throw new Error(lock);
    const waiter = engine.acquire(request(root, 1, { deadlineMs: inMs(10_000) }));
    await untilQueued(root, 1);
    lock.release(); // what the kernel does when the holder's process ends
    expect(leaseOf(await waiter).fence).toBe(2n);
  });

  it('gives nothing to a request that was called off before it came', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    await release(leaseOf(await engine.acquire(request(root, 1)))); // now nothing but the signal is in the way
    expect(await engine.acquire(request(root, 1, { signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'blocked',
      reason: 'aborted',
    });
    expect([filesIn(root, 'held'), filesIn(root, 'queue')]).toEqual([[], []]);
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

async function untilQueued(root: string, count: number): Promise<void> {
  while (filesIn(root, 'queue').length < count) await new Promise((resolve) => setImmediate(resolve));
}
