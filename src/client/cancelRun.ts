/** What a cancel finds where no host can cancel anything: a run that is over is told from the log. */
import { TtyError } from '../protocol/errors.ts';
import { parseRunId } from '../protocol/ids.ts';
import type { CancelResult } from '../protocol/methods/cancel.ts';
import { resultFromLog } from './runResult.ts';

/** Answers after which the log is asked. */
const HOST_CANNOT_TELL: ReadonlySet<string> = new Set([
  'HOST_UNREACHABLE',
  'SESSION_NOT_FOUND',
  'SESSION_NOT_RUNNING',
  'RUN_NOT_FOUND',
]);

/**
 * Makes the call; when its host is gone or has forgotten the run, says how the run ended long ago.
 *
 * @throws TtyError what `call` threw when the log does not know better, `RUN_NOT_FOUND`
 */
export async function cancelOrTell(
  home: string,
  runId: string,
  call: () => Promise<CancelResult>,
): Promise<CancelResult> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TtyError) || !HOST_CANNOT_TELL.has(error.code)) throw error;
    const result = await resultFromLog(home, runId);
    if (result === undefined) throw error;
    const { sessionId } = parseRunId(runId);
    const nothing = { step: 'none', signalled: 0, survivors: 0, unclear: 0, durationMs: 0 } as const;
    return { runId, sessionId, cancelled: false, alreadyEnded: true, outcome: result.outcome, ...nothing, result };
  }
}
