/** What interrupted work left in a home: temporary files, half-made or half-removed directories, dead hosts' directories. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { liveness } from '../base/processIdentity.ts';
import { TtyError } from '../protocol/errors.ts';
import { hostPaths, MAIN_HOST_ID, sessionPaths, sessionsDirectory } from '../protocol/homeLayout.ts';
import { isSessionId } from '../protocol/ids.ts';
import { readHostRecord } from '../store/hostRecord.ts';
import { effectiveStatus, listSessionRecords } from '../store/sessions.ts';
import { isRealDirectory, REMOVAL_PREFIX, removeDirectory, treeBytes } from './gcFiles.ts';

/** What `writeFileAtomic` names its files until they are whole. */
const TEMPORARY = /^\..+\.\d+\.\d+\.tmp$/;
/** Nothing that is still being made is so old. */
const STALE_MS = 60 * 60 * 1000;

export interface LeftoverOptions {
  readonly dryRun: boolean;
  readonly nowMs: number;
  /** Sessions that were, or would be, removed as a whole. */
  readonly gone: ReadonlySet<string>;
}

/** Removes what is left over. What cannot be removed stays for the next time. Paths are relative to the home. */
export function removeLeftovers(home: string, options: LeftoverOptions): { paths: string[]; bytes: number } {
  const sessionDirectories = children(sessionsDirectory(home)).filter((file) => !options.gone.has(path.basename(file)));
  const found = [
    ...temporaryFiles(home, sessionDirectories, options.nowMs),
    ...sessionDirectories.filter((file) => isHalfSession(home, file, options.nowMs)),
    ...strayScratch(home, options.gone),
    ...deadHosts(home, options),
  ];
  const paths: string[] = [];
  let bytes = 0;
  for (const file of found) {
    const size = treeBytes(file);
    if (!options.dryRun && !tryRemove(file)) continue;
    paths.push(path.relative(home, file));
    bytes += size;
  }
  return { paths, bytes };
}

function temporaryFiles(home: string, sessionDirectories: readonly string[], nowMs: number): string[] {
  const places = [
    home,
    ...children(path.join(home, 'host')),
    ...sessionDirectories,
    ...sessionDirectories.map((directory) => path.join(directory, 'artifacts')),
  ];
  return places
    .flatMap(children)
    .filter((file) => TEMPORARY.test(path.basename(file)) && isFile(file) && isStale(file, nowMs));
}

/** On its way out, or made by a `create` that never came to its record. */
function isHalfSession(home: string, directory: string, nowMs: number): boolean {
  const name = path.basename(directory);
  if (!isRealDirectory(directory)) return false;
  if (name.startsWith(REMOVAL_PREFIX)) return true;
  if (!isSessionId(name) || !isStale(directory, nowMs)) return false;
  const { manifest, log } = sessionPaths(home, name);
  return !fs.existsSync(manifest) && !fs.existsSync(log);
}

/** Start-up files and scripts of sessions that have ended and stay. */
function strayScratch(home: string, gone: ReadonlySet<string>): string[] {
  return listSessionRecords(home).flatMap((entry) => {
    if ('problem' in entry || gone.has(entry.sessionId) || isOpen(entry.status)) return [];
    if (effectiveStatus(entry).terminationCategory === 'running') return [];
    const { directory, scratch } = sessionPaths(home, entry.sessionId);
    return isRealDirectory(directory) && isRealDirectory(scratch) ? [scratch] : [];
  });
}

/** Not closed by any host yet: the next one needs what is there. */
function isOpen(status: string): boolean {
  return status === 'running' || status === 'exiting' || status === 'destroying';
}

/** Hosts of one session that is gone. The directory of the shared host stays: its lock is what keeps hosts apart. */
function deadHosts(home: string, { gone, nowMs }: LeftoverOptions): string[] {
  const needed = new Set(
    listSessionRecords(home).flatMap((entry) =>
      'problem' in entry || gone.has(entry.sessionId) ? [] : [entry.hostId],
    ),
  );
  return children(path.join(home, 'host')).filter((directory) => {
    const hostId = path.basename(directory);
    if (hostId === MAIN_HOST_ID || needed.has(hostId) || !isRealDirectory(directory)) return false;
    if (hostId.startsWith(REMOVAL_PREFIX)) return true;
    return isSessionId(hostId) && isDead(home, hostId, nowMs);
  });
}

function isDead(home: string, hostId: string, nowMs: number): boolean {
  try {
    const record = readHostRecord(home, hostId);
    if (record !== undefined) return liveness(record.identity) === 'gone';
  } catch (error) {
    if (!(error instanceof TtyError)) throw error;
  }
  // Without a record it may be about to start.
  return isStale(hostPaths(home, hostId).directory, nowMs);
}

function tryRemove(file: string): boolean {
  try {
    if (isRealDirectory(file)) removeDirectory(file);
    else fs.rmSync(file);
    return true;
  } catch (error) {
    // Gone meanwhile, or not ours to remove: it is no session, so nothing depends on it.
    if (isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EBUSY', 'ENOTEMPTY')) return false;
    throw error;
  }
}

/** The entries of a directory as paths; none when it is a link, no directory, or not there. */
function children(directory: string): string[] {
  return isRealDirectory(directory) ? fs.readdirSync(directory).map((name) => path.join(directory, name)) : [];
}

function isFile(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isStale(file: string, nowMs: number): boolean {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  return stat !== undefined && nowMs - stat.mtimeMs > STALE_MS;
}
