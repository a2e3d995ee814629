/** What a session needs of whoever gives places at providers. The host has one for all its sessions; tests play it. */
import { type ProcessIdentity, readProcessStat } from '../../base/processIdentity.ts';
import type { Capacity } from '../../protocol/leaseOutcome.ts';
import type { SessionParams } from './sessionParams.ts';

/** Where the work of a provider is done: it decides whose places are counted. In memory only, never written or told. */
export interface Workplace {
  /** Absolute; a project's limits are looked for there. */
  readonly directory: string;
  /** Variables of the session's program, and those of ours that say where leases lie. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The processes of a run, as they are told before it begins. */
export interface PlaceWork {
  /** A process, or the terminal session that it leads. */
  readonly kind: 'process' | 'session';
  readonly id: number;
  readonly startTicks: string;
  /** What the processes of the session carry in their environment. */
  readonly mark: string;
  /** Only processes that began at this clock tick or later are of the run; all of them without it. */
  readonly since?: string;
}

/** Why a place is given back; for counters. */
export type PlaceEnd = 'completed' | 'exited' | 'failed_before_send';

/** A place that is held. Whoever got it releases it. */
export interface Place {
  readonly provider: string;
  /** How long it was waited for, ms. */
  readonly waitedMs: number;
  /** How full the provider was then, this place among them. */
  readonly capacity: Capacity;
  /** Aborts when an operator took the place away: the work has to stop. */
  readonly lost: AbortSignal;
  /** Says what the place is for, before that begins. Should the host die, it stays taken until all of that is gone. Throws when it cannot be said. */
  bind(work: PlaceWork): void;
  /** Says whether anybody still waits for the work. */
  setDraining(isDraining: boolean): void;
  /** The processes of the work that run now. */
  remains(): readonly ProcessIdentity[];
  /** Frees the place before it returns, then lets in who is next; gives how full the provider is afterwards. Never rejects; once is enough. */
  release(why: PlaceEnd): Promise<Capacity | null>;
}

/** A place that a run has, and how long it waited for places in all, ms: one that it could not use at once was given back. */
export interface HeldPlace {
  readonly place: Place;
  readonly waitedMs: number;
}

export interface PlaceRequest {
  readonly provider: string;
  readonly workplace: Workplace;
  /** Session for which it is, for operators. */
  readonly sessionId: string;
  /** How long to wait for a free place, ms; 0: do not. */
  readonly waitMs: number;
  /** Leaves the queue. A place that came at the same moment is freed. */
  readonly signal: AbortSignal;
}

export interface LeasePort {
  /**
   * How full a provider is; null when that cannot be told now. Takes nothing.
   *
   * @throws TtyError `PROVIDER_ADMISSION_FAILED` for a provider that cannot be asked for there; `INVALID_INPUT` for a faulty configuration
   */
  look(provider: string, workplace: Workplace): Promise<Capacity | null>;
  /**
   * Takes a place.
   *
   * @throws TtyError `PROVIDER_WORKLOAD_BLOCKED`, `PROVIDER_ADMISSION_FAILED`, with counts and nothing else; `INVALID_INPUT` for a
   *   faulty configuration; the signal's reason when it aborts
   */
  take(request: PlaceRequest): Promise<Place>;
}

/** Work of a session whose program is about to be started by this process. */
export function markedWork(sessionId: string): PlaceWork {
  const { pid } = process;
  return { kind: 'process', id: pid, startTicks: readProcessStat(pid)?.startTicks ?? '', mark: sessionId };
}

/** The workplace of a session that is made from `params`. */
export function workplaceOf({ cwd, environment, leaseEnvironment = '' }: SessionParams): Workplace {
  const pairs = `${environment}${leaseEnvironment}`.split('\0').filter((pair) => pair.includes('='));
  const split = (pair: string): [string, string] => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ];
  return { directory: cwd, environment: Object.fromEntries(pairs.map(split)) };
}
