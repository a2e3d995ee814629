import { TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import { formatDuration } from '../durations.ts';
import { escapeLine } from '../escape.ts';
import { callBound, withRunningHost } from '../host.ts';
import { fields } from '../output.ts';
import type { hostStatusSpec } from '../specs/global.ts';

/** `host status`: how the host is; that there is none is an answer, not an error. */
export const hostStatus: Handler<typeof hostStatusSpec> = async (_input, context): Promise<CommandReply> => {
  try {
    const status = await withRunningHost(context, (client) => client.call('host.status', {}, callBound(context)));
    return {
      result: { running: true, home: context.home, ...status },
      human: () =>
        fields([
          ['host', `${status.hostId} (process ${status.pid}${status.stopping ? ', stopping' : ''})`],
          ['home', context.home],
          ['version', `${status.version} (protocol ${status.protocol})`],
          ['up', formatDuration(status.uptimeMs)],
          ['sessions', `${status.liveSessions} live, ${status.sessions} in all`],
          ['memory', `${Math.round(status.rssBytes / 1_048_576)} MiB`],
        ]),
    };
  } catch (error) {
    if (!(error instanceof TtyError) || error.code !== 'HOST_UNREACHABLE') throw error;
    return {
      result: { running: false, home: context.home },
      human: () => `no host runs for ${escapeLine(context.home)}\n`,
    };
  }
};
