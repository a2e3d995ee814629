/** What a dead host of the same home and id left: its logs are put in order, its processes ended, its sessions closed. */
import fs from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { LogAppender } from '../../eventlog/appender.ts';
import { recoverLog, type Recovery } from '../../eventlog/recover.ts';
import { sessionPaths } from '../../protocol/homeLayout.ts';
import type { SessionRecord } from '../../protocol/sessionRecord.ts';
import { writeSessionRecord } from '../../store/manifest.ts';
import { listSessionRecords } from '../../store/sessions.ts';
import type { NameClaims } from './nameClaims.ts';
import { endTree, type TreeEnd } from './processTree.ts';

export interface RecoveryOptions {
  readonly home: string;
  /** The host that is dead. */
  readonly hostId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gets the names of the sessions back. */
  readonly claims: NameClaims;
}

/**
 * Closes every session that a dead host left open. The caller holds the home lock, so no host lives that could own one.
 * One session that cannot be recovered is logged and does not hold up the others. Returns how many were closed.
 */
export async function recoverSessions({ home, hostId, clock, logger, claims }: RecoveryOptions): Promise<number> {
  const orphans = listSessionRecords(home).flatMap((entry) => {
    if ('problem' in entry) {
      logger.log('warn', 'recovery', 'a session cannot be read', {
        sessionId: entry.sessionId,
        problem: entry.problem,
      });
      return [];
    }
    return entry.hostId === hostId && isOpen(entry) ? [entry] : [];
  });
  const closed = await Promise.all(
    orphans.map(async (record) => {
      try {
        await closeOrphan(home, record, clock);
        if (record.name !== undefined) await claims.release(record.name, record.sessionId);
        return 1;
      } catch (error) {
        logger.log('error', 'recovery', 'a session could not be closed', {
          sessionId: record.sessionId,
          ...errorFields(error),
        });
        return 0;
      }
    }),
  );
  return closed.reduce<number>((sum, one) => sum + one, 0);
}

function isOpen(record: SessionRecord): boolean {
  return record.status === 'running' || record.status === 'exiting' || record.status === 'destroying';
}

async function closeOrphan(home: string, record: SessionRecord, clock: Clock): Promise<void> {
  const { sessionId } = record;
  const paths = sessionPaths(home, sessionId);
  const tree = await endTree({ mark: sessionId, child: record.childIdentity }, clock);
  const recovery = fs.existsSync(paths.log) ? recoverLog(paths.log, sessionId) : undefined;
  // A log without its first event says nothing any more: what was cut lies beside it, and nothing is appended.
  const isEmpty = recovery?.lastEvent === undefined;
  const end = isEmpty ? { lastSeq: -1, bytes: 0 } : await appendLoss(paths.log, record, recovery, tree, clock);
  fs.rmSync(paths.scratch, { recursive: true, force: true });
  const now = new Date(clock.wallMs()).toISOString();
  writeSessionRecord(paths.manifest, {
    ...record,
    status: 'failed',
    failureReason: isEmpty ? 'storage-corruption' : 'host-death',
    failureOrigin: 'host',
    hostPid: null,
    childPid: null,
    updatedAt: now,
    endedAt: now,
    ...(isEmpty ? {} : { lastEventSeq: end.lastSeq }),
    eventCount: end.lastSeq + 1,
    logBytes: end.bytes,
  });
}

/** Goes on with the log where the dead host left it, and says what happened. */
async function appendLoss(
  file: string,
  record: SessionRecord,
  recovery: Recovery,
  tree: TreeEnd,
  clock: Clock,
): Promise<{ lastSeq: number; bytes: number }> {
  const appender = LogAppender.reopen(file, { sessionId: record.sessionId, clock });
  try {
    const { cutBytes, keptIn } = recovery;
    if (cutBytes > 0) appender.append([{ type: 'recovered', payload: { cutBytes, keptIn } }]);
    const payload = { hostPid: record.hostPid ?? 0, survivorsEnded: tree.found - tree.survivors };
    appender.append([{ type: 'host_lost', payload }]);
    return { lastSeq: appender.lastSeq, bytes: appender.offsetBytes };
  } finally {
    await appender.close();
  }
}
