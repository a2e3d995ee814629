/** One live screen on the main thread: what waits to go to the worker, what the worker owes, and the rebuild. */
import { deferred } from '../base/deferred.ts';
import type { Deferred } from '../base/deferred.ts';
import { unreachable } from '../base/invariant.ts';
import { TtyError } from '../protocol/errors.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import type { ScreenCondition } from './conditions.ts';
import { FeedBatch } from './feedBatch.ts';
import type { ScreenItem } from './feedBatch.ts';
import type { Screen, ScreenOptions } from './screen.ts';
import type { ScreenMatch, ScreenNumber, WorkerReply, WorkerRequest } from './workerProtocol.ts';

export type { ScreenItem } from './feedBatch.ts';
export type { Screen, ScreenOptions } from './screen.ts';
export type { ScreenMatch } from './workerProtocol.ts';

/** Bytes of a replay that may be under way to the worker at once. */
const REPLAY_WINDOW_BYTES = 1024 * 1024;

/** What a screen needs from the service. */
export interface ScreenOwner {
  post(request: WorkerRequest, transfer?: readonly ArrayBuffer[]): void;
  nextNumber(): ScreenNumber;
  /** The screen has something to flush. */
  hasQueued(): void;
  /** The screen's number in the worker changed; `undefined` = it has none. */
  renumbered(from: ScreenNumber | undefined, to: ScreenNumber | undefined): void;
  lost(error: TtyError): void;
}

type Pending =
  | { readonly kind: 'state'; readonly includeScrollback: boolean; readonly answer: Deferred<ScreenState> }
  | { readonly kind: 'wait'; readonly condition: ScreenCondition; readonly answer: Deferred<ScreenMatch> };

/** {@link Screen}, and the side of it that only the service sees. */
export class LiveScreen implements Screen {
  readonly id: string;
  readonly #options: ScreenOptions;
  readonly #owner: ScreenOwner;
  readonly #lagListeners = new Set<(lagBytes: number) => void>();
  /** Requests without an answer; they survive a rebuild. */
  readonly #pending = new Map<number, Pending>();
  readonly #skippedSeqs = new Set<number>();
  #number: ScreenNumber | undefined;
  #nextRequest = 1;
  #queue: ScreenItem[] = [];
  #queuedBytes = 0;
  #unackedBytes = 0;
  #lastPostedSeq = -1;
  /** What came before is shown again by a rebuild, and is not answered again. */
  #answeredSeq = -1;
  #mode: 'live' | 'rebuilding' | 'ended' = 'live';
  #error: TtyError | undefined;
  #replayRoom: Deferred<void> | undefined;

  constructor(id: string, options: ScreenOptions, owner: ScreenOwner) {
    this.id = id;
    this.#options = options;
    this.#owner = owner;
  }

  /** Which screen of the worker it is. */
  get number(): ScreenNumber | undefined {
    return this.#number;
  }

  get lagBytes(): number {
    return this.#queuedBytes + this.#unackedBytes;
  }

  /** Opens the screen in the worker. */
  start(): void {
    this.#renumber(this.#owner.nextNumber());
    if (this.#number !== undefined) {
      this.#owner.post({ type: 'open', screen: this.#number, cols: this.#options.cols, rows: this.#options.rows });
    }
  }

