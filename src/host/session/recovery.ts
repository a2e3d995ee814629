/** What a dead host of the same home and id left: its logs are put in order, its processes ended, its sessions closed. */
import fs from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { LogAppender } from '../../eventlog/appender.ts';
import { recoverLog, type Recovery } from '../../eventlog/recover.ts';
import { readLastEvents } from '../../eventlog/tail.ts';
import type { LogEvent } from '../../protocol/events.ts';
import { sessionPaths } from '../../protocol/homeLayout.ts';
import type { SessionRecord } from '../../protocol/sessionRecord.ts';
import { writeSessionRecord } from '../../store/manifest.ts';
import { type BrokenSession, listSessionRecords } from '../../store/sessions.ts';
import type { NameClaims } from './nameClaims.ts';
import { endTree, type TreeEnd } from './processTree.ts';
import { rebuildRecord, removeLeftovers } from './rebuildRecord.ts';

/** Few events can follow the one that ends a session. */
const LAST_EVENTS = 8;

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
    const record = 'problem' in entry ? rebuilt(home, entry, hostId, logger) : entry;
    return record?.hostId === hostId && isOpen(record) ? [record] : [];
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

/** A new record for a session without a readable one; `undefined` when none can be made. */
function rebuilt(home: string, entry: BrokenSession, hostId: string, logger: Logger): SessionRecord | undefined {
  const { sessionId, problem } = entry;
  try {
    const record = rebuildRecord(home, sessionId, hostId);
    const what = record === undefined ? 'a session cannot be read' : 'a record was rebuilt from the log';
    logger.log('warn', 'recovery', what, { sessionId, problem });
    return record;
  } catch (error) {
    logger.log('error', 'recovery', 'a session cannot be read', { sessionId, problem, ...errorFields(error) });
    return undefined;
  }
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
  const ending = isEmpty ? undefined : endingIn(paths.log);
  const end = isEmpty
    ? { lastSeq: -1, bytes: 0 }
    : await appendLoss(paths.log, record, { recovery, tree, isEnded: ending !== undefined }, clock);
  fs.rmSync(paths.scratch, { recursive: true, force: true });
  removeLeftovers(home, sessionId);
  const now = new Date(clock.wallMs()).toISOString();
  const failure = { status: 'failed', failureReason: isEmpty ? 'storage-corruption' : 'host-death' } as const;
  writeSessionRecord(paths.manifest, {
    ...record,
    ...(ending?.type === 'exit' ? exitOf(ending) : { ...failure, failureOrigin: 'host' }),
    hostPid: null,
    childPid: null,
    updatedAt: now,
    endedAt: ending?.ts ?? now,
    ...(isEmpty ? {} : { lastEventSeq: end.lastSeq }),
    eventCount: end.lastSeq + 1,
    logBytes: end.bytes,
  });
}

/** How the log says that the session ended, when the record of it was not written any more. */
function endingIn(file: string): LogEvent | undefined {
  return readLastEvents(file, LAST_EVENTS).events.findLast(({ type }) => type === 'exit' || type === 'host_lost');
}

function exitOf({ payload }: LogEvent): Pick<SessionRecord, 'status' | 'exitCode' | 'exitSignal'> {
  const { exitCode, exitSignal } = payload;
  return {
    status: 'exited',
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    exitSignal: typeof exitSignal === 'string' ? exitSignal : null,
  };
}

/** Goes on with the log where the dead host left it, and says what happened. */
async function appendLoss(
  file: string,
  record: SessionRecord,
  found: { readonly recovery: Recovery; readonly tree: TreeEnd; readonly isEnded: boolean },
  clock: Clock,
): Promise<{ lastSeq: number; bytes: number }> {
  const appender = LogAppender.reopen(file, { sessionId: record.sessionId, clock });
  try {
    const { recovery, tree, isEnded } = found;
    const { cutBytes, keptIn } = recovery;
    if (cutBytes > 0) appender.append([{ type: 'recovered', payload: { cutBytes, keptIn } }]);
    const payload = { hostPid: record.hostPid ?? 0, survivorsEnded: tree.found - tree.survivors };
    if (!isEnded) appender.append([{ type: 'host_lost', payload }]);
    return { lastSeq: appender.lastSeq, bytes: appender.offsetBytes };
  } finally {
    await appender.close();
  }
}
