/**
 * The way of a run to the prompt: a place at its provider, if it needs one, its turn among the runs of the session, then the prompt.
 *
 * A run waits for a place outside of the session's order, so that it holds nobody up who needs none, and holds no place while it waits for
 * its turn: what is under way may itself be waiting for that very place.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import type { HeldPlace, Place } from './leasePort.ts';
import type { PromptGate } from './promptGate.ts';
import type { Reader } from './readers.ts';
import { stillBusy, withdrawn } from './runErrors.ts';
import type { PlaceWish, RunLeases } from './runLeases.ts';

export interface RunQueueParts {
  readonly clock: Clock;
  readonly coordinator: RunCompletionCoordinator;
  readonly gate: PromptGate;
  readonly leases: RunLeases;
  /** Aborts when the session's program is gone; the reason is `SESSION_NOT_RUNNING`. */
  readonly ended: AbortSignal;
  /** Handles also what the terminal has and was not read; false when it is held back. */
  readOutput(): boolean;
}

export interface QueuedRun {
  readonly runId: string;
  /** Bounds the wait for turn and prompt, not that for a place; 0: no bound. */
  readonly timeoutMs: number;
  readonly wish: PlaceWish | undefined;
  /** The caller's signal. */
  readonly signal: AbortSignal;
  /** Throws when the session is busy and the run is not to wait for that. */
  assertFree(): void;
  /** Types it; called in the turn in which the prompt was seen. Nothing was typed if it throws. */
  type(reader: Reader | undefined, held: HeldPlace | undefined): number;
}

export class RunQueue {
  readonly #parts: RunQueueParts;
  /** Resolves when the run that is being typed is typed or given up. */
  #turn: Promise<void> = Promise.resolve();
  #inTurn = 0;
  /** What takes back a run that is not typed yet. */
  readonly #takeBacks = new Map<string, () => void>();

  constructor(parts: RunQueueParts) {
    this.#parts = parts;
  }

  /** Whether a run waits for its turn or is being typed. */
  get hasTurn(): boolean {
    return this.#inTurn > 0;
  }

  /** Takes back a run that is not typed yet; its caller is told. False when there is no such run. */
  withdraw(runId: string): boolean {
    const takeBack = this.#takeBacks.get(runId);
    takeBack?.();
    return takeBack !== undefined;
  }

  /** Resolves when the run is typed, with what `type` gave. Otherwise it was taken back, and holds no place. */
  async pass(run: QueuedRun): Promise<number> {
    const { coordinator, ended } = this.#parts;
    const { runId, signal, timeoutMs } = run;
    const stop = new AbortController();
    const abort = (): void =>
      stop.abort(
        ended.aborted ? ended.reason : new TtyError('CANCELLED', 'the run was taken back before it was typed'),
      );
    signal.addEventListener('abort', abort, { once: true });
    ended.addEventListener('abort', abort, { once: true });
    if (signal.aborted || ended.aborted) abort();
    this.#takeBacks.set(runId, () => {
      coordinator.withdraw(runId);
      stop.abort(withdrawn(runId));
    });
    const bound = { timeoutMs, leftMs: timeoutMs };
    try {
      if (run.wish !== undefined) return await this.#passWithPlace(run, run.wish, bound, stop);
      return await this.#inOrder(bound, stop, (reader) => run.type(reader, undefined));
    } catch (error) {
      coordinator.withdraw(runId);
      throw error;
    } finally {
      this.#takeBacks.delete(runId);
      signal.removeEventListener('abort', abort);
      ended.removeEventListener('abort', abort);
    }
  }

  /**
   * While the session is free a run waits for its place and is typed then. While it is busy its turn comes first, and at the prompt it
   * takes what there is at that moment, or goes back to wait.
   */
  async #passWithPlace(run: QueuedRun, wish: PlaceWish, bound: Bound, stop: AbortController): Promise<number> {
    const { leases } = this.#parts;
    let waitedMs = 0;
    const left = (): PlaceWish => ({ ...wish, waitMs: Math.max(0, wish.waitMs - waitedMs) });
    for (;;) {
      if (this.#isFree) {
        const place = await leases.take(run.runId, left(), stop.signal);
        waitedMs += place.waitedMs;
        if (this.#isFree) {
          const type = (reader: Reader | undefined): number => run.type(reader, { place, waitedMs });
          return this.#inOrder(bound, stop, type).catch((error: unknown) => leases.giveUp(place, error));
        }
        leases.giveBack(place);
      } else if (wish.waitMs === 0) {
        await leases.assertRoom(wish.provider);
      }
      run.assertFree();
      const typed = await this.#inOrder(bound, stop, () => this.#typeWithPlace(run, left(), waitedMs, stop.signal));
      if (typed !== 'full') return typed;
    }
  }

  /** Whether a run that came now would be typed at once. */
  get #isFree(): boolean {
    return this.#inTurn === 0 && this.#parts.gate.atPrompt;
  }

  /** At the prompt, with nobody before it: takes a place if there is one at this moment. `full`: there may be one later. */
  async #typeWithPlace(
    run: QueuedRun,
    wish: PlaceWish,
    waitedBeforeMs: number,
    signal: AbortSignal,
  ): Promise<number | 'full'> {
    const { leases } = this.#parts;
    let place: Place;
    try {
      place = await leases.take(run.runId, { ...wish, waitMs: 0 }, signal);
    } catch (error) {
      if (wish.waitMs > 0 && error instanceof TtyError && error.code === 'PROVIDER_WORKLOAD_BLOCKED') return 'full';
      throw error;
    }
    try {
      // Somebody may have typed meanwhile.
      const reader = await this.#atPrompt(signal);
      signal.throwIfAborted();
      return run.type(reader, { place, waitedMs: waitedBeforeMs + place.waitedMs });
    } catch (error) {
      return leases.giveUp(place, error);
    }
  }

  /** Resolves at the prompt, as far as all that has come can tell. */
  async #atPrompt(signal: AbortSignal): Promise<Reader | undefined> {
    const { gate } = this.#parts;
    await gate.untilReady(signal);
    // What has come and was not looked at is the rest of the prompt, or tells that it is none.
    this.#parts.readOutput();
    return gate.untilReady(signal);
  }

  /** Waits for the turn and the prompt, then does `work` while nobody else has the turn. */
  async #inOrder<T>(
    bound: Bound,
    stop: AbortController,
    work: (reader: Reader | undefined) => T | Promise<T>,
  ): Promise<T> {
    const { clock } = this.#parts;
    const sinceMs = clock.nowMs();
    let timer: Timer | undefined;
    if (bound.timeoutMs > 0) timer = clock.after(bound.leftMs, () => stop.abort(stillBusy(bound.timeoutMs)));
    const before = this.#turn;
    let leave: () => void = () => undefined;
    this.#turn = new Promise((resolve) => (leave = resolve));
    this.#inTurn++;
    try {
      await unlessAborted(before, stop.signal);
      const reader = await this.#atPrompt(stop.signal);
      stop.signal.throwIfAborted();
      return await work(reader);
    } finally {
      timer?.clear();
      bound.leftMs = Math.max(1, bound.leftMs - (clock.nowMs() - sinceMs));
      this.#inTurn--;
      // A later run keeps its place behind the earlier ones even when this one gave up first.
      void before.then(leave);
    }
  }
}

/** What is left of a caller's time for turn and prompt. */
interface Bound {
  readonly timeoutMs: number;
  leftMs: number;
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
