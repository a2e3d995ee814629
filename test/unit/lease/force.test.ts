import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { delay, systemClock } from '../../../src/base/clock.ts';
import { identify } from '../../../src/base/processIdentity.ts';
import { type ForceMode, type ForceOutcome, forceRelease } from '../../../src/lease/force.ts';
import { holdersOf } from '../../../src/lease/inspect.ts';
import { rootPaths } from '../../../src/lease/layout.ts';
import type { HolderRecord, Work } from '../../../src/lease/record.ts';
import { systemView, whereabouts } from '../../../src/lease/work.ts';
import { parseObject } from '../../support/like.ts';
import { disk, filesIn, KEY, leaseOf, newEngine, newRoot, plantHolder, request } from './support.ts';

const view = systemView();

function force(root: string, ref: string, how: ForceMode): Promise<ForceOutcome> {
  return forceRelease(ref, how, { disk, root, view, clock: systemClock, why: 'test' });
}

function refOf(root: string): string {
  return holdersOf(disk, root, KEY, view, systemClock)[0]?.ref ?? 'none';
}

/** A process that needs a moment to end, and the work that it is. */
function startWork(): { work: Work; pid: number; isGone: () => boolean } {
  const script = "trap 'sleep 0.4; exit' TERM; while :; do sleep 0.05; done";
  const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  onTestFinished(() => {
    if (!hasEnded) process.kill(-pid, 'SIGKILL');
  });
  const work: Work = { kind: 'group', id: pid, startTicks: identify(pid)?.startTicks ?? '', mark: null };
  return { work, pid, isGone: () => hasEnded };
}

/** A holder that is gone and whose work goes on. */
function plantOrphan(root: string, work: Work): string {
  const holder = { ...whereabouts(), pid: 1, startTicks: '1' };
  const record: HolderRecord = { v: 1, label: 'demo', session: null, holder, heldSinceMs: 0, work };
  return plantHolder(root, JSON.stringify(record));
}

describe('a release by force', () => {
  it('takes nothing from a holder that lives', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    leaseOf(await engine.acquire(request(root, 1)));
    expect(await force(root, refOf(root), 'if-dead')).toBe('live-holder');
    expect(await force(root, refOf(root), 'kill')).toBe('conflict');
    expect(await force(root, 'ffffffffffff', 'if-dead')).toBe('no-lock');
    expect(filesIn(root, 'held')).toHaveLength(1);
  });

  it('leaves work alone that goes on, and ends it when told to, while it keeps the place', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const { work, isGone } = startWork();
    plantOrphan(root, work);
    const ref = refOf(root);
    expect(await force(root, ref, 'if-dead')).toBe('live-holder');
    const ending = force(root, ref, 'kill');
    // whoever asks in the meantime finds the place taken, and a second janitor finds the first one at it
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
    expect(await force(root, ref, 'if-dead')).toBe('live-holder');
    expect(isGone()).toBe(false);
    expect(await ending).toBe('released');
    await expect.poll(isGone).toBe(true); // Node learns of an end a moment later than the process table
    leaseOf(await engine.acquire(request(root, 1)));
  });

  it('is done by one of two janitors', async () => {
    const root = newRoot();
    const { work } = startWork();
    plantOrphan(root, work);
    const ref = refOf(root);
    const outcomes = await Promise.all([force(root, ref, 'kill'), force(root, ref, 'kill')]);
    expect(outcomes).toEqual(['released', 'conflict']);
    expect(filesIn(root, 'held')).toEqual([]);
    const lines = fs.readFileSync(rootPaths(root).audit, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(2);
  });

  it('does not kill a stranger that was given the pid', async () => {
    const root = newRoot();
    const { work, isGone } = startWork();
    plantOrphan(root, { ...work, startTicks: '1' });
    expect(await force(root, '000000000000', 'kill')).toBe('released');
    await delay(systemClock, 100);
    expect(isGone()).toBe(false);
  });

  it('takes the record away from whoever holds it, and tells the holder', async () => {
    const root = newRoot();
    const { engine, events } = newEngine();
    const lease = leaseOf(await engine.acquire(request(root, 1)));
    expect(await force(root, refOf(root), 'evict')).toBe('released');
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    expect(events.at(-1)).toMatchObject({ kind: 'lost' });
    expect(await lease.release(lease.token, 'completed')).toBe('lost');
  }, 15_000);

  it('takes away what nobody understands only by eviction, and writes every deed down for its owner alone', async () => {
    const root = newRoot();
    plantHolder(root, '{');
    expect(await force(root, '000000000000', 'if-dead')).toBe('conflict');
    expect(await force(root, '000000000000', 'kill')).toBe('conflict');
    expect(await force(root, '000000000000', 'evict')).toBe('released');
    const { audit } = rootPaths(root);
    expect((fs.statSync(audit).mode & 0o777).toString(8)).toBe('600');
    const lines = fs.readFileSync(audit, 'utf8').trim().split('\n');
    expect(lines.map(parseObject)).toMatchObject([
      { how: 'if-dead', outcome: 'conflict', why: 'test' },
      { how: 'kill', outcome: 'conflict' },
      { how: 'evict', outcome: 'released' },
    ]);
  });
});

describe('a holder that lost its directory', () => {
  it('puts its record back, and counts again', async () => {
    const root = newRoot();
    const { engine, events } = newEngine();
    const lease = leaseOf(await engine.acquire(request(root, 1)));
    fs.rmSync(path.join(root, 'v1'), { recursive: true });
    while (filesIn(root, 'held').length === 0) await delay(systemClock, 20);
    expect(events.at(-1)).toMatchObject({ kind: 'put_back' });
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
    expect(await lease.release(lease.token, 'completed')).toBe('released');
    expect(filesIn(root, 'held')).toEqual([]);
  }, 15_000);
});
