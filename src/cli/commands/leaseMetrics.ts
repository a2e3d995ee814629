import { countersOf, holdersOf } from '../../lease/inspect.ts';
import { openMetrics, type ProviderMetrics } from '../../lease/metrics.ts';
import type { CommandReply, Handler } from '../command.ts';
import { leaseParts, usableProviders } from '../leases.ts';
import type { leaseMetricsSpec } from '../specs/lease.ts';

/** `lease metrics`: counts and times for monitoring. */
export const leaseMetrics: Handler<typeof leaseMetricsSpec> = async (_, context): Promise<CommandReply> => {
  const parts = leaseParts(context);
  const { disk, view, engine } = parts;
  const providers: ProviderMetrics[] = [];
  for (const { label, root, key, limit, maxHoldMs } of usableProviders(parts)) {
    const capacity = await engine.counts(root, key, limit);
    const views = disk === null ? [] : holdersOf(disk, root, key, view, context.clock);
    const overdue = views.filter(({ heldMs }) => heldMs !== null && heldMs > maxHoldMs).length;
    providers.push({ provider: label, capacity, overdue, counters: countersOf(root, key) });
  }
  const isUp = disk !== null && providers.every(({ capacity }) => capacity !== null);
  const text = openMetrics(providers, isUp);
  return { result: { text }, human: () => text };
};
