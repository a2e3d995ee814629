import { pickRun } from '../../client/runResult.ts';
import { parseRunId } from '../../protocol/ids.ts';
import type { CommandReply, Handler } from '../command.ts';
import { formatDuration } from '../durations.ts';
import { describeBlock } from '../inputBlocks.ts';
import { fields } from '../output.ts';
import { describeRunState, readRunViews } from '../runViews.ts';
import type { runStatusSpec } from '../specs/run.ts';

/** `run status`: how far a run is. */
export const runStatus: Handler<typeof runStatusSpec> = async ({ positionals }, context): Promise<CommandReply> => {
  const [runId = ''] = positionals;
  const { sessionId } = parseRunId(runId);
  const { runs } = await readRunViews(context, sessionId);
  const run = pickRun(runs, runId);
  return {
    result: run,
    human: () =>
      fields([
        ['run', run.runId],
        ['command', run.command],
        ['state', describeRunState(run)],
        ['waits for', describeBlock(run.blockedOn)],
        ['duration', run.durationMs === null ? undefined : formatDuration(run.durationMs)],
        ['evidence', run.evidence.length === 0 ? undefined : `${run.evidence.join(', ')} (${run.confidence})`],
        ['events', run.seq === null ? undefined : `${run.seq} to ${run.toSeq ?? '...'}`],
      ]),
  };
};
