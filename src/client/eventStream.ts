import type { SessionEvent } from '../protocol/eventTypes.ts';
import type { LogEvent } from '../protocol/events.ts';
import { checkEventTypes, type EventSelection, type FeedOptions, readSession } from './eventFeed.ts';

/**
 * The events of a session, for one `for await`. Leaving the loop, `return()` and disposing it end the reading at once, also
 * while it waits; nothing of it is left then: no connection, no timer, no listener.
 */
export class EventStream implements AsyncIterableIterator<SessionEvent>, AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #events: AsyncGenerator<LogEvent>;
  readonly #forget: () => void;
  #isLeft = false;

  /** @throws TtyError `INVALID_INPUT` for an unknown type */
  constructor(parts: Pick<FeedOptions, 'home' | 'session' | 'connect'>, selection: EventSelection) {
    const { signal, types, ...rest } = selection;
    const abort = (): void => this.#stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    this.#forget = () => signal?.removeEventListener('abort', abort);
    const wanted = types === undefined ? {} : { types: checkEventTypes(types) };
    this.#events = readSession({ ...parts, ...rest, ...wanted, signal: this.#stop.signal });
  }

  async next(): Promise<IteratorResult<SessionEvent, undefined>> {
    try {
      const result = await this.#events.next();
      if (result.done !== true) return { done: false, value: known(result.value) };
      this.#forget();
      return { done: true, value: undefined };
    } catch (error) {
      this.#forget();
      if (this.#isLeft) return { done: true, value: undefined };
      throw error;
    }
  }

  async return(): Promise<IteratorResult<SessionEvent, undefined>> {
    this.#isLeft = true;
    this.#forget();
    this.#stop.abort();
    await this.#events.return(undefined);
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** The log is ours, checked line by line; that its payloads have their form is the writer's promise, see `SessionEvent`. */
function known(event: LogEvent): SessionEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return event as unknown as SessionEvent;
}
