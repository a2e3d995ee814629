/** Finds the host of a home, starts it where that is wanted, and connects to it. */
import { systemClock, delay } from '../base/clock.ts';
import { isErrno } from '../base/atomicFile.ts';
import { liveness } from '../base/processIdentity.ts';
import { TtyError } from '../protocol/errors.ts';
import { hostPaths, MAIN_HOST_ID } from '../protocol/homeLayout.ts';
import { type HostRecord, readHostRecord } from '../store/hostRecord.ts';
import { assertOwnSocket } from './ownSocket.ts';
import { Connection } from './connection.ts';
import { HostClient } from './hostClient.ts';
import { spawnHost } from './spawnHost.ts';

export interface HostStart {
  /** The host's program file. */
  readonly entry: string;
  /** Where the host finds PATH, HOME and the like; sessions get their own environment with `create`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ConnectOptions {
  /** The home, an absolute path. */
  readonly home: string;
  /** How to start a missing host; without it a missing host is an error. */
  readonly start?: HostStart;
  readonly hostId?: string;
}

/** How long a host that is alive but does not listen yet, or any more, is waited for. */
const SETTLE_MS = 5_000;
const RETRY_MS = 15;
/** A host that ends right after it reported to be ready this often in a row will not come up. */
const MAX_STARTS = 3;

/**
 * Connects to a home's host.
 *
 * @throws TtyError `HOST_UNREACHABLE` when there is none and none was to be started, `HOST_START_FAILED`,
 *   `PROTOCOL_VERSION_MISMATCH`, `UNAUTHORIZED`, `TOO_MANY_CONNECTIONS`, `HOST_TIMEOUT`, `REFUSED_UNSAFE`
 */
export async function connectHost(options: ConnectOptions): Promise<HostClient> {
  const hostId = options.hostId ?? MAIN_HOST_ID;
  const deadline = systemClock.nowMs() + SETTLE_MS;
  for (let starts = 0; ;) {
    const record = readHostRecord(options.home, hostId);
    const connection =
      record === undefined ? undefined : await tryOpen(record, hostPaths(options.home, hostId).replies);
    if (connection !== undefined) return new HostClient(connection);
    if (record === undefined || liveness(record.identity) === 'gone') {
      if (options.start === undefined) {
        throw new TtyError('HOST_UNREACHABLE', `no host runs for ${options.home}`, {
          hint: 'agent-tty create starts one',
        });
      }
      if (starts++ === MAX_STARTS) {
        throw new TtyError(
          'HOST_START_FAILED',
          `the host of ${options.home} started ${MAX_STARTS} times and ended each time`,
        );
      }
      await spawnHost({ home: options.home, hostId, ...options.start });
    } else if (systemClock.nowMs() > deadline) {
      throw new TtyError(
        'HOST_UNREACHABLE',
        `host process ${record.pid} is there but does not listen at ${record.socketPath}`,
      );
    } else {
      await delay(systemClock, RETRY_MS);
    }
  }
}

/** Connects, or `undefined` when nothing listens: the host is gone, starting or stopping. */
async function tryOpen(record: HostRecord, repliesDirectory: string): Promise<Connection | undefined> {
  try {
    assertOwnSocket(record.socketPath);
    return await Connection.open(record.socketPath, record.token, repliesDirectory);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE')) return undefined;
    if (error instanceof TtyError && error.code === 'HOST_UNREACHABLE') return undefined;
    throw error;
  }
}
