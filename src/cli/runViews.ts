/** Runs as they stand, from the host while it serves the session, else from the log. */
import { runsFromLog } from '../client/runResult.ts';
import { hostOf } from '../client/hosts.ts';
import { TtyError } from '../protocol/errors.ts';
import type { RunView } from '../protocol/methods/common.ts';
import type { CliContext } from './context.ts';
import { callBound, withRunningHost } from './host.ts';

/** @throws TtyError `SESSION_NOT_FOUND`, `INVALID_SESSION_ID` */
export async function readRunViews(
  context: CliContext,
  session: string,
): Promise<{ sessionId: string; runs: readonly RunView[] }> {
  try {
    return await withRunningHost(context, hostOf(context.home, session), (client) =>
      client.call('run.list', { session }, callBound(context)),
    );
  } catch (error) {
    if (!(error instanceof TtyError) || (error.code !== 'HOST_UNREACHABLE' && error.code !== 'SESSION_NOT_FOUND'))
      throw error;
    return runsFromLog(context.home, session);
  }
}

/** `finished (0)`, `started`, ... */
export function describeRunState(run: RunView): string {
  if (run.lease?.state === 'waiting') return `${run.state}, waits for a place at ${run.lease.provider}`;
  if (run.outcome === null) return run.blockedOn ? `${run.state}, waits for input` : run.state;
  if (run.signal !== null) return `${run.outcome} (${run.signal})`;
  return run.exitCode === null ? run.outcome : `${run.outcome} (${run.exitCode})`;
}
