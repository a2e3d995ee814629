/** The errors of runs that the host itself makes, one place for their words. */
import { TtyError } from '../../protocol/errors.ts';

/** The run was cancelled while it waited for its turn. */
export function withdrawn(runId: string): TtyError {
  return new TtyError('CANCELLED', `run ${runId} was cancelled before it was typed`, {
    details: { reason: 'withdrawn', runId },
  });
}

/** The shell did not come to its prompt in the caller's time. */
export function stillBusy(timeoutMs: number): TtyError {
  return new TtyError('SESSION_BUSY', `the shell did not come to a prompt within ${timeoutMs} ms; nothing was typed`);
}

/** The host does not know the run, or not any more. */
export function unknownRun(runId: string): TtyError {
  return new TtyError('RUN_NOT_FOUND', `the host keeps no run ${runId}`, {
    details: { runId },
    hint: 'the log may still hold it: agent-tty run output shows what it printed',
  });
}
