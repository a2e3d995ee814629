import { type Clock, systemClock } from '../base/clock.ts';
import { TtyError } from '../protocol/errors.ts';
import type { MethodName, MethodNote, MethodParams, MethodResult } from '../protocol/methods/table.ts';
import type { Connection } from './connection.ts';

/** How long a call that does not wait for anything may take. */
export const DEFAULT_RPC_TIMEOUT_MS = 30_000;

export interface CallOptions<M extends MethodName> {
  /** Takes the request back. */
  readonly signal?: AbortSignal;
  /** Frames that come before the reply. */
  readonly onNote?: (note: MethodNote<M>) => void;
  /** Bound of this call in ms, 0 for none. A call that waits should leave room for the host's own bound. */
  readonly timeoutMs?: number;
}

/**
 * The methods of one host, typed by the contract. Calls may overlap. The owner disposes it; calls under way then fail
 * with `CANCELLED`.
 */
export class HostClient implements Disposable {
  readonly #connection: Connection;
  readonly #clock: Clock;

  constructor(connection: Connection, clock: Clock = systemClock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /**
   * Calls a method of the host.
   *
   * @throws TtyError with one of the method's codes, `HOST_TIMEOUT`, `HOST_UNREACHABLE`, `PROTOCOL_ERROR` or `CANCELLED`
   */
  async call<M extends MethodName>(
    method: M,
    params: MethodParams<M>,
    options: CallOptions<M> = {},
  ): Promise<MethodResult<M>> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_RPC_TIMEOUT_MS;
    const abort = new AbortController();
    const forward = (): void => abort.abort();
    options.signal?.addEventListener('abort', forward, { once: true });
    if (options.signal?.aborted === true) forward();
    let late = false;
    const timer =
      timeoutMs === 0
        ? undefined
        : this.#clock.after(timeoutMs, () => {
            late = true;
            abort.abort();
          });
    try {
      const onNote = options.onNote;
      const request = {
        signal: abort.signal,
        ...(onNote === undefined ? {} : { onNote: (note: unknown) => onNote(trusted(note)) }),
      };
      return trusted(await this.#connection.request(method, params, request));
    } catch (error) {
      if (!late) throw error;
      throw new TtyError('HOST_TIMEOUT', `the host did not answer ${method} within ${timeoutMs} ms`, { cause: error });
    } finally {
      timer?.clear();
      options.signal?.removeEventListener('abort', forward);
    }
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}

/**
 * Gives a reply the type that the contract says it has. Sound because both sides compared the protocol version and
 * proved that they belong to the same home; checking again would load the schemas into every command.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's context names the type
function trusted<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return value as T;
}
