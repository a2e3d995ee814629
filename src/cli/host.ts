/** How commands reach the host: starting it, or explaining why a session cannot be reached. */
import { connectHost } from '../client/connect.ts';
import type { CallOptions, HostClient } from '../client/hostClient.ts';
import { explainLoss } from '../client/explain.ts';
import { hostOf } from '../client/hosts.ts';
import { waitBoundMs } from '../client/waitBound.ts';
import { checkSessionReference } from '../protocol/ids.ts';
import type { MethodName } from '../protocol/methods/table.ts';
import type { CliContext } from './context.ts';

type HostWork<T> = (client: HostClient) => Promise<T>;

/** Does `work` with the home's host, or with the one named, which is started if it does not run. */
export async function withStartedHost<T>(context: CliContext, work: HostWork<T>, hostId?: string): Promise<T> {
  const start = { entry: context.hostEntry, environment: context.environment };
  const which = hostId === undefined ? {} : { hostId };
  return useAndClose(await connectHost({ home: context.home, start, ...which }), work);
}

/** Does `work` with the host `hostId` if it runs; throws `HOST_UNREACHABLE` otherwise. */
export async function withRunningHost<T>(context: CliContext, hostId: string, work: HostWork<T>): Promise<T> {
  return useAndClose(await connectHost({ home: context.home, hostId }), work);
}

/**
 * Does `work` on a session, with the running host that serves it. When there is no such host or it does not know the session, the error tells
 * which it is: no such session, one that ended, or one whose host is gone.
 */
export async function withSession<T>(context: CliContext, reference: string, work: HostWork<T>): Promise<T> {
  checkSessionReference(reference);
  try {
    return await withRunningHost(context, hostOf(context.home, reference), work);
  } catch (error) {
    throw await explainLoss(context.home, reference, error, context.clock);
  }
}

async function useAndClose<T>(client: HostClient, work: HostWork<T>): Promise<T> {
  try {
    return await work(client);
  } finally {
    client[Symbol.dispose]();
  }
}

/** The bound of a call that waits for nothing. */
export function callBound(context: CliContext): Pick<CallOptions<MethodName>, 'timeoutMs'> {
  return context.rpcTimeoutMs === undefined ? {} : { timeoutMs: context.rpcTimeoutMs };
}

/** The bound in ms of a call that itself waits for up to `waitMs` (0: for ever); 0 for none. */
export function waitBound(context: CliContext, waitMs: number): { timeoutMs: number } {
  return { timeoutMs: waitBoundMs(waitMs, context.rpcTimeoutMs) };
}
