/** The sessions of a home as their records tell them, without a host. Repairs nothing, ends nothing. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { liveness } from '../base/processIdentity.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import { sessionPaths, sessionsDirectory } from '../protocol/homeLayout.ts';
import { checkSessionReference, isSessionId } from '../protocol/ids.ts';
import type { SessionStatus, Termination } from '../protocol/methods/session.ts';
import { HOST_BUG, HOST_DEATH, type SessionRecord } from '../protocol/sessionRecord.ts';
import { readSessionRecord } from './manifest.ts';

/** A session whose record cannot be read. */
export interface BrokenSession {
  readonly sessionId: string;
  /** What is wrong, one sentence with the file. */
  readonly problem: string;
}

export type SessionEntry = SessionRecord | BrokenSession;

/**
 * All sessions of a home, oldest first (ids sort by time). A broken record becomes an entry with its `problem`; a directory
 * that holds neither record nor log is a session that is just being made, and left out.
 *
 * Throws `STORAGE_READ_ERROR` when the home's sessions cannot be listed; a home without any is empty.
 */
export function listSessionRecords(home: string): SessionEntry[] {
  return sessionIds(home).flatMap<SessionEntry>((sessionId) => {
    try {
      const record = readOwnRecord(home, sessionId);
      if (record !== undefined) return [record];
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      return [{ sessionId, problem: error.message }];
    }
    const { manifest, log } = sessionPaths(home, sessionId);
    return fs.existsSync(log) ? [{ sessionId, problem: `${manifest} is missing` }] : [];
  });
}

/**
 * The session that `reference` names: by its id, or by name, live sessions before ended ones, newer before older.
 *
 * Throws `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`; by id also what is wrong with its record.
 */
export function findSession(home: string, reference: string): SessionRecord {
  checkSessionReference(reference);
  const found = isSessionId(reference) ? readOwnRecord(home, reference) : findByName(home, reference);
  if (found !== undefined) return found;
  const sessions = sessionIds(home).length;
  const has = sessions === 0 ? 'has no sessions' : `has ${sessions} other ${sessions === 1 ? 'session' : 'sessions'}`;
  throw new TtyError('SESSION_NOT_FOUND', `no session ${quote(reference)}: the home ${home} ${has}`, {
    details: { session: reference, home, sessions },
    hint: 'agent-tty list --all shows the sessions of this home',
  });
}

function findByName(home: string, name: string): SessionRecord | undefined {
  const named = listSessionRecords(home).flatMap((entry) => ('problem' in entry || entry.name !== name ? [] : [entry]));
  return named.findLast((record) => isLive(effectiveStatus(record).status)) ?? named.at(-1);
}

function isLive(status: SessionStatus): boolean {
  return status === 'running' || status === 'exiting' || status === 'destroying';
}

/** How a session stands in truth, when its host's life is counted in. */
export interface EffectiveStatus {
  readonly status: SessionStatus;
  readonly failureReason?: string;
  readonly terminationCategory: Termination;
}

/** What `record` says, except that a live session whose host is gone has failed of `host-death`. */
export function effectiveStatus(record: SessionRecord): EffectiveStatus {
  const { status, failureReason } = record;
  if (isLive(status)) {
    if (isHostThere(record)) return { status, terminationCategory: 'running' };
    return { status: 'failed', failureReason: HOST_DEATH, terminationCategory: HOST_DEATH };
  }
  return {
    status,
    ...(failureReason === undefined ? {} : { failureReason }),
    terminationCategory: terminationOf(record),
  };
}

function isHostThere(record: SessionRecord): boolean {
  const { hostIdentity, hostPid } = record;
  if (hostIdentity !== null) return liveness(hostIdentity) !== 'gone';
  // without an identity the pid alone decides, and may be another process by now: rather too long alive than dead too soon
  return hostPid !== null && liveness({ pid: hostPid, startTicks: 'unknown', bootId: 'unknown' }) !== 'gone';
}

function terminationOf(record: SessionRecord): Termination {
  if (record.status === 'destroyed') return 'destroyed';
  if (record.status === 'failed') {
    const { failureReason } = record;
    if (failureReason === HOST_BUG) return HOST_DEATH;
    return failureReason === HOST_DEATH || failureReason === 'storage-corruption' ? failureReason : 'unknown';
  }
  if (record.exitSignal !== null) return 'signal-exit';
  if (record.exitCode === null) return 'unknown';
  return record.exitCode === 0 ? 'clean-exit' : 'nonzero-exit';
}

function readOwnRecord(home: string, sessionId: string): SessionRecord | undefined {
  const { manifest } = sessionPaths(home, sessionId);
  const record = readSessionRecord(manifest);
  if (record === undefined || record.sessionId === sessionId) return record;
  const message = `${manifest}: field sessionId must be ${sessionId} as its directory, found ${quote(record.sessionId)}`;
  throw new TtyError('MANIFEST_VALIDATION_ERROR', message, { details: { path: manifest, field: 'sessionId' } });
}

function sessionIds(home: string): string[] {
  const directory = sessionsDirectory(home);
  try {
    return fs.readdirSync(directory).filter(isSessionId).toSorted();
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return [];
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_READ_ERROR', `cannot list ${path.resolve(directory)}: ${message}`, {
      details: { path: directory },
      cause,
    });
  }
}
