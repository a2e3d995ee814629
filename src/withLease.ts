/** A place at a provider for work of the caller's own process; use it through the library's `withLease`. */
import os from 'node:os';
import type { Clock } from './base/clock.ts';
import { identify } from './base/processIdentity.ts';
import { resolveAdmission } from './lease/admission.ts';
import { LeaseEngine } from './lease/engine.ts';
import { LEASE_MARK_VARIABLE } from './lease/work.ts';
import { TtyError } from './protocol/errors.ts';
import { type Capacity, refusalError } from './protocol/leaseOutcome.ts';
import { readConfig } from './store/config.ts';
import { readProjectLimits } from './store/projectLimits.ts';

/** Which place is needed. */
export interface LeaseOptions {
  /** Name of a provider of the home. */
  readonly provider: string;
  /** How long to wait for a place, ms; 0, the default, is refused at once without one. */
  readonly waitMs?: number;
  /** Gives up the waiting; the call then rejects with `CANCELLED`. Once there is a place it changes nothing. */
  readonly signal?: AbortSignal;
}

/** A place that is held as long as the work goes on. */
export interface WorkLease {
  readonly provider: string;
  readonly waitedMs: number;
  /** How full the provider was when the place was taken. */
  readonly capacity: Capacity;
  /** Aborts when an operator took the place away: the work has to stop. */
  readonly lost: AbortSignal;
  /** For the environment of processes that the work starts: should this process die, the place is taken until they have ended too. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface LeaseSurroundings {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; a project's limits are looked for there. */
  readonly directory: string;
  readonly clock: Clock;
}

/** See the library's `withLease`. */
export async function holdWhile<T>(
  { provider, waitMs = 0, signal }: LeaseOptions,
  work: (lease: WorkLease) => T | Promise<T>,
  { home, environment, directory, clock }: LeaseSurroundings,
): Promise<T> {
  const config = readConfig(home).leases ?? {};
  const { maxHoldMs: _, ...admission } = resolveAdmission(provider, {
    config,
    environment,
    projectLimits: readProjectLimits(directory),
    systemHome: () => os.userInfo().homedir,
  });
  await using engine = new LeaseEngine({ clock, allowNetworkFs: config.allowNetworkFs === true });
  const deadline = waitMs === 0 ? {} : { deadlineMs: clock.nowMs() + waitMs };
  const outcome = await engine.acquire({ ...admission, ...deadline, signal });
  if (outcome.kind !== 'acquired') {
    if (signal?.aborted === true) throw new TtyError('CANCELLED', 'the waiting for a place was given up');
    throw refusalError(provider, outcome);
  }
  const { lease, waitedMs, capacity } = outcome;
  const { pid } = process;
  lease.bind({ kind: 'process', id: pid, startTicks: identify(pid)?.startTicks ?? '', mark: lease.token });
  try {
    const variables = { [LEASE_MARK_VARIABLE]: lease.token };
    return await work({ provider, waitedMs, capacity, lost: lease.lost, variables });
  } finally {
    await lease.release(lease.token, 'completed');
  }
}