  feed(bytes: Buffer, seq: number): void {
    if (this.#mode === 'ended') return;
    this.#queue.push({ bytes, seq });
    this.#queuedBytes += bytes.length;
    this.#owner.hasQueued();
    this.#tellLag();
  }

  resize(cols: number, rows: number, seq: number): void {
    if (this.#mode === 'ended') return;
    this.#queue.push({ cols, rows, seq });
    this.#owner.hasQueued();
  }

  onLagChange(fn: (lagBytes: number) => void): Disposable {
    this.#lagListeners.add(fn);
    return { [Symbol.dispose]: () => void this.#lagListeners.delete(fn) };
  }

  state(options: { includeScrollback: boolean }): Promise<ScreenState> {
    const answer = deferred<ScreenState>();
    this.#request({ kind: 'state', includeScrollback: options.includeScrollback, answer });
    return answer.promise;
  }

  async waitFor(condition: ScreenCondition, options: { signal: AbortSignal }): Promise<ScreenMatch> {
    const { signal } = options;
    signal.throwIfAborted();
    const answer = deferred<ScreenMatch>();
    const request = this.#request({ kind: 'wait', condition, answer });
    const abort = (): void => {
      this.#pending.delete(request);
      if (this.#mode === 'live' && this.#number !== undefined)
        this.#owner.post({ type: 'cancel', screen: this.#number, request });
      answer.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await answer.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Sends what was fed. Held back during a rebuild. */
  flush(): void {
    if (this.#mode !== 'live' || this.#queue.length === 0) return;
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    const batch = this.#batch();
    for (const item of queue) batch.add(item);
    batch.send();
    this.#lastPostedSeq = queue.at(-1)?.seq ?? this.#lastPostedSeq;
  }

  reply(reply: WorkerReply): void {
    if (reply.type === 'parsed') {
      this.#unackedBytes -= reply.bytes;
      if (this.#unackedBytes < REPLAY_WINDOW_BYTES) this.#replayRoom?.resolve();
      this.#tellLag();
      return;
    }
    if (reply.type === 'answers') {
      const fresh = reply.answers.filter((answer) => answer.seq > this.#answeredSeq);
      if (reply.lastSeq > this.#answeredSeq) this.#options.onAnswers?.(fresh, reply.skipped);
      return;
    }
    const pending = this.#pending.get(reply.request);
    // none: it was aborted while the answer was under way
    if (pending === undefined) return;
    this.#pending.delete(reply.request);
    if (reply.type === 'failed') {
      const { code, message, details, hint } = reply.error;
      const more = { ...(details === undefined ? {} : { details }), ...(hint === undefined ? {} : { hint }) };
      pending.answer.reject(new TtyError(code, message, more));
    } else if (reply.type === 'state' && pending.kind === 'state') pending.answer.resolve(reply.state);
    else if (reply.type === 'matched' && pending.kind === 'wait') pending.answer.resolve(reply.match);
  }

  /** The worker is gone: fills a new screen from the replay, without the event that brought it down. */
  rebuild(skippedSeq: number | undefined): void {
    if (this.#mode === 'ended') return;
    if (skippedSeq !== undefined) this.#skippedSeqs.add(skippedSeq);
    this.#mode = 'rebuilding';
    this.#answeredSeq = this.#lastPostedSeq;
    this.#unackedBytes = 0;
    this.#replayRoom?.resolve();
    this.start();
    const number = this.#number;
    void this.#refill(number);
  }

  /** Gives the screen up: whatever is pending or asked later rejects with `error`. */
  lose(error: TtyError): void {
    if (this.#mode === 'ended') return;
    this.#end(error);
    this.#owner.lost(error);
  }

  [Symbol.dispose](): void {
    if (this.#mode === 'ended') return;
    this.#end(new TtyError('CANCELLED', `the screen of session ${this.id} was closed`));
  }

  #end(error: TtyError): void {
    if (this.#number !== undefined) this.#owner.post({ type: 'close', screen: this.#number });
    this.#mode = 'ended';
    this.#error = error;
    this.#renumber(undefined);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#unackedBytes = 0;
    this.#replayRoom?.resolve();
    for (const pending of this.#pending.values()) pending.answer.reject(error);
    this.#pending.clear();
    this.#tellLag();
  }

  #renumber(to: ScreenNumber | undefined): void {
    const from = this.#number;
    this.#number = to;
    this.#owner.renumbered(from, to);
  }

  #request(pending: Pending): number {
    const request = this.#nextRequest++;
    if (this.#error !== undefined) {
      pending.answer.reject(this.#error);
      return request;
    }
    this.#pending.set(request, pending);
    if (this.#mode === 'live') {
      this.flush();
      this.#postRequest(request, pending);
    }
    return request;
  }

  #postRequest(request: number, pending: Pending): void {
    const screen = this.#number;
    if (screen === undefined) return;
    if (pending.kind === 'state')
      this.#owner.post({ type: 'state', screen, request, includeScrollback: pending.includeScrollback });
    else if (pending.kind === 'wait') this.#owner.post({ type: 'wait', screen, request, condition: pending.condition });
    else unreachable(pending, 'screen request');
  }

  async #refill(number: ScreenNumber | undefined): Promise<void> {
    try {
      await this.#replay(number);
      if (this.#number === number && this.#mode === 'rebuilding') this.#goLive();
    } catch (cause) {
      if (this.#number !== number) return;
      this.lose(
        new TtyError('REPLAY_ERROR', `the screen of session ${this.id} could not be rebuilt from its log`, { cause }),
      );
    }
  }

  async #replay(number: ScreenNumber | undefined): Promise<void> {
    const batch = this.#batch();
    for await (const item of this.#options.replay()) {
      if (item.seq > this.#lastPostedSeq) break;
      if (this.#skippedSeqs.has(item.seq)) continue;
      if (this.#number !== number) return;
      batch.add(item);
      while (this.#unackedBytes >= REPLAY_WINDOW_BYTES) {
        this.#replayRoom = deferred();
        await this.#replayRoom.promise;
        if (this.#number !== number) return;
      }
    }
    if (this.#number === number) batch.send();
  }

  #goLive(): void {
    this.#mode = 'live';
    for (const [request, pending] of this.#pending) {
      // a request made while the screen was down counts what was fed before it
      if (this.#queue.length > 0) this.flush();
      this.#postRequest(request, pending);
    }
    this.flush();
  }

  #batch(): FeedBatch {
    const screen = this.#number ?? 0;
    return new FeedBatch(screen, (request, transfer, bytes) => {
      this.#unackedBytes += bytes;
      this.#owner.post(request, transfer);
    });
  }

  #tellLag(): void {
    const lag = this.lagBytes;
    for (const fn of this.#lagListeners) fn(lag);
  }
}
