/** One live screen on the main thread: what waits to go to the worker, what the worker owes, and the rebuild. */
import { deferred } from '../../base/deferred.ts';
import type { Deferred } from '../../base/deferred.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import { FeedBatch } from './feedBatch.ts';
import type { FeedItem } from './feedBatch.ts';
import type { ScreenWish } from '../worker/probe.ts';
import { RebuildStart, rebuildItems } from './rebuild.ts';
import type { Screen, ScreenOptions } from './screen.ts';
import { messageOf, ScreenRequests } from './screenRequests.ts';
import type { ScreenRequest, StateWithCells } from './screenRequests.ts';
import { StampLedger } from './stampLedger.ts';
import type { ScreenCheckpoint, ScreenMatch, ScreenNumber, WorkerReply, WorkerRequest } from '../workerProtocol.ts';

export type { ScreenItem } from './feedBatch.ts';
export type { Screen, ScreenOptions } from './screen.ts';
export type { ScreenMatch } from '../workerProtocol.ts';

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

/** {@link Screen}, and the side of it that only the service sees. */
export class LiveScreen implements Screen {
  readonly id: string;
  readonly #options: ScreenOptions;
  readonly #owner: ScreenOwner;
  readonly #lagListeners = new Set<(lagBytes: number) => void>();
  readonly #requests = new ScreenRequests();
  readonly #stamps = new StampLedger();
  readonly #skippedSeqs = new Set<number>();
  #number: ScreenNumber | undefined;
  #queue: FeedItem[] = [];
  /** Nothing was fed since the last stamp: another one would show the same. */
  #isStamped = false;
  #queuedBytes = 0;
  #unackedBytes = 0;
  #lastPostedSeq = -1;
  /** What came before is shown again by a rebuild, and is not answered again. */
  #answeredSeq = -1;
  #mode: 'live' | 'rebuilding' | 'ended' = 'live';
  #error: TtyError | undefined;
  #replayRoom: Deferred<void> | undefined;
  /** Where a rebuild begins, so that it does not take longer the longer the session was. */
  readonly #start = new RebuildStart();
  #fedBytes = 0;

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

  /** Opens the screen in the worker, in the size that it begins with. */
  start(size: { readonly cols: number; readonly rows: number } = this.#options): void {
    this.#renumber(this.#owner.nextNumber());
    const { cols, rows } = size;
    if (this.#number !== undefined) this.#owner.post({ type: 'open', screen: this.#number, cols, rows });
  }

  feed(bytes: Buffer, seq: number): void {
    if (this.#mode === 'ended') return;
    this.#queue.push({ bytes, seq });
    this.#queuedBytes += bytes.length;
    this.#fedBytes += bytes.length;
    this.#isStamped = false;
    this.#owner.hasQueued();
    this.#tellLag();
  }

  resize(cols: number, rows: number, seq: number): void {
    if (this.#mode === 'ended') return;
    this.#queue.push({ cols, rows, seq });
    this.#isStamped = false;
    this.#owner.hasQueued();
  }

  stamp(seq: number): void {
    if (this.#mode === 'ended' || this.#isStamped) return;
    this.#queue.push({ stamp: true, seq });
    this.#isStamped = true;
    this.#owner.hasQueued();
  }

  onLagChange(fn: (lagBytes: number) => void): Disposable {
    this.#lagListeners.add(fn);
    return { [Symbol.dispose]: () => void this.#lagListeners.delete(fn) };
  }

  state({ includeScrollback }: { includeScrollback: boolean }): Promise<ScreenState> {
    const answer = deferred<ScreenState>();
    this.#request({ kind: 'state', includeScrollback, answer });
    return answer.promise;
  }

  async checkpoint(): Promise<ScreenCheckpoint | undefined> {
    const answer = deferred<ScreenCheckpoint | undefined>();
    this.#request({ kind: 'draw', answer });
    const drawn = await answer.promise;
    return this.#skippedSeqs.size === 0 ? drawn : undefined;
  }

  stateWithCells({ includeScrollback }: { includeScrollback: boolean }): Promise<StateWithCells> {
    const answer = deferred<StateWithCells>();
    this.#request({ kind: 'cells', includeScrollback, answer });
    return answer.promise;
  }

  async waitFor(
    condition: ScreenWish,
    options: { signal: AbortSignal; afterSeq?: number | undefined },
  ): Promise<ScreenMatch> {
    const { signal, afterSeq } = options;
    signal.throwIfAborted();
    const answer = deferred<ScreenMatch>();
    const request = this.#request({ kind: 'wait', condition, afterSeq, answer });
    const abort = (): void => {
      this.#requests.remove(request);
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
    for (const item of queue) {
      batch.add(item);
      if ('stamp' in item) this.#stamps.add(item.seq);
    }
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
    if (reply.type === 'checkpoint') return this.#start.keep(reply.checkpoint);
    // the worker stamps what it answers
    if (reply.type === 'state') this.#stamps.add(reply.state.capturedAtSeq);
    else if (reply.type === 'matched') this.#stamps.add(reply.match.capturedAtSeq);
    this.#requests.answer(reply);
  }

  /** The worker is gone: fills a new screen from the replay, without the event that brought it down. */
  rebuild(skippedSeq: number | undefined): void {
    if (this.#mode === 'ended') return;
    if (skippedSeq !== undefined) {
      this.#skippedSeqs.add(skippedSeq);
      this.#start.failedAt(skippedSeq);
    }
    this.#mode = 'rebuilding';
    this.#answeredSeq = this.#lastPostedSeq;
    this.#unackedBytes = 0;
    this.#replayRoom?.resolve();
    const checkpoint = this.#start.choose({ stamps: this.#stamps.seqs, fedBytes: this.#fedBytes }, this.#requests);
    this.start(checkpoint);
    void this.#refill(this.#number, checkpoint);
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
    this.#requests.rejectAll(error);
    this.#tellLag();
  }

  #renumber(to: ScreenNumber | undefined): void {
    const from = this.#number;
    this.#number = to;
    this.#owner.renumbered(from, to);
  }

  #request(asked: ScreenRequest): number {
    const request = this.#requests.add(asked);
    if (this.#error !== undefined) this.#requests.rejectAll(this.#error);
    else if (this.#mode === 'live') {
      this.flush();
      this.#postRequest(request, asked);
    }
    return request;
  }

  #postRequest(request: number, asked: ScreenRequest): void {
    if (this.#number !== undefined) this.#owner.post(messageOf(request, asked, this.#number));
  }

  async #refill(number: ScreenNumber | undefined, checkpoint: ScreenCheckpoint | undefined): Promise<void> {
    try {
      await this.#replay(number, checkpoint);
      if (this.#number === number && this.#mode === 'rebuilding') this.#goLive();
    } catch (cause) {
      if (this.#number !== number) return;
      this.lose(
        new TtyError('REPLAY_ERROR', `the screen of session ${this.id} could not be rebuilt from its log`, { cause }),
      );
    }
  }

  async #replay(number: ScreenNumber | undefined, checkpoint: ScreenCheckpoint | undefined): Promise<void> {
    const batch = this.#batch();
    const { replay } = this.#options;
    const source = { replay, lastSeq: this.#lastPostedSeq, skippedSeqs: this.#skippedSeqs, stamps: this.#stamps.seqs };
    for await (const item of rebuildItems({ ...source, checkpoint })) {
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
    for (const [request, asked] of this.#requests) {
      // a request made while the screen was down counts what was fed before it
      if (this.#queue.length > 0) this.flush();
      this.#postRequest(request, asked);
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
