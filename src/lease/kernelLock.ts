/**
 * Exclusive locks of the kernel on open files, of the family `flock(2)`: bound to the open file, not to the process, so closing
 * another descriptor of the file frees nothing (as it would with `fcntl` locks), and nobody's clock or pid decides.
 *
 * Descriptors are raw numbers of `fs.openSync`, never `FileHandle`s: a handle that is collected closes its descriptor, and the
 * lock is gone. Node opens everything close-on-exec, so that no child keeps a lock.
 */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { nativeAvailable, tryFlock } from '../base/native.ts';

/**
 * How locks are taken here: by the system call; by `flock(1)`, which locks the open file that it inherits from us; or by
 * opening with O_EXLOCK (macOS). All three are one family and respect one another.
 */
export type LockMethod = 'call' | 'program' | 'open';

/** Written into every root, so that programs with locks of another family keep out: Linux lets both have them. */
export const LOCK_FAMILY = 'flock';

/** fcntl.h of macOS. Node has no name for it; Linux has no such flag. */
const O_EXLOCK = 0x20;

/** What a fall-back may be asked about; tests say what is there. */
export interface LockSupport {
  readonly platform: NodeJS.Platform;
  readonly hasCall: () => boolean;
  readonly hasProgram: () => boolean;
}

const SUPPORT: LockSupport = {
  platform: process.platform,
  hasCall: nativeAvailable,
  hasProgram: () => spawnSync('flock', ['--help'], { stdio: 'ignore' }).error === undefined,
};

/** The best way to lock that there is; `undefined` when there is none, and then nothing may be admitted. */
export function findLockMethod(support: LockSupport = SUPPORT): LockMethod | undefined {
  if (support.hasCall()) return 'call';
  if (support.platform === 'darwin') return 'open';
  if (support.platform === 'linux' && support.hasProgram()) return 'program';
  return undefined;
}

/** Flags for opening a file that is to be locked: with `open` the opening itself takes the lock, or fails with EAGAIN. */
export function lockingFlags(method: LockMethod): number {
  return method === 'open' ? O_EXLOCK | constants.O_NONBLOCK : 0;
}

/**
 * Tries to lock the open file behind `fd`, which was opened with {@link lockingFlags}. Never waits, except for `flock(1)` to
 * run (2 ms).
 *
 * @throws Error when the file system has no locks
 */
export function lockDescriptor(fd: number, method: LockMethod): 'locked' | 'busy' {
  if (method === 'open') return 'locked';
  if (method === 'call') {
    const outcome = tryFlock(fd);
    if (outcome !== undefined) return outcome;
    throw new Error('flock cannot be called: the native binding is gone');
  }
  const { status, error } = spawnSync('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (status === 0) return 'locked';
  if (status === 1) return 'busy';
  throw new Error(`flock(1) ended with ${status}`, { cause: error });
}
