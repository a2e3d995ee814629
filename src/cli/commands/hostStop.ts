import { type ProcessIdentity, signalIdentity } from '../../base/processIdentity.ts';
import { dedicatedHostIds } from '../../client/hosts.ts';
import { untilGone } from '../../client/untilGone.ts';
import { TtyError } from '../../protocol/errors.ts';
import { MAIN_HOST_ID } from '../../protocol/homeLayout.ts';
import { readHostRecord } from '../../store/hostRecord.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { waitBound, withRunningHost } from '../host.ts';
import type { hostStopSpec } from '../specs/global.ts';

/** How long ending the sessions may take before the host counts as silent. */
const ENDING_MS = 10_000;

interface Stopped {
  readonly hostId: string;
  /** Null when it could not be asked. */
  readonly endedSessions: number | null;
}

/** `host stop`: returns when the process of the host is gone; with `--all` of every host of the home. */
export const hostStop: Handler<typeof hostStopSpec> = async ({ options }, context): Promise<CommandReply> => {
  const force = options.force === true;
  const ids = [MAIN_HOST_ID, ...(options.all === true ? dedicatedHostIds(context.home) : [])];
  const outcomes = await Promise.allSettled(ids.map((hostId) => stop(context, hostId, force)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const hosts = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []));
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

/** `undefined` when there was none. */
async function stop(context: CliContext, hostId: string, force: boolean): Promise<Stopped | undefined> {
  const record = readHostRecord(context.home, hostId);
  try {
    const { endedSessions } = await withRunningHost(context, hostId, (client) =>
      client.call('host.stop', { force }, waitBound(context, ENDING_MS)),
    );
    if (record !== undefined) await untilGone(record.identity, context.clock);
    return { hostId, endedSessions };
  } catch (error) {
    if (!(error instanceof TtyError)) throw error;
    if (error.code === 'PROTOCOL_VERSION_MISMATCH' && force && record !== undefined)
      return stopBySignal(hostId, record.identity, context, error);
    if (error.code !== 'HOST_UNREACHABLE') throw error;
    return undefined;
  }
}

/** A host of another version cannot be asked; the signal lets it end its sessions and go in order all the same. */
async function stopBySignal(
  hostId: string,
  identity: ProcessIdentity,
  context: CliContext,
  refusal: TtyError,
): Promise<Stopped> {
  if (!signalIdentity(identity, 'SIGTERM')) throw refusal;
  await untilGone(identity, context.clock);
  return { hostId, endedSessions: null };
}
