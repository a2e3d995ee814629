import { checkSessionReference } from '../../protocol/ids.ts';
import type { CommandReply, Handler } from '../command.ts';
import { formatDuration } from '../durations.ts';
import { table } from '../output.ts';
import { describeRunState, readRunViews } from '../runViews.ts';
import type { runListSpec } from '../specs/run.ts';

/** `run list`: the runs of a session, oldest first. */
export const runList: Handler<typeof runListSpec> = async ({ positionals }, context): Promise<CommandReply> => {
  const [session = ''] = positionals;
  checkSessionReference(session);
  const result = await readRunViews(context, session);
  return {
    result,
    human: () => {
      if (result.runs.length === 0) return 'no runs\n';
      const rows = result.runs.map((run) => [
        run.runId,
        describeRunState(run),
        run.durationMs === null ? '-' : formatDuration(run.durationMs),
        run.command,
      ]);
      return table([['RUN', 'STATE', 'DURATION', 'COMMAND'], ...rows]);
    },
  };
};
