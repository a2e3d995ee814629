/** Ends hosts of a home, and waits until they are gone. */
import { type ProcessIdentity, signalIdentity } from '../base/processIdentity.ts';
import { dedicatedHostIds } from '../client/hosts.ts';
import { untilGone } from '../client/untilGone.ts';
import { TtyError } from '../protocol/errors.ts';
import { MAIN_HOST_ID } from '../protocol/homeLayout.ts';
import { readHostRecord } from '../store/hostRecord.ts';
import type { CliContext } from './context.ts';
import { waitBound, withRunningHost } from './host.ts';

/** How long ending the sessions may take before the host counts as silent. */
const ENDING_MS = 10_000;

/** A host that ran and is gone. */
export interface StoppedHost {
  readonly hostId: string;
  /** Null when it could not be asked. */
  readonly endedSessions: number | null;
}

/**
 * Stops the host of the home, with `all` also those of single sessions; `force` ends their sessions first. Each is tried, whatever comes
 * of the others.
 *
 * @throws TtyError `HOST_HAS_SESSIONS`, `HOST_TIMEOUT`
 */
export async function stopHosts(
  context: CliContext,
  { all, force }: { readonly all: boolean; readonly force: boolean },
): Promise<readonly StoppedHost[]> {
  const ids = [MAIN_HOST_ID, ...(all ? dedicatedHostIds(context.home) : [])];
  const outcomes = await Promise.allSettled(ids.map((hostId) => stop(context, hostId, force)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []));
}

/** `undefined` when there was none. */
async function stop(context: CliContext, hostId: string, force: boolean): Promise<StoppedHost | undefined> {
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
): Promise<StoppedHost> {
  if (!signalIdentity(identity, 'SIGTERM')) throw refusal;
  await untilGone(identity, context.clock);
  return { hostId, endedSessions: null };
}
