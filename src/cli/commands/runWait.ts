import { parseRunId } from '../../protocol/ids.ts';
import { DEFAULT_RUN_TIMEOUT_MS } from '../../protocol/limits.ts';
import type { RunResult } from '../../protocol/methods/common.ts';
import type { RunNote } from '../../protocol/methods/run.ts';
import type { CommandReply, Handler } from '../command.ts';
import { hostOf } from '../../client/hosts.ts';
import { waitBound, withRunningHost } from '../host.ts';
import { runReply, waitForRun } from '../runStream.ts';
import type { runWaitSpec } from '../specs/run.ts';

/** `run wait`: the end of a run, from its host, or from the log when no host serves its session. */
export const runWait: Handler<typeof runWaitSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [runId = ''] = positionals;
  const { sessionId } = parseRunId(runId);
  const timeoutMs = options.timeout ?? DEFAULT_RUN_TIMEOUT_MS;
  const maxOutput = options['max-output'];
  const params = {
    run: runId,
    timeoutMs,
    progress: !context.json,
    untilInput: options['until-input'] === true,
    ...(maxOutput === undefined ? {} : { maxOutputBytes: maxOutput }),
  };
  const stop = new AbortController();
  context.stdout.onClose(() => stop.abort());
  const call = (onNote: (note: RunNote) => void): Promise<RunResult> =>
    withRunningHost(context, hostOf(context.home, sessionId), (client) =>
      client.call('run.wait', params, { onNote, signal: stop.signal, ...waitBound(context, timeoutMs) }),
    );
  const result = await waitForRun(context, call, { runId, maxOutputBytes: maxOutput, ansi: options.ansi });
  return runReply(context, result, options['propagate-exit'] === true);
};
