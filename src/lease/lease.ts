/** A place that was taken: what its owner may do with it. */
import type { Capacity } from '../protocol/leaseOutcome.ts';
import type { Work } from './record.ts';

/** Why a lease ends; for counters. */
export type ReleaseReason = 'completed' | 'exited' | 'failed_before_send' | 'shutdown';

/** What came of a release: freed by it; freed before, or the token is another lease's; or taken away by an operator. */
export type ReleaseOutcome = 'released' | 'already' | 'not_yours' | 'lost';

/** A held place. It belongs to the work, not to whoever waits for the work: release it when the work has ended. */
export interface Lease extends AsyncDisposable {
  /** Names this lease to `release`; random. Not for logs. */
  readonly token: string;
  /** Grows with every grant under the key, and goes with what must not be done by an older holder. */
  readonly fence: bigint;
  /** Aborts when the place was taken away by an operator: the work has to stop. */
  readonly lost: AbortSignal;
  /**
   * Says what the lease is for, before the work can begin; again when it is known better. Should this process die, the place
   * stays taken until that work has ended. One write in place; does not wait. Throws when that fails: then do not begin the work.
   */
  bind(work: Work): void;
  /** Says whether anybody still waits for the work; for `lease list`. One write in place, does not wait; a failure is reported as trouble. */
  setDraining(isDraining: boolean): void;
  /** Frees the place and lets in who is next. Any number of times; only with the lease's own token. */
  release(token: string, why: ReleaseReason): Promise<ReleaseOutcome>;
  /** How full the key was right after the release; null before it, and when that could not be seen. */
  readonly after: Capacity | null;
  /** Frees the place at once, without letting anybody in: for a process that is about to end. The next in line looks soon. */
  releaseNow(): void;
}

export interface LeaseRequest {
  /** Opaque; the same key, the same places. Never shown. */
  readonly key: string;
  /** How many may hold, this one among them. */
  readonly limit: number;
  /** Directory of the leases, absolute; taken as it is. */
  readonly root: string;
  /** Monotonic moment until which to wait; in the past or absent: do not wait. Infinity: for ever. */
  readonly deadlineMs?: number | undefined;
  /** Ends the waiting. A lease that came at the same moment is freed. */
  readonly signal?: AbortSignal | undefined;
  /** Provider, as the caller named it; for operators. */
  readonly label: string;
  readonly session?: string | undefined;
  /** 0 (the default) goes before 9. */
  readonly class?: number | undefined;
  /** How many may wait at once. */
  readonly maxQueued?: number | undefined;
}

/** Facts for logs and events: counts, and nothing of who. */
export interface LeaseEvent {
  readonly kind: 'queued' | 'acquired' | 'refused' | 'released' | 'lost' | 'put_back';
  readonly provider: string;
  readonly reason: string | null;
  readonly capacity: Capacity | null;
  readonly waitedMs: number | null;
}
