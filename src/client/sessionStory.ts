/** What store and log tell of one session, without asking a host. */
import fs from 'node:fs';
import { isErrno } from '../base/atomicFile.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { readLastEvents } from '../eventlog/tail.ts';
import { type EffectiveStatus, effectiveStatus, findSession } from '../store/sessions.ts';
import { readHostRecord } from '../store/hostRecord.ts';

export interface SessionStory {
  readonly record: SessionRecord;
  /** How it stands, the life of its host counted in. */
  readonly standing: EffectiveStatus;
  readonly eventLogBytes: number;
  /** `seq` of the last whole event, -1 when the log holds none. */
  readonly lastEventSeq: number;
  /** What is wrong with the end of the log, when it cannot be read. */
  readonly logProblem?: string;
  /** The host that serves the session now. */
  readonly host?: { readonly rpcSocketPath: string; readonly cliVersion: string };
}

/**
 * Looks a session up. A log that cannot be read does not hide the rest.
 *
 * @throws TtyError `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, and what reading the record throws
 */
export function readSessionStory(home: string, reference: string): SessionStory {
  const record = findSession(home, reference);
  const standing = effectiveStatus(record);
  const isServed = standing.terminationCategory === 'running';
  const host = isServed ? readHostRecord(home, record.hostId) : undefined;
  return {
    record,
    standing,
    ...readLogEnd(sessionPaths(home, record.sessionId).log),
    ...(host === undefined ? {} : { host: { rpcSocketPath: host.socketPath, cliVersion: host.packageVersion } }),
  };
}

function readLogEnd(file: string): Pick<SessionStory, 'eventLogBytes' | 'lastEventSeq' | 'logProblem'> {
  try {
    const eventLogBytes = fs.statSync(file).size;
    try {
      return { eventLogBytes, lastEventSeq: readLastEvents(file).events.at(-1)?.seq ?? -1 };
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      return { eventLogBytes, lastEventSeq: -1, logProblem: error.message };
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    return { eventLogBytes: 0, lastEventSeq: -1, logProblem: `${file} is missing` };
  }
}
