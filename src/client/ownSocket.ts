import fs from 'node:fs';
import path from 'node:path';
import { quote, TtyError } from '../protocol/errors.ts';
import { MAX_SOCKET_PATH_BYTES } from '../protocol/homeLayout.ts';

/**
 * Throws `REFUSED_UNSAFE` when what lies at `socketPath` is not a socket that only this user could have put there. The proof
 * in the hello finds an impostor as well; this one is not even spoken to. Counts bytes: a path that does not fit `sun_path`
 * would be cut, and reach another one.
 *
 * @throws the system error `ENOENT` when nothing is there
 */
export function assertOwnSocket(socketPath: string): void {
  const bytes = Buffer.byteLength(socketPath);
  if (!path.isAbsolute(socketPath) || bytes > MAX_SOCKET_PATH_BYTES) {
    throw unsafe(socketPath, `must be an absolute path of at most ${MAX_SOCKET_PATH_BYTES} bytes, it has ${bytes}`);
  }
  const us = process.getuid?.();
  const stat = fs.lstatSync(socketPath);
  if (!stat.isSocket()) throw unsafe(socketPath, 'is not a socket');
  if (us !== undefined && stat.uid !== us) throw unsafe(socketPath, `belongs to user ${stat.uid}, not to user ${us}`);
  const directory = path.dirname(socketPath);
  const around = fs.statSync(directory);
  if (us !== undefined && around.uid !== us)
    throw unsafe(directory, `belongs to user ${around.uid}, not to user ${us}`);
  if ((around.mode & 0o022) !== 0) {
    throw unsafe(directory, `can be written by others (mode ${(around.mode & 0o7777).toString(8).padStart(4, '0')})`);
  }
}

function unsafe(place: string, why: string): TtyError {
  return new TtyError('REFUSED_UNSAFE', `the host's socket is not to be trusted: ${quote(place)} ${why}`, {
    details: { reason: 'socket', path: place },
  });
}
