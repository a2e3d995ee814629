import { dedicatedHostIds } from '../../client/hosts.ts';
import { TtyError } from '../../protocol/errors.ts';
import { MAIN_HOST_ID } from '../../protocol/homeLayout.ts';
import type { HostStatus } from '../../protocol/methods/host.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatDuration } from '../durations.ts';
import { escapeLine } from '../escape.ts';
import { callBound, withRunningHost } from '../host.ts';
import { fields } from '../output.ts';
import type { hostStatusSpec } from '../specs/global.ts';

/** `host status`: how the host is, with `--all` all hosts of the home; that there is none is an answer, not an error. */
export const hostStatus: Handler<typeof hostStatusSpec> = async ({ options }, context): Promise<CommandReply> => {
  const { home } = context;
  const main = await statusOf(context, MAIN_HOST_ID);
  const dedicated = dedicatedHostIds(home);
  const none = `no host runs for ${escapeLine(home)}\n`;
  if (options.all === true) {
    const others = await Promise.all(dedicated.map((id) => statusOf(context, id)));
    const hosts = [main, ...others].filter((status) => status !== undefined);
    return {
      result: { home, hosts: hosts.map((status) => ({ running: true, ...status })) },
      human: () => (hosts.length === 0 ? none : hosts.map((status) => describe(home, status)).join('\n')),
    };
  }
  const dedicatedHosts = dedicated.length;
  if (main === undefined) return { result: { running: false, home, dedicatedHosts }, human: () => none };
  return { result: { running: true, home, ...main, dedicatedHosts }, human: () => describe(home, main) };
};

/** `undefined` for a host that does not run. */
async function statusOf(context: CliContext, hostId: string): Promise<HostStatus | undefined> {
  try {
    return await withRunningHost(context, hostId, (client) => client.call('host.status', {}, callBound(context)));
  } catch (error) {
    if (error instanceof TtyError && error.code === 'HOST_UNREACHABLE') return undefined;
    throw error;
  }
}

function describe(home: string, status: HostStatus): string {
  return fields([
    ['host', `${status.hostId} (process ${status.pid}${status.stopping ? ', stopping' : ''})`],
    ['home', escapeLine(home)],
    ['version', `${status.version} (protocol ${status.protocol})`],
    ['up', formatDuration(status.uptimeMs)],
    ['sessions', `${status.liveSessions} live, ${status.sessions} in all`],
    ['memory', `${Math.round(status.rssBytes / 1_048_576)} MiB`],
  ]);
}
