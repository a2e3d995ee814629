import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { LeaseDisk } from '../../../src/lease/disk.ts';
import { makeKeyDirectories, tryGate } from '../../../src/lease/gate.ts';
import { keyPaths } from '../../../src/lease/layout.ts';
import { disk, diskWith, filesIn, inMs, KEY, leaseOf, newEngine, newRoot, release, request } from './support.ts';

describe('the gate', () => {
  it('that is removed between its opening and its locking is not entered', () => {
    const paths = keyPaths(newRoot(), KEY);
    makeKeyDirectories(disk, paths);
    const removing: LeaseDisk = diskWith({
      lock: (file, make) => {
        const lock = disk.lock(file, make);
        fs.rmSync(file);
        return lock;
      },
    });
    const outcome = tryGate(removing, paths, () => 'inside');
    expect(outcome).toEqual({ kind: 'busy' });
    expect(tryGate(disk, paths, () => 'inside')).toEqual({ kind: 'entered', value: 'inside' });
  });

  it('whose directory vanishes while somebody is inside is a new try at the same root, and a lease', async () => {
    const root = newRoot();
    let removals = 0;
    const removing: LeaseDisk = diskWith({
      create: (file, text) => {
        if (file.includes('/q/') && removals++ < 3) fs.rmSync(path.join(root, 'v1'), { recursive: true });
        return disk.create(file, text);
      },
    });
    const { engine, troubles } = newEngine({ disk: removing });
    const lease = leaseOf(await engine.acquire(request(root, 1)));
    expect([removals, troubles]).toEqual([4, []]);
    expect(filesIn(root, 'held')).toHaveLength(1);
    expect(await release(lease)).toBe('released');
  });

  it('that is no file is told as a failure, not waited for', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    fs.mkdirSync(keyPaths(root, KEY).gate, { recursive: true, mode: 0o700 });
    const startMs = systemClock.nowMs();
    expect(await engine.acquire(request(root, 1))).toMatchObject({ kind: 'denied', reason: 'admission_failed' });
    expect(systemClock.nowMs() - startMs).toBeLessThan(2_000);
  });
});

describe('a free place', () => {
  it('is given to the first in the queue by whoever lets go, before that one looks by itself', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const holder = leaseOf(await engine.acquire(request(root, 1)));
    const waiter = engine.acquire(request(root, 1, { deadlineMs: inMs(20_000) }));
    while (filesIn(root, 'queue').length === 0) await new Promise((resolve) => setImmediate(resolve));
    // nothing of the waiter can run between these two: what is seen is what the release did
    const released = release(holder);
    expect([filesIn(root, 'queue').length, filesIn(root, 'held').length]).toEqual([0, 1]);
    await released;
    leaseOf(await waiter);
  });

  it('costs an uncontended caller little', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      const startMs = systemClock.nowMs();
      const lease = leaseOf(await engine.acquire(request(root, 4)));
      lease.bind({ kind: 'session', id: process.pid, startTicks: '1', mark: null });
      times.push(systemClock.nowMs() - startMs);
      await release(lease);
    }
    const median = times.toSorted((a, b) => a - b)[50] ?? Infinity;
    // 0.9 ms on a busy machine with two cores; the bound leaves room for one that does much else
    expect(median).toBeLessThan(30);
  });
});
