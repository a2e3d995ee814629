/**
 * The host's places at providers. The host holds them, not the caller: what was typed goes on when the caller has gone. The lease
 * layer is loaded by the first session or run that names a provider; without one nothing of it is.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Capacity } from '../protocol/leaseOutcome.ts';
import type { ProviderPlaces } from './providerPlaces.ts';
import type { LeasePort, Place, PlaceRequest, Workplace } from './session/leasePort.ts';

export interface HostLeasesOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Disposing it frees what is still held. */
export class HostLeases implements LeasePort, AsyncDisposable {
  readonly #options: HostLeasesOptions;
  #places: Promise<ProviderPlaces> | undefined;

  constructor(options: HostLeasesOptions) {
    this.#options = options;
  }

  async look(provider: string, workplace: Workplace): Promise<Capacity | null> {
    return (await this.#load()).look(provider, workplace);
  }

  async take(request: PlaceRequest): Promise<Place> {
    return (await this.#load()).take(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#places)?.close();
  }

  #load(): Promise<ProviderPlaces> {
    this.#places ??= this.#open().catch((error: unknown) => {
      this.#places = undefined; // a faulty configuration may be put right
      throw error;
    });
    return this.#places;
  }

  async #open(): Promise<ProviderPlaces> {
    const { ProviderPlaces: Places } = await import('./providerPlaces.ts');
    return new Places(this.#options);
  }
}
