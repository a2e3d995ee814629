/** Proves, before anything is trusted to it, that locks in this very directory do what the engine counts on. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { HeldFile, LeaseDisk } from './disk.ts';

/** One property that was tried. */
export interface SelfTestStep {
  readonly name: string;
  readonly held: boolean;
}

export interface SelfTest {
  readonly passed: boolean;
  readonly steps: readonly SelfTestStep[];
  /** Whether another process was asked too, and not only a second open file. */
  readonly usedProcess: boolean;
}

/**
 * Tries locks in `directory`: they keep out a second open file and another process, outlive a renaming and the closing of
 * another descriptor, and go when they are released. Leaves nothing. With `flock(1)` missing the other process is left out.
 */
export function selfTest(disk: LeaseDisk, directory: string): SelfTest {
  const first = path.join(directory, `.selftest.${randomBytes(8).toString('hex')}`);
  const second = `${first}.moved`;
  const steps: SelfTestStep[] = [];
  const step = (name: string, held: boolean): boolean => steps.push({ name, held }) > 0 && held;
  let lock: HeldFile | undefined;
  let usedProcess = false;
  try {
    lock = disk.create(first, 'test\n');
    step('a second open file is kept out', isBusy(disk, first));
    step('it is kept out again after one was closed', isBusy(disk, first));
    const outcome = tryFromProcess(first);
    usedProcess = outcome !== 'no program';
    if (usedProcess) step('another process is kept out', outcome === 'busy');
    disk.move(first, second);
    step('the lock goes along with a renaming', lock.isAt(second) && isBusy(disk, second));
    lock.release();
    step('a released lock is free', !isBusy(disk, second));
    if (usedProcess) step('it is free to another process', tryFromProcess(second) === 'free');
  } finally {
    lock?.release();
    disk.remove(first);
    disk.remove(second);
  }
  return { passed: steps.every(({ held }) => held), steps, usedProcess };
}

function isBusy(disk: LeaseDisk, file: string): boolean {
  const other = disk.lock(file);
  if (typeof other === 'string') return other === 'busy';
  other.release();
  return false;
}

function tryFromProcess(file: string): 'free' | 'busy' | 'no program' {
  const { status, error } = spawnSync('flock', ['-x', '-n', file, 'true'], { stdio: 'ignore' });
  if (error !== undefined) return 'no program';
  return status === 0 ? 'free' : 'busy';
}
