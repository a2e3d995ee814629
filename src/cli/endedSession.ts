/** What can be said of a session that has ended: its last screen, from the log. */
import { replayMatch, replaySnapshot } from '../artifacts/replaySnapshot.ts';
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

/** The last screen of an ended session, or one that does not fit a reply; `failure` is why the host could not tell it. */
export async function snapshotOfEnded(
  context: CliContext,
  reference: string,
  options: { readonly includeScrollback: boolean; readonly includeCells: boolean },
  failure: unknown,
): Promise<SnapshotResult> {
  const { sessionId } = endedRecord(context, reference, failure);
  return { sessionId, screen: await replaySnapshot(sessionPaths(context.home, sessionId).log, options) };
}

/** A wait on an ended session: its screen rests for ever, so the answer is there at once. */
export async function waitOnEnded(
  context: CliContext,
  reference: string,
  { condition, afterSeq }: Pick<WaitParams, 'condition' | 'afterSeq'>,
  failure: unknown,
): Promise<WaitResult> {
  const { sessionId, exitCode } = endedRecord(context, reference, failure);
  const base = { sessionId, timedOut: false, sessionExited: true, exitCode, durationMs: 0 };
  if (condition.kind === 'prompt') return { ...base, matched: false };
  if (condition.kind === 'exit' || condition.kind === 'idle') return { ...base, matched: true };
  const { screen, held } = await replayMatch(sessionPaths(context.home, sessionId).log, condition, afterSeq);
  const { cursorRow, cursorCol, capturedAtSeq, screenHash } = screen;
  return { ...base, matched: held !== undefined, ...held, cursorRow, cursorCol, capturedAtSeq, screenHash };
}
