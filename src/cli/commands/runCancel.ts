import { cancelOrTell } from '../../client/cancelRun.ts';
import { hostOf } from '../../client/hosts.ts';
import { waitBoundMs } from '../../client/waitBound.ts';
import { parseRunId } from '../../protocol/ids.ts';
import { DEFAULT_CANCEL_GRACE_MS } from '../../protocol/limits.ts';
import type { CancelResult } from '../../protocol/methods/cancel.ts';
import type { CommandReply, Handler } from '../command.ts';
import { EXIT_NOT_CANCELLED } from '../exitCodes.ts';
import { withRunningHost } from '../host.ts';
import type { runCancelSpec } from '../specs/cancel.ts';

/** Steps of the ladder, each with its grace. */
const STEPS = 3;

/** `run cancel`: ends a run and its processes. */
export const runCancel: Handler<typeof runCancelSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [runId = ''] = positionals;
  const { sessionId } = parseRunId(runId);
  const graceMs = options.grace ?? DEFAULT_CANCEL_GRACE_MS;
  const timeoutMs = waitBoundMs(STEPS * graceMs, context.rpcTimeoutMs);
  const result = await cancelOrTell(context.home, runId, () =>
    withRunningHost(context, hostOf(context.home, sessionId), (client) =>
      client.call('run.cancel', { run: runId, graceMs }, { timeoutMs }),
    ),
  );
  const isGone = (result.cancelled || result.alreadyEnded) && result.survivors === 0;
  return { result, human: () => `${describe(result)}\n`, exitCode: isGone ? 0 : EXIT_NOT_CANCELLED };
};

const DONE = {
  none: 'nothing could be done',
  withdrawn: 'withdrawn before it was typed',
  interrupt: 'ended by interrupt',
  terminate: 'ended by TERM',
  kill: 'ended by KILL',
} as const;

function describe({ alreadyEnded, outcome, step, survivors, unclear, cancelled, result }: CancelResult): string {
  const code = result?.exitCode === null || result === null ? '' : ` (${result.exitCode})`;
  const how = outcome === null ? '' : `: ${outcome}${code}`;
  if (alreadyEnded) return `already over${how}`;
  const first = cancelled ? `${DONE[step]}${how}` : 'the run goes on';
  const parts = [first, survivors === 0 ? undefined : `${count(survivors)} of it left`];
  if (unclear > 0) parts.push(`${count(unclear)} left alone that may be of an earlier job`);
  return parts.filter((part) => part !== undefined).join('; ');
}

function count(processes: number): string {
  return processes === 1 ? '1 process' : `${processes} processes`;
}
