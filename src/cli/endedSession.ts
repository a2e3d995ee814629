/** What can be said of a session that has ended: its last screen, from the log. */
import { type ReplayCondition, replayMatch, replaySnapshot } from '../artifacts/replaySnapshot.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { SnapshotResult, WaitParams, WaitResult } from '../protocol/methods/screen.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { effectiveStatus, findSession } from '../store/sessions.ts';
import type { CliContext } from './context.ts';

/** The record of an ended session; rethrows `failure` for one that lives, is unknown, or failed for another reason. */
function endedRecord(context: CliContext, reference: string, failure: unknown): SessionRecord {
  if (!(failure instanceof TtyError)) throw failure;
  if (failure.code !== 'SESSION_NOT_RUNNING' && failure.code !== 'HOST_UNREACHABLE') throw failure;
  const record = findSession(context.home, reference);
  const { status } = effectiveStatus(record);
  if (status === 'running' || status === 'exiting' || status === 'destroying') throw failure;
  return record;
}

/** The last screen of an ended session; `failure` is why the host could not tell it. */
export async function snapshotOfEnded(
  context: CliContext,
  reference: string,
  includeScrollback: boolean,
  failure: unknown,
): Promise<Pick<SnapshotResult, 'sessionId'> & { screen: Awaited<ReturnType<typeof replaySnapshot>> }> {
  const { sessionId } = endedRecord(context, reference, failure);
  return { sessionId, screen: await replaySnapshot(sessionPaths(context.home, sessionId).log, { includeScrollback }) };
}

/** A wait on an ended session: its screen rests for ever, so the answer is there at once. */
export async function waitOnEnded(
  context: CliContext,
  reference: string,
  condition: WaitParams['condition'],
  failure: unknown,
): Promise<WaitResult> {
  const { sessionId, exitCode } = endedRecord(context, reference, failure);
  const base = { sessionId, timedOut: false, sessionExited: true, exitCode, durationMs: 0 };
  if (condition.kind !== 'text' && condition.kind !== 'regex') return { ...base, matched: true };
  return { ...base, ...(await matchLastScreen(sessionPaths(context.home, sessionId).log, condition)) };
}

async function matchLastScreen(
  file: string,
  condition: ReplayCondition,
): Promise<Partial<WaitResult> & { matched: boolean }> {
  const { screen, matchedText } = await replayMatch(file, condition);
  return {
    matched: matchedText !== undefined,
    ...(matchedText === undefined ? {} : { matchedText }),
    cursorRow: screen.cursorRow,
    cursorCol: screen.cursorCol,
    capturedAtSeq: screen.capturedAtSeq,
    screenHash: screen.screenHash,
  };
}
