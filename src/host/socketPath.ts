/** Where the socket goes, and whether that place is safe. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { whyNotOwn } from '../base/ownDirectory.ts';
import { TtyError } from '../protocol/errors.ts';
import { MAX_SOCKET_PATH_BYTES } from '../protocol/homeLayout.ts';

export interface SocketPlaces {
  /** The place in the home. */
  readonly preferred: string;
  /** `$XDG_RUNTIME_DIR`, when the user has one. */
  readonly runtimeDirectory?: string | undefined;
  readonly temporaryDirectory: string;
}

/**
 * The path to bind: in the home when it fits `sun_path`, else a hashed name under the runtime directory if that is the user's own, else in a 0700
 * directory of our own under the temp directory. A path that is too long would be cut silently by older Node and could
 * reach a stranger's socket, so bytes are counted, not characters.
 *
 * @throws TtyError `REFUSED_UNSAFE` when the only place left belongs to somebody else
 */
export function chooseSocketPath(places: SocketPlaces): string {
  if (fits(places.preferred)) return places.preferred;
  const name = `${createHash('sha256').update(places.preferred).digest('hex').slice(0, 24)}.sock`;
  for (const base of [places.runtimeDirectory, places.temporaryDirectory]) {
    if (base === undefined || !path.isAbsolute(base)) continue;
    const directory = path.join(base, `agent-tty-${ownUid()}`);
    const candidate = path.join(directory, name);
    if (!fits(candidate)) continue;
    // A variable may be left over from another user or a login that ended: then the next place is tried.
    if (base === places.runtimeDirectory && !isOwnDirectory(base)) continue;
    assertNotReplaceable(base);
    ensureOwnDirectory(directory);
    return candidate;
  }
  throw new TtyError('HOST_START_FAILED', `no place for a socket: every path is over ${MAX_SOCKET_PATH_BYTES} bytes`, {
    hint: 'set TMPDIR to a short path',
  });
}

/** In a directory that everybody may write and that is not sticky, everybody may put another one in the place of ours. */
function assertNotReplaceable(base: string): void {
  const { mode } = fs.statSync(base);
  if ((mode & 0o002) === 0 || (mode & 0o1000) !== 0) return;
  throw new TtyError('REFUSED_UNSAFE', `the directory ${base} for temporary files is open to all and not sticky`, {
    details: { reason: 'socket', path: base },
    hint: 'set TMPDIR to a directory of your own',
  });
}

function isOwnDirectory(directory: string): boolean {
  try {
    return whyNotOwn(directory, 0o022) === undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw error;
  }
}

function fits(file: string): boolean {
  return Buffer.byteLength(file) <= MAX_SOCKET_PATH_BYTES;
}

function ownUid(): number {
  return process.getuid?.() ?? 0;
}

/** Creates `directory` (not its parents) 0700, or checks that the one there is a plain directory of ours, closed to others. */
function ensureOwnDirectory(directory: string): void {
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
    fs.chmodSync(directory, 0o700);
    return;
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  const fault = whyNotOwn(directory, 0o077);
  if (fault === undefined) return;
  throw new TtyError('REFUSED_UNSAFE', `the socket directory ${directory} ${fault}`, {
    details: { reason: 'socket', path: directory },
    hint: 'remove it, or set TMPDIR to a directory of your own',
  });
}
