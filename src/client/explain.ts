/** Why a session cannot be reached, told from its record: no such session, ended, or its host is gone. */
import { type Clock, delay } from '../base/clock.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import { HOST_BUG, HOST_DEATH, type SessionRecord } from '../protocol/sessionRecord.ts';
import { effectiveStatus, findSession } from '../store/sessions.ts';

/**
 * A better error than `failure` where the store of `home` knows one, `failure` itself otherwise. Only a host that is missing
 * or does not know the session is looked into.
 */
export function explainUnreachable(home: string, reference: string, failure: unknown): unknown {
  if (!(failure instanceof TtyError)) return failure;
  if (failure.code !== 'HOST_UNREACHABLE' && failure.code !== 'SESSION_NOT_FOUND') return failure;
  let record: SessionRecord;
  try {
    record = findSession(home, reference);
  } catch (error) {
    return error;
  }
  const { status, failureReason } = effectiveStatus(record);
  if (status === 'running' || status === 'exiting' || status === 'destroying') return failure;
  const details = { session: reference, sessionId: record.sessionId, status };
  if (failureReason === HOST_DEATH || failureReason === HOST_BUG) {
    const how = failureReason === HOST_BUG ? 'met a bug of its own' : 'died';
    return new TtyError('HOST_UNREACHABLE', `the host of session ${quote(reference)} ${how}`, {
      details: { ...details, failureReason },
      hint: `agent-tty inspect ${record.sessionId} shows what is left of it`,
      cause: failure,
    });
  }
  return new TtyError('SESSION_NOT_RUNNING', `session ${quote(reference)} ${howItEnded(record)}`, {
    details,
    cause: failure,
  });
}

/** A host that died is closed by the system piece by piece: its connections first, its process a moment later. */
const DYING_MS = 1_000;
const LOOK_MS = 10;

/** As {@link explainUnreachable}, for a call whose connection broke just now: waits until a host that dies is dead. */
export async function explainLoss(home: string, reference: string, failure: unknown, clock: Clock): Promise<unknown> {
  if (!(failure instanceof TtyError) || failure.code !== 'HOST_UNREACHABLE') {
    return explainUnreachable(home, reference, failure);
  }
  const deadlineMs = clock.nowMs() + DYING_MS;
  for (;;) {
    const reason = explainUnreachable(home, reference, failure);
    if (reason !== failure || clock.nowMs() >= deadlineMs) return reason;
    await delay(clock, LOOK_MS);
  }
}

/** `ended at <time> with exit code 1`, from a record that is not live any more. */
export function howItEnded(record: SessionRecord): string {
  const at = record.endedAt ?? record.updatedAt;
  if (record.status === 'destroyed') return `was destroyed at ${at}`;
  if (record.exitSignal !== null) return `was ended by ${record.exitSignal} at ${at}`;
  return record.exitCode === null ? `ended at ${at}` : `ended at ${at} with exit code ${record.exitCode}`;
}
