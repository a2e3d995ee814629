/** Which hosts a home has, and which of them serves a session. Reads records only. */
import fs from 'node:fs';
import { isErrno } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';
import { hostsDirectory, MAIN_HOST_ID, sessionPaths } from '../protocol/homeLayout.ts';
import { isSessionId } from '../protocol/ids.ts';
import { readSessionRecord } from '../store/manifest.ts';
import { effectiveStatus } from '../store/sessions.ts';

/** Ids of the hosts that one session each has to itself: the session's own. Those that ended long ago are among them. */
export function dedicatedHostIds(home: string): string[] {
  try {
    return fs.readdirSync(hostsDirectory(home)).filter(isSessionId).toSorted();
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return [];
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_READ_ERROR', `cannot list the hosts of ${home}: ${message}`, { cause });
  }
}

/**
 * The id of the host to ask for a session, given by id or name. A dedicated host has its session's id, so ids need no
 * lookup; a name needs the records of the sessions with dedicated hosts, and there are few of those.
 */
export function hostOf(home: string, reference: string): string {
  const dedicated = dedicatedHostIds(home);
  if (isSessionId(reference)) return dedicated.includes(reference) ? reference : MAIN_HOST_ID;
  return dedicated.find((id) => holdsName(home, id, reference)) ?? MAIN_HOST_ID;
}

function holdsName(home: string, sessionId: string, name: string): boolean {
  try {
    const record = readSessionRecord(sessionPaths(home, sessionId).manifest);
    return record?.name === name && effectiveStatus(record).terminationCategory === 'running';
  } catch (error) {
    if (error instanceof TtyError) return false; // a broken record names nobody; whoever asks for it by id is told
    throw error;
  }
}
