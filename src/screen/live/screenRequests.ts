/** What a live screen was asked and did not answer yet; survives a rebuild. */
import type { Deferred } from '../../base/deferred.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import type { ScreenWish } from '../worker/probe.ts';
import type {
  EncodedCells,
  ScreenCheckpoint,
  ScreenMatch,
  ScreenNumber,
  WorkerReply,
  WorkerRequest,
} from '../workerProtocol.ts';

/** A screen and its cells, both of the same moment. */
export interface StateWithCells {
  readonly state: ScreenState;
  readonly cells: EncodedCells;
}

/** One question. */
export type ScreenRequest =
  | { readonly kind: 'state'; readonly includeScrollback: boolean; readonly answer: Deferred<ScreenState> }
  | { readonly kind: 'cells'; readonly includeScrollback: boolean; readonly answer: Deferred<StateWithCells> }
  | {
      readonly kind: 'wait';
      readonly condition: ScreenWish;
      readonly afterSeq: number | undefined;
      readonly answer: Deferred<ScreenMatch>;
    }
  | { readonly kind: 'draw'; readonly answer: Deferred<ScreenCheckpoint | undefined> };

type Answer = Exclude<WorkerReply, { type: 'parsed' | 'answers' | 'checkpoint' }>;

export class ScreenRequests implements Iterable<[number, ScreenRequest]> {
  readonly #open = new Map<number, ScreenRequest>();
  #next = 1;

  /** Gives the request its number. */
  add(request: ScreenRequest): number {
    const number = this.#next++;
    this.#open.set(number, request);
    return number;
  }

  /** Forgets a request that its caller gave up. */
  remove(number: number): void {
    this.#open.delete(number);
  }

  /** Hands the worker's answer to its caller; one that was given up meanwhile gets none. */
  answer(reply: Answer): void {
    const request = this.#open.get(reply.request);
    if (request === undefined) return;
    this.#open.delete(reply.request);
    if (reply.type === 'failed') {
      const { code, message, details, hint } = reply.error;
      const more = { ...(details === undefined ? {} : { details }), ...(hint === undefined ? {} : { hint }) };
      request.answer.reject(new TtyError(code, message, more));
    } else if (reply.type === 'state') {
      const { state, cells } = reply;
      if (request.kind === 'state') request.answer.resolve(state);
      else if (request.kind === 'cells' && cells !== undefined) request.answer.resolve({ state, cells });
    } else if (reply.type === 'drawn') {
      if (request.kind === 'draw') request.answer.resolve(reply.checkpoint);
    } else if (request.kind === 'wait') request.answer.resolve(reply.match);
  }

  rejectAll(error: TtyError): void {
    for (const request of this.#open.values()) request.answer.reject(error);
    this.#open.clear();
  }

  [Symbol.iterator](): Iterator<[number, ScreenRequest]> {
    return this.#open.entries();
  }
}

/** The message that puts a request to the worker. */
export function messageOf(request: number, asked: ScreenRequest, screen: ScreenNumber): WorkerRequest {
  if (asked.kind === 'wait')
    return { type: 'wait', screen, request, condition: asked.condition, afterSeq: asked.afterSeq };
  if (asked.kind === 'draw') return { type: 'draw', screen, request };
  const { includeScrollback } = asked;
  return { type: 'state', screen, request, includeScrollback, includeCells: asked.kind === 'cells' };
}
