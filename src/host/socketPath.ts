/** Where the socket goes, and whether that place is safe. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
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
 * The path to bind: in the home when it fits `sun_path`, else a hashed name under the runtime directory, else in a 0700
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
    ensureOwnDirectory(directory);
    return candidate;
  }
  throw new TtyError('HOST_START_FAILED', `no place for a socket: every path is over ${MAX_SOCKET_PATH_BYTES} bytes`, {
    hint: 'set TMPDIR to a short path',
  });
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
  const stat = fs.lstatSync(directory);
  const fault = !stat.isDirectory()
    ? 'is not a directory'
    : stat.uid !== ownUid()
      ? `belongs to user ${stat.uid}`
      : (stat.mode & 0o077) !== 0
        ? `is open to others (mode ${(stat.mode & 0o777).toString(8)})`
        : undefined;
  if (fault !== undefined) throw new TtyError('REFUSED_UNSAFE', `the socket directory ${directory} ${fault}`);
}
