import { type HolderView, holdersOf } from '../../lease/inspect.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { Capacity } from '../../protocol/leaseOutcome.ts';
import type { CommandReply, Handler } from '../command.ts';
import { formatDuration } from '../durations.ts';
import { capacityAt, leaseParts, usableProviders } from '../leases.ts';
import { table } from '../output.ts';
import type { leaseListSpec } from '../specs/lease.ts';

interface Row extends Capacity {
  readonly provider: string;
  readonly overdue: number;
  /** Holders for whose work nobody waits any more; counted in `active`. */
  readonly draining: number;
}

/** `lease list`: counts of each provider; with `--holders` who holds, for the eyes of the operator only. */
export const leaseList: Handler<typeof leaseListSpec> = async ({ options }, context): Promise<CommandReply> => {
  if (options.holders === true && context.json) {
    throw new TtyError('INVALID_INPUT', '--holders is for people and cannot be given with --json', {
      details: { reason: 'usage', option: '--holders' },
    });
  }
  const parts = leaseParts(context);
  const rows: Row[] = [];
  const holders: HolderView[] = [];
  for (const admission of usableProviders(parts, options.provider)) {
    const capacity = await capacityAt(parts, admission);
    const { disk, view } = parts;
    const views = disk === null ? [] : holdersOf(disk, admission.root, admission.key, view, context.clock);
    const overdue = views.filter(({ heldMs }) => heldMs !== null && heldMs > admission.maxHoldMs).length;
    const draining = views.filter((holder) => holder.draining).length;
    rows.push({ provider: admission.label, ...capacity, overdue, draining });
    if (options.holders === true) holders.push(...views);
  }
  return {
    result: { providers: rows },
    human: () => describeRows(rows) + (options.holders === true ? describeHolders(holders) : ''),
  };
};

function describeRows(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no provider is set up here\n';
  const cells = rows.map(({ provider, active, limit, queued, overdue, draining }) => [
    provider,
    `${active} of ${limit}`,
    String(queued),
    String(overdue),
    String(draining),
  ]);
  return table([['PROVIDER', 'TAKEN', 'WAITING', 'OVERDUE', 'DRAINING'], ...cells]);
}

function describeHolders(holders: readonly HolderView[]): string {
  if (holders.length === 0) return '\nnobody holds\n';
  const cells = holders.map(({ ref, provider, state, pid, host, session, heldMs, work }) => [
    ref,
    provider,
    state,
    pid === null ? '-' : String(pid),
    host ?? '-',
    session ?? '-',
    heldMs === null ? '-' : formatDuration(heldMs),
    work === null ? '-' : `${work.kind} ${work.id}`,
  ]);
  return `\n${table([['REF', 'PROVIDER', 'STATE', 'PID', 'HOST', 'SESSION', 'HELD', 'WORK'], ...cells])}`;
}
