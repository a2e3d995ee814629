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
    ...readLogEnd(sessionPaths(home, record.sessionId).log, isServed ? undefined : record),
    ...(host === undefined ? {} : { host: { rpcSocketPath: host.socketPath, cliVersion: host.packageVersion } }),
  };
}

/** @param ended the record, when nobody writes to the log any more: only then is its end what it should be */
function readLogEnd(
  file: string,
  ended: SessionRecord | undefined,
): Pick<SessionStory, 'eventLogBytes' | 'lastEventSeq' | 'logProblem'> {
  try {
    const eventLogBytes = fs.statSync(file).size;
    try {
      const { events, trailingBytes } = readLastEvents(file);
      const lastEventSeq = events.at(-1)?.seq ?? -1;
      const logProblem = ended === undefined ? undefined : differenceFrom(ended, lastEventSeq, trailingBytes);
      return { eventLogBytes, lastEventSeq, ...(logProblem === undefined ? {} : { logProblem }) };
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      return { eventLogBytes, lastEventSeq: -1, logProblem: error.message };
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    return { eventLogBytes: 0, lastEventSeq: -1, logProblem: `${file} is missing` };
  }
}

/** The log counts, not the record; where they differ, it is said how. */
function differenceFrom(record: SessionRecord, lastEventSeq: number, trailingBytes: number): string | undefined {
  if (trailingBytes > 0)
    return `its last ${trailingBytes} bytes are no whole event; what is told ends before them, at event ${lastEventSeq}`;
  const said = record.lastEventSeq;
  if (said === undefined || said === lastEventSeq) return undefined;
  return `session.json says that it ends with event ${said}, the log ends with event ${lastEventSeq}; the log counts`;
}
