import { TtyError } from '../protocol/errors.ts';
import { MAIN_HOST_ID } from '../protocol/homeLayout.ts';
import { connectHost, type HostStart } from './connect.ts';
import type { HostClient } from './hostClient.ts';

/** One connection to each host that was asked for. The owner disposes it; calls under way then fail with `CANCELLED`. */
export class HostPool implements AsyncDisposable {
  readonly #home: string;
  readonly #hosts = new Map<string, Promise<HostClient>>();
  #isDisposed = false;

  constructor(home: string) {
    this.#home = home;
  }

  /** The connection to a host, opened by the first call; with `start` the host is started if it does not run. */
  async get(hostId: string = MAIN_HOST_ID, start?: HostStart): Promise<HostClient> {
    if (this.#isDisposed) throw new TtyError('CANCELLED', 'the client was disposed');
    const known = this.#hosts.get(hostId);
    const attempt = known ?? connectHost({ home: this.#home, hostId, ...(start === undefined ? {} : { start }) });
    this.#hosts.set(hostId, attempt);
    try {
      return await attempt;
    } catch (error) {
      if (this.#hosts.get(hostId) === attempt) this.#hosts.delete(hostId);
      throw error;
    }
  }

  /** The next call connects anew: a host that went away may have a successor. */
  forget(hostId: string, host: HostClient): void {
    host[Symbol.dispose]();
    this.#hosts.delete(hostId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const hosts = [...this.#hosts.values()];
    this.#hosts.clear();
    for (const host of hosts) {
      try {
        (await host)[Symbol.dispose]();
      } catch {
        // the connection never came up: whoever asked for it was told
      }
    }
  }
}
