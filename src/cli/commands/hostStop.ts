import { type ProcessIdentity, signalIdentity } from '../../base/processIdentity.ts';
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

/** `host stop`: returns when the host's process is gone. */
export const hostStop: Handler<typeof hostStopSpec> = async ({ options }, context): Promise<CommandReply> => {
  const record = readHostRecord(context.home, MAIN_HOST_ID);
  try {
    const params = { force: options.force === true };
    const reply = await withRunningHost(context, (client) =>
      client.call('host.stop', params, waitBound(context, ENDING_MS)),
    );
    if (record !== undefined) await untilGone(record.identity, context.clock);
    return {
      result: { ...reply, stopped: true },
      human: () => `stopped the host${reply.endedSessions === 0 ? '' : `, ended ${reply.endedSessions} sessions`}\n`,
    };
  } catch (error) {
    if (!(error instanceof TtyError)) throw error;
    if (error.code === 'PROTOCOL_VERSION_MISMATCH' && options.force === true && record !== undefined)
      return stopBySignal(record.identity, context, error);
    if (error.code !== 'HOST_UNREACHABLE') throw error;
    return { result: { stopping: false, stopped: false, endedSessions: 0 }, human: () => 'no host runs\n' };
  }
};

/** A host of another version cannot be asked; the signal lets it end its sessions and go in order all the same. */
async function stopBySignal(identity: ProcessIdentity, context: CliContext, refusal: TtyError): Promise<CommandReply> {
  if (!signalIdentity(identity, 'SIGTERM')) throw refusal;
  await untilGone(identity, context.clock);
  return {
    result: { stopping: true, stopped: true, endedSessions: null },
    human: () => 'stopped the host, which was of another version, and its sessions\n',
  };
}
