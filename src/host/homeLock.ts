/**
 * One host a home and host id. The lock is the kernel's (`flock`), so it goes with the process however it ends; there is
 * no owner file to believe and none to clean up. The descriptor is never closed by us and not inherited by children.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tryFlock } from '../base/native.ts';
import { TtyError } from '../protocol/errors.ts';

/** A lock that is held until the process ends or `release` is called. */
export interface HomeLock {
  release(): void;
}

/**
 * Takes the lock at `file` (created 0600), or says `busy`.
 *
 * Without the native binding `flock(1)` of util-linux locks our own open file description, which it inherits; without
 * either there is no safe answer and the host does not start.
 *
 * @throws TtyError `STORAGE_WRITE_ERROR`, `HOST_START_FAILED`
 */
export function takeHomeLock(file: string): HomeLock | 'busy' {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW, 0o600);
    fs.fchmodSync(fd, 0o600);
  } catch (cause) {
    throw new TtyError('STORAGE_WRITE_ERROR', `cannot open the home lock ${file}: ${message(cause)}`, { cause });
  }
  const outcome = lock(fd, file);
  if (outcome === 'busy') {
    fs.closeSync(fd);
    return 'busy';
  }
  return { release: () => fs.closeSync(fd) };
}

function lock(fd: number, file: string): 'locked' | 'busy' {
  let native: 'locked' | 'busy' | undefined;
  try {
    native = tryFlock(fd);
  } catch (cause) {
    throw new TtyError('HOST_START_FAILED', `the file system of ${file} has no locks: ${message(cause)}`, { cause });
  }
  if (native !== undefined) return native;
  const result = spawnSync('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd] });
  if (result.status === 0) return 'locked';
  if (result.status === 1) return 'busy';
  throw new TtyError(
    'HOST_START_FAILED',
    'a home needs a lock: neither the koffi package nor the flock command is there',
    {
      hint: 'install util-linux, or reinstall with optional dependencies',
    },
  );
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
