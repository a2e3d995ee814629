import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { LeaseDisk } from '../../../src/lease/disk.ts';
import { type AcquireOutcome, type EngineOptions, LeaseEngine } from '../../../src/lease/engine.ts';
import { FileDisk } from '../../../src/lease/fileDisk.ts';
import { keyPaths } from '../../../src/lease/layout.ts';
import type { Lease, LeaseEvent, LeaseRequest } from '../../../src/lease/lease.ts';
import { formatTicketName } from '../../../src/lease/names.ts';

export const KEY = 'a'.repeat(64);
export const OTHER_KEY = 'b'.repeat(64);
export const disk = new FileDisk('call');

/** The real disk with some calls changed. */
export function diskWith(changes: Partial<LeaseDisk>): LeaseDisk {
  return {
    create: (file, text) => disk.create(file, text),
    lock: (file, make) => disk.lock(file, make),
    names: (directory) => disk.names(directory),
    move: (from, to) => disk.move(from, to),
    remove: (file) => disk.remove(file),
    ring: (file) => disk.ring(file),
    makeDirectory: (directory) => disk.makeDirectory(directory),
    ...changes,
  };
}

/** An empty private directory that is gone after the test. */
export function newRoot(): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-lease-')));
  onTestFinished(() => {
    fs.chmodSync(directory, 0o700);
    fs.rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** An engine over real files and locks, and what it told. All that it holds is freed after the test. */
export function newEngine(changes: Partial<EngineOptions> = {}) {
  const events: LeaseEvent[] = [];
  const troubles: unknown[] = [];
  const engine = new LeaseEngine({
    clock: systemClock,
    disk,
    onEvent: (event) => events.push(event),
    onTrouble: (_, error) => troubles.push(error),
    ...changes,
  });
  onTestFinished(() => engine.closeNow());
  return { engine, events, troubles };
}

/** A request with the usual parts. */
export function request(root: string, limit: number, more: Partial<LeaseRequest> = {}): LeaseRequest {
  return { key: KEY, limit, root, label: 'demo', ...more };
}

/** A moment so many ms from now. */
export function inMs(ms: number): number {
  return systemClock.nowMs() + ms;
}

/** The lease of an outcome; throws for another one. */
export function leaseOf(outcome: AcquireOutcome): Lease {
  if (outcome.kind === 'acquired') return outcome.lease;
  throw new Error(`no lease but ${JSON.stringify(outcome)}`);
}

/** Frees a lease in order. */
export function release(lease: Lease): Promise<string> {
  return lease.release(lease.token, 'completed');
}

/** Names in a directory of the key. */
export function filesIn(root: string, which: 'held' | 'queue', key = KEY): string[] {
  try {
    return fs.readdirSync(keyPaths(root, key)[which]).toSorted();
  } catch {
    return []; // not made yet
  }
}

/** Puts a file among the holders, as something that is not this engine would. */
export function plantHolder(root: string, text: string, name?: string): string {
  const { held, queue } = keyPaths(root, KEY);
  for (const directory of [held, queue]) fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const nonce = String(fs.readdirSync(held).length + 1).padStart(32, '0');
  const place = path.join(held, name ?? formatTicketName({ class: 0, seq: 1, limit: 4, sinceMs: 0, nonce }));
  fs.writeFileSync(place, text, { mode: 0o600 });
  return place;
}
