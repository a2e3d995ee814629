import type { ProcessIdentity } from '../../src/base/processIdentity.ts';
import type { LeasePort, Place, PlaceEnd, PlaceRequest, PlaceWork } from '../../src/host/session/leasePort.ts';
import { type Capacity, refusalError } from '../../src/protocol/leaseOutcome.ts';

/** A place that a test gave; it shows what was done with it. */
export class FakePlace implements Place {
  readonly provider: string;
  readonly capacity: Capacity;
  waitedMs = 0;
  readonly bound: PlaceWork[] = [];
  readonly released: PlaceEnd[] = [];
  isDraining = false;
  /** What its work has left. */
  processes: readonly ProcessIdentity[] = [];
  /** Called before the place is bound; may throw. */
  onBind: (() => void) | undefined;
  /** What a release comes to, when it is not to be that of an engine in order. */
  onRelease: ((why: PlaceEnd) => Promise<null>) | undefined;
  readonly #lost = new AbortController();
  readonly #onReleased: () => void;

  constructor(provider: string, capacity: Capacity, onReleased: () => void) {
    this.provider = provider;
    this.capacity = capacity;
    this.#onReleased = onReleased;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  takeAway(): void {
    this.#lost.abort();
  }

  bind(work: PlaceWork): void {
    this.onBind?.();
    this.bound.push(work);
  }

  setDraining(isDraining: boolean): void {
    this.isDraining = isDraining;
  }

  remains(): readonly ProcessIdentity[] {
    return this.processes;
  }

  async release(why: PlaceEnd): Promise<Capacity | null> {
    this.released.push(why);
    if (this.released.length > 1) return null;
    this.#onReleased();
    if (this.onRelease !== undefined) return this.onRelease(why);
    return { ...this.capacity, active: 0 };
  }
}

/** Places at any provider, as many as `limit`, in memory: whoever waits is let in when a place is given back. */
export class FakeLeases implements LeasePort {
  readonly limit: number;
  /** Every place that was given, in order. */
  readonly given: FakePlace[] = [];
  readonly requests: PlaceRequest[] = [];
  /** Called with each new place before its taker has it. */
  onGiven: ((place: FakePlace) => void) | undefined;
  #active = 0;
  #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  async look(): Promise<Capacity> {
    return { active: this.#active, limit: this.limit, queued: this.queued };
  }

  async take(request: PlaceRequest): Promise<Place> {
    const { provider, waitMs, signal } = request;
    this.requests.push(request);
    signal.throwIfAborted();
    if (this.#active < this.limit) return this.#give(provider);
    const capacity = { active: this.#active, limit: this.limit, queued: this.queued };
    if (waitMs === 0) throw refusalError(provider, { reason: 'at_capacity', capacity });
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((one) => one !== resolve);
        reject(signal.reason);
      });
    });
    return this.#give(provider);
  }

  #give(provider: string): FakePlace {
    this.#active++;
    const capacity = { active: this.#active, limit: this.limit, queued: this.queued };
    const place = new FakePlace(provider, capacity, () => {
      this.#active--;
      this.#waiting.shift()?.();
    });
    this.given.push(place);
    this.onGiven?.(place);
    return place;
  }
}
