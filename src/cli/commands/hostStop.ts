import type { CommandReply, Handler } from '../command.ts';
import type { hostStopSpec } from '../specs/global.ts';
import { stopHosts } from '../stopHosts.ts';

/** `host stop`: returns when the process of the host is gone; with `--all` of every host of the home. */
export const hostStop: Handler<typeof hostStopSpec> = async ({ options }, context): Promise<CommandReply> => {
  const hosts = await stopHosts(context, { all: options.all === true, force: options.force === true });
  const endedSessions = hosts.reduce((sum, host) => sum + (host.endedSessions ?? 0), 0);
  const isAny = hosts.length > 0;
  const result = { stopping: isAny, stopped: isAny, endedSessions };
  const which = hosts.length > 1 ? `${hosts.length} hosts` : 'the host';
  return {
    result: options.all === true ? { ...result, hosts } : result,
    human: () =>
      isAny ? `stopped ${which}${endedSessions === 0 ? '' : `, ended ${endedSessions} sessions`}\n` : 'no host runs\n',
  };
};
