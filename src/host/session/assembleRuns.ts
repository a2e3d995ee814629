/** Wires what concerns the runs of a session: how they are typed, ended, and hold places at providers. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { SessionPaths } from '../../protocol/homeLayout.ts';
import { DEFAULT_CANCEL_GRACE_MS } from '../../protocol/limits.ts';
import { type CancelParts, RunCancels } from './cancelRun.ts';
import { type LeasePort, workplaceOf } from './leasePort.ts';
import { RunLeases } from './runLeases.ts';
import { type RunsParts, SessionRuns } from './runs.ts';
import type { SessionParams } from './sessionParams.ts';

export interface RunsOptions {
  readonly id: string;
  readonly params: SessionParams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly paths: SessionPaths;
  readonly leases: LeasePort;
}

type FromElsewhere = 'clock' | 'leases' | 'provider' | 'log' | 'scratch' | 'ended';

/** The parts of a session on which its runs work. */
export type RunSurroundings = Omit<RunsParts, FromElsewhere> & Omit<CancelParts, 'clock' | 'sessionId' | 'runs'>;

export function assembleRuns(
  options: RunsOptions,
  { ended }: Pick<RunsParts, 'ended'>,
  parts: RunSurroundings,
): { readonly runs: SessionRuns; readonly cancels: RunCancels } {
  const { id, clock, params, paths } = options;
  const leases: RunLeases = openLeases(options, ended, parts, (runId) =>
    cancels.cancel(runId, { graceMs: DEFAULT_CANCEL_GRACE_MS, maxOutputBytes: 0 }),
  );
  const { provider } = params;
  const runs = new SessionRuns({ ...parts, ...paths, clock, leases, provider, ended });
  const cancels: RunCancels = new RunCancels({ ...parts, clock, sessionId: id, runs });
  return { runs, cancels };
}

function openLeases(
  { id, clock, logger, params, leases }: RunsOptions,
  ended: AbortSignal,
  { coordinator, journal, pty }: Pick<RunSurroundings, 'coordinator' | 'journal' | 'pty'>,
  cancel: (runId: string) => Promise<unknown>,
): RunLeases {
  return new RunLeases({
    clock,
    logger,
    coordinator,
    ended,
    sessionId: id,
    port: leases,
    workplace: () => workplaceOf(params),
    leader: pty.identity,
    append: (event) => {
      journal.enqueue(event);
      journal.flush();
    },
    cancel,
  });
}
