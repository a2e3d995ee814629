/** What other hosts of the home left when they died: each is put in order by the next host that starts or makes a session. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Logger } from '../base/logger.ts';
import { liveness } from '../base/processIdentity.ts';
import { hostPaths, hostsDirectory, MAIN_HOST_ID, sessionPaths } from '../protocol/homeLayout.ts';
import { isSessionId } from '../protocol/ids.ts';
import { readHostRecord } from '../store/hostRecord.ts';
import { takeHomeLock } from './homeLock.ts';
import type { NameClaims } from './session/nameClaims.ts';
import { recoverSessions } from './session/recovery.ts';

export interface DeadHostsOptions {
  readonly home: string;
  /** The host that looks; it is left out. */
  readonly hostId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly claims: NameClaims;
}

/**
 * Closes the sessions of every other host of the home that is gone but left its record. Each host's own lock is held
 * meanwhile, so one of several lookers does it and none of them meets a host that lives. Never rejects: a host that cannot
 * be recovered is logged. Costs one look into a directory when there is nothing to do.
 */
export async function recoverDeadHosts(options: DeadHostsOptions): Promise<void> {
  const { home, hostId, logger } = options;
  const others = hostIds(home).filter((id) => id !== hostId);
  await Promise.all(
    others.map(async (id) => {
      try {
        if (isDead(home, id)) await recover(id, options);
      } catch (error) {
        logger.log('error', 'recovery', 'a dead host could not be recovered', { hostId: id, ...errorFields(error) });
      }
    }),
  );
}

function hostIds(home: string): string[] {
  return fs.readdirSync(hostsDirectory(home)).filter((name) => name === MAIN_HOST_ID || isSessionId(name));
}

function isDead(home: string, id: string): boolean {
  const record = readHostRecord(home, id);
  return record !== undefined && liveness(record.identity) === 'gone';
}

async function recover(id: string, { home, clock, logger, claims }: DeadHostsOptions): Promise<void> {
  const paths = hostPaths(home, id);
  const lock = takeHomeLock(paths.lock);
  if (lock === 'busy') return; // another one is at it, or its successor starts
  try {
    if (!isDead(home, id)) return;
    const recovered = await recoverSessions({ home, hostId: id, clock, logger, claims });
    logger.log('info', 'recovery', 'put a dead host in order', { hostId: id, recovered });
    const socketPath = readHostRecord(home, id)?.socketPath;
    if (socketPath !== undefined) fs.rmSync(socketPath, { force: true });
    fs.rmSync(paths.record, { force: true });
    if (id !== MAIN_HOST_ID) retireHost(home, id);
  } finally {
    lock.release();
  }
}

/**
 * Removes what a dedicated host kept, once its session is over; its log goes to the session's files. To be called by the
 * holder of its lock.
 */
export function retireHost(home: string, id: string): void {
  const paths = hostPaths(home, id);
  const session = sessionPaths(home, id).directory;
  try {
    fs.renameSync(paths.log, path.join(session, 'host.log'));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error; // no session came to be, or the log was moved before
  }
  fs.rmSync(paths.directory, { recursive: true, force: true });
}
