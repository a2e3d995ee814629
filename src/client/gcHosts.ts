/** Makes hosts let go of ended sessions before their files are removed. */
import fs from 'node:fs';
import { makePrivateDirectory } from '../base/atomicFile.ts';
import { tryFlock } from '../base/native.ts';
import { liveness } from '../base/processIdentity.ts';
import { TtyError } from '../protocol/errors.ts';
import { hostPaths } from '../protocol/homeLayout.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { readHostRecord } from '../store/hostRecord.ts';
import { connectHost } from './connect.ts';
import type { HostClient } from './hostClient.ts';

/** A host that does not answer must not hold up the rest for long. */
const FORGET_MS = 5_000;

/** The hosts of one home while it is collected. Disposing closes connections and frees locks. */
export class HostReleases implements Disposable {
  readonly #home: string;
  readonly #dryRun: boolean;
  /** The connection of each host, or why there is none; undefined when no process is there. */
  readonly #clients = new Map<string, HostClient | string | undefined>();
  /** Locks of hosts that are not there, or why they could not be had. */
  readonly #locks = new Map<string, number | string>();

  constructor(home: string, options: { readonly dryRun: boolean }) {
    this.#home = home;
    this.#dryRun = options.dryRun;
  }

  /**
   * Resolves when no host uses the files of `record`'s session, and none will until this object is disposed; else with the
   * reason why they must stay. The session has ended, or its host has died.
   */
  async release(record: SessionRecord): Promise<string | undefined> {
    if (this.#dryRun) return undefined;
    const client = await this.#client(record.hostId);
    if (typeof client === 'string') return client;
    if (client !== undefined) return forget(client, record.sessionId);
    // The next host would take up what a dead one left open, and it may be starting right now.
    return isOpen(record) ? this.#lock(record.hostId) : undefined;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) if (typeof client === 'object') client[Symbol.dispose]();
    for (const lock of this.#locks.values()) if (typeof lock === 'number') fs.closeSync(lock);
  }

  async #client(hostId: string): Promise<HostClient | string | undefined> {
    if (!this.#clients.has(hostId)) this.#clients.set(hostId, await this.#connect(hostId));
    return this.#clients.get(hostId);
  }

  async #connect(hostId: string): Promise<HostClient | string | undefined> {
    try {
      const record = readHostRecord(this.#home, hostId);
      if (record === undefined || liveness(record.identity) === 'gone') return undefined;
      return await connectHost({ home: this.#home, hostId });
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      return `its host cannot be asked: ${error.message}`;
    }
  }

  /** Takes the lock of a host that is not there, so that none starts; undefined when it is ours. */
  #lock(hostId: string): string | undefined {
    let lock = this.#locks.get(hostId);
    if (lock === undefined) {
      lock = takeLock(this.#home, hostId);
      this.#locks.set(hostId, lock);
    }
    return typeof lock === 'string' ? lock : undefined;
  }
}

function isOpen({ status }: SessionRecord): boolean {
  return status === 'running' || status === 'exiting' || status === 'destroying';
}

async function forget(client: HostClient, session: string): Promise<string | undefined> {
  try {
    const { state } = await client.call('session.forget', { session }, { timeoutMs: FORGET_MS });
    return state === 'live' ? 'its host still serves it' : undefined;
  } catch (error) {
    if (!(error instanceof TtyError)) throw error;
    return `its host did not let go of it: ${error.message}`;
  }
}

function takeLock(home: string, hostId: string): number | string {
  const { directory, lock } = hostPaths(home, hostId);
  try {
    makePrivateDirectory(directory);
    const fd = fs.openSync(lock, fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW, 0o600);
    const outcome = tryFlock(fd);
    if (outcome === 'locked') return fd;
    fs.closeSync(fd);
    return outcome === 'busy'
      ? 'a host is being started that will close it'
      : 'its host died; without the koffi package only the next host can close it';
  } catch (error) {
    return `its host died and cannot be locked out: ${error instanceof Error ? error.message : String(error)}`;
  }
}
