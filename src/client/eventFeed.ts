/**
 * The events of a session: from its log, and on as it grows. The host only says that there is more; what is given out was
 * read from the file, in order, without gap or repeat, whatever becomes of the connection.
 */
import { systemClock } from '../base/clock.ts';
import { type Deferred, deferred } from '../base/deferred.ts';
import { LogFollower, readEvents } from '../eventlog/reader.ts';
import { offsetBefore } from '../eventlog/seek.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import { EVENT_TYPES, isEventType } from '../protocol/eventTypes.ts';
import type { EventType, LogEvent } from '../protocol/events.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import { effectiveStatus, findSession } from '../store/sessions.ts';
import { explainLoss, explainUnreachable } from './explain.ts';
import type { HostClient } from './hostClient.ts';

/** Which events are wanted. */
export interface EventSelection {
  /** Events after this `seq`; all by default. */
  readonly since?: number;
  /** Only these types; all by default, also those that this version does not know. */
  readonly types?: readonly EventType[];
  /** Goes on until the session ends; by default the end of the log is the end. */
  readonly follow?: boolean;
  /** Ends the reading; it then rejects with `CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** Connections in a row that break before the host says anything: more, and it is no accident. */
const MAX_SILENT = 3;

export interface FeedOptions extends EventSelection {
  readonly home: string;
  /** Id or name. */
  readonly session: string;
  /** A connection to the host of the session, which the feed disposes. */
  readonly connect: () => Promise<HostClient>;
  /** Called before it waits for more. */
  readonly beforeWaiting?: () => Promise<void>;
}

/** @throws TtyError `INVALID_INPUT` that names the first unknown type and all known ones */
export function checkEventTypes(types: readonly string[]): readonly EventType[] {
  const unknown = types.find((type) => !isEventType(type));
  if (unknown === undefined) return types.filter(isEventType);
  throw new TtyError('INVALID_INPUT', `no event type ${quote(unknown)}; there are ${EVENT_TYPES.join(', ')}`, {
    details: { reason: 'usage', type: unknown.slice(0, 80), known: EVENT_TYPES },
  });
}

/**
 * The events of a session, ended or not. With `follow` it ends when the session has ended and all is given out; without,
 * at the end of the log. An event that is half written is not given out.
 *
 * @throws TtyError `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`; `HOST_UNREACHABLE` when the host of a followed session dies,
 *   after everything that is in its log; `LOG_CORRUPT`, `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function* readSession(options: FeedOptions): AsyncGenerator<LogEvent> {
  const record = findSession(options.home, options.session);
  const { log } = sessionPaths(options.home, record.sessionId);
  const from = (options.since ?? -1) + 1;
  const types: ReadonlySet<string> | undefined = options.types === undefined ? undefined : new Set(options.types);
  for await (const event of options.follow === true ? follow(options, record.sessionId, log, from) : read(log, from)) {
    if (options.signal?.aborted === true) throw cancelled();
    if (event.seq >= from && (types === undefined || types.has(event.type))) yield event;
  }
}

function read(log: string, from: number): AsyncIterable<LogEvent> {
  return readEvents(log, { fromSeq: from, fromOffset: offsetBefore(log, from) });
}

async function* follow(options: FeedOptions, sessionId: string, log: string, from: number): AsyncGenerator<LogEvent> {
  const reader = new LogFollower(log, { fromOffset: offsetBefore(log, from) });
  for (let silent = 0; ;) {
    const growth = Growth.start(options, sessionId);
    try {
      for (let isLast = false; !isLast;) {
        isLast = growth.isOver;
        yield* reader.readAvailable();
        if (isLast) break;
        await options.beforeWaiting?.();
        await growth.next();
      }
      if (growth.failure === undefined) return;
      if (options.signal?.aborted === true) throw cancelled();
      // The connection broke, the session lives: what was read last is known, so a new one goes on from there.
      silent = growth.wasHeard ? 0 : silent + 1;
      if (!growth.isBroken || silent > MAX_SILENT || !isLive(options.home, sessionId)) throw growth.failure;
    } finally {
      growth.end();
    }
  }
}

function isLive(home: string, sessionId: string): boolean {
  return effectiveStatus(findSession(home, sessionId)).terminationCategory === 'running';
}

/** What the host says of the growth of one log, until the session ends, the connection breaks or the reader had enough. */
class Growth {
  readonly #stop = new AbortController();
  #isOver = false;
  #isConnected = false;
  #wasHeard = false;
  #failure: Error | undefined;
  #hasMore = false;
  #waiting: Deferred<void> | undefined;

  static start(options: FeedOptions, sessionId: string): Growth {
    const growth = new Growth();
    void growth.#listen(options, sessionId);
    return growth;
  }

  /** Nothing more will be said; a last look at the log gives the rest. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Why it is over before the session ended; `undefined` when the session has ended. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether it was a connection that stood and broke. */
  get isBroken(): boolean {
    return this.#isConnected && this.#failure instanceof TtyError && this.#failure.code === 'HOST_UNREACHABLE';
  }

  /** Whether the host said anything. */
  get wasHeard(): boolean {
    return this.#wasHeard;
  }

  /** Resolves when the log grew since the last call, or it is over. */
  async next(): Promise<void> {
    if (!this.#hasMore && !this.#isOver) {
      this.#waiting ??= deferred<void>();
      await this.#waiting.promise;
    }
    this.#hasMore = false;
  }

  end(): void {
    this.#stop.abort();
  }

  async #listen(options: FeedOptions, sessionId: string): Promise<void> {
    const { home, signal } = options;
    const abort = (): void => this.#stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      if (isLive(home, sessionId)) await this.#ask(options, sessionId);
      else this.#failure = endOf(home, sessionId);
    } catch (error) {
      this.#failure =
        signal?.aborted === true ? cancelled() : ended(await explainLoss(home, sessionId, error, systemClock));
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#isOver = true;
      this.#wake();
    }
  }

  async #ask({ connect }: FeedOptions, session: string): Promise<void> {
    const client = await connect();
    this.#isConnected = true;
    try {
      const onNote = (): void => {
        this.#wasHeard = true;
        this.#wake();
      };
      await client.call('session.follow', { session }, { signal: this.#stop.signal, timeoutMs: 0, onNote });
    } finally {
      client[Symbol.dispose]();
    }
  }

  #wake(): void {
    this.#hasMore = true;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}

/** A session that is over when the following begins is no failure, unless its host died and nobody put that on record. */
function endOf(home: string, sessionId: string): Error | undefined {
  if (findSession(home, sessionId).hostPid === null) return undefined;
  return asError(explainUnreachable(home, sessionId, new TtyError('HOST_UNREACHABLE', `no host runs for ${home}`)));
}

/** That the session has ended, and was forgotten by its host, is the regular end. */
function ended(error: unknown): Error | undefined {
  return error instanceof TtyError && error.code === 'SESSION_NOT_RUNNING' ? undefined : asError(error);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function cancelled(): TtyError {
  return new TtyError('CANCELLED', 'the reading of events was taken back');
}
