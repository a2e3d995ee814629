/** From a provider's name to a place in the host's hands: configuration, admission, engine, and what may be told of it. */
import os from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { bootId, type ProcessIdentity } from '../base/processIdentity.ts';
import { type Admission, resolveAdmission } from '../lease/admission.ts';
import { LeaseEngine } from '../lease/engine.ts';
import type { Lease } from '../lease/lease.ts';
import type { Work } from '../lease/record.ts';
import { membersOf, type ProcessView, systemView } from '../lease/work.ts';
import { type Capacity, refusalError } from '../protocol/leaseOutcome.ts';
import { readConfig } from '../store/config.ts';
import { readProjectLimits } from '../store/projectLimits.ts';
import type { Place, PlaceEnd, PlaceRequest, PlaceWork, Workplace } from './session/leasePort.ts';

export interface ProviderPlacesOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ProviderPlaces {
  readonly #options: ProviderPlacesOptions;
  readonly #view: ProcessView = systemView();
  readonly #engine: LeaseEngine;

  constructor(options: ProviderPlacesOptions) {
    const { home, clock } = options;
    this.#options = options;
    this.#engine = new LeaseEngine({
      clock,
      view: this.#view,
      allowNetworkFs: readConfig(home).leases?.allowNetworkFs === true,
      onTrouble: (what, error) => this.#trouble(what, error),
    });
  }

  /**
   * What is needed to ask for a place. Read anew each time: limits are lowered and raised while the host lives.
   *
   * @throws TtyError `PROVIDER_ADMISSION_FAILED`, `INVALID_INPUT` for a faulty configuration
   */
  #admission(provider: string, { directory, environment }: Workplace): Admission {
    return resolveAdmission(provider, {
      config: readConfig(this.#options.home).leases ?? {},
      projectLimits: readProjectLimits(directory),
      environment,
      systemHome: () => os.userInfo().homedir,
    });
  }

  /** See `LeasePort.look`. */
  look(provider: string, workplace: Workplace): Promise<Capacity | null> {
    return this.#counts(this.#admission(provider, workplace));
  }

  /** See `LeasePort.take`. */
  async take({ provider, workplace, sessionId, waitMs, signal }: PlaceRequest): Promise<Place> {
    const { maxHoldMs: _, ...admission } = this.#admission(provider, workplace);
    signal.throwIfAborted();
    const deadline = waitMs === 0 ? {} : { deadlineMs: this.#options.clock.nowMs() + waitMs };
    const outcome = await this.#engine.acquire({ ...admission, ...deadline, signal, session: sessionId });
    if (outcome.kind !== 'acquired') {
      signal.throwIfAborted();
      throw refusalError(provider, outcome);
    }
    const place = new HostPlace({
      ...outcome,
      provider,
      view: this.#view,
      onTrouble: (what, error) => this.#trouble(what, error),
    });
    if (!signal.aborted) return place;
    await place.release('failed_before_send');
    throw signal.reason;
  }

  /** Frees what is still held, for an end in order. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  /** An error of the system may name a key or a holder's file: the diary gets its code and no more. */
  #trouble(what: string, error: unknown): void {
    this.#options.logger.log('warn', 'lease', what, { code: errorCode(error) });
  }

  async #counts({ root, key, limit }: Pick<Admission, 'root' | 'key' | 'limit'>): Promise<Capacity | null> {
    try {
      return await this.#engine.counts(root, key, limit);
    } catch (error) {
      this.#trouble('a provider could not be looked at', error); // whoever takes a place there is told
      return null;
    }
  }
}

interface HostPlaceOptions {
  readonly provider: string;
  readonly lease: Lease;
  readonly waitedMs: number;
  readonly capacity: Capacity;
  readonly view: ProcessView;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** A lease without its token, key and holder: only what sessions may know. */
class HostPlace implements Place {
  readonly provider: string;
  readonly waitedMs: number;
  readonly capacity: Capacity;
  readonly #options: HostPlaceOptions;
  #work: Work | undefined;

  constructor(options: HostPlaceOptions) {
    this.#options = options;
    this.provider = options.provider;
    this.waitedMs = options.waitedMs;
    this.capacity = options.capacity;
  }

  get lost(): AbortSignal {
    return this.#options.lease.lost;
  }

  bind(work: PlaceWork): void {
    this.#work = work;
    this.#options.lease.bind(work);
  }

  setDraining(isDraining: boolean): void {
    this.#options.lease.setDraining(isDraining);
  }

  remains(): readonly ProcessIdentity[] {
    if (this.#work === undefined) return [];
    const members = membersOf(this.#work, this.#options.view);
    return members.map(({ pid, startTicks }) => ({ pid, startTicks, bootId: bootId() }));
  }

  async release(why: PlaceEnd): Promise<Capacity | null> {
    const { lease, onTrouble } = this.#options;
    try {
      const outcome = await lease.release(lease.token, why);
      return outcome === 'released' ? lease.after : null;
    } catch (error) {
      onTrouble('a place could not be given back in order', error); // its lock goes with this process at the latest
      return null;
    }
  }
}

function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
