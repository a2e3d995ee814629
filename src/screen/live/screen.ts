/** A live screen as a session sees it. */
import type { ScreenState } from '../../protocol/snapshot.ts';
import type { Answer } from '../worker/answerBatch.ts';
import type { ScreenItem } from './feedBatch.ts';
import type { ScreenWish } from '../worker/probe.ts';
import type { StateWithCells } from './screenRequests.ts';
import type { ScreenCheckpoint, ScreenMatch } from '../workerProtocol.ts';

/** Options of `ScreenService.open`. */
export interface ScreenOptions {
  /** Size at the start of the session; later changes come through {@link Screen.resize} and the replay. */
  readonly cols: number;
  readonly rows: number;
  /**
   * The output and resize events of the session behind event `afterSeq` (-1: from its start), oldest first, as they stand in its log. Called when the
   * screen has to be rebuilt; must hold all that was fed in earlier turns of the event loop, and may hold more.
   */
  readonly replay: (afterSeq: number) => AsyncIterable<ScreenItem>;
  /**
   * Told, in order, what the program's queries are to be answered, and how many more there were. Never told of output
   * that is shown again in a rebuilt screen; queries that the screen had before it failed may stay without an answer.
   */
  readonly onAnswers?: (answers: readonly Answer[], skipped: number) => void;
}

/** The live screen of a session. All calls act in order. Disposing closes it; what is pending rejects with `CANCELLED`. */
export interface Screen extends Disposable {
  /** Takes the bytes of output event `seq`. They must not be changed afterwards, and stand in the log already. */
  feed(bytes: Buffer, seq: number): void;
  resize(cols: number, rows: number, seq: number): void;
  /** Keeps what the screen shows, after everything fed before, as the screen after event `seq`, for waits to count from. */
  stamp(seq: number): void;
  /** Bytes fed but not parsed yet. Grows without bound unless the caller pauses its source. */
  readonly lagBytes: number;
  /** Calls `fn` whenever {@link Screen.lagBytes} changed, with its value. */
  onLagChange(fn: (lagBytes: number) => void): Disposable;
  /** The screen after everything fed before this call. Rejects with `REPLAY_ERROR` or `INTERNAL_ERROR` when the screen is lost. */
  state(options: { includeScrollback: boolean }): Promise<ScreenState>;
  /** The same with the cells; rejects with `PROTOCOL_ERROR` when they are too much for a reply, else as {@link Screen.state}. */
  stateWithCells(options: { includeScrollback: boolean }): Promise<StateWithCells>;
  /**
   * The screen as it stands for ever after, to be drawn again: after everything fed before this call. `undefined` when that
   * ends inside of a sequence, when it cannot be drawn truly, or when an event was left out because the worker failed on it.
   * Rejects as {@link Screen.state}.
   */
  checkpoint(): Promise<ScreenCheckpoint | undefined>;
  /**
   * Resolves when `condition` holds; looked at first when everything fed before this call is parsed. With `afterSeq` only
   * what came after that event counts. Rejects with the signal's reason, with `INVALID_INPUT` for a bad or slow pattern or
   * an event after which the screen was not kept, or as {@link Screen.state} does.
   */
  waitFor(condition: ScreenWish, options: { signal: AbortSignal; afterSeq?: number | undefined }): Promise<ScreenMatch>;
}
