/** What main thread and screen worker say to each other. Both are of one build, so nothing is validated. */
import type { ErrorBody } from '../protocol/errors.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import type { Answer } from './worker/answerBatch.ts';
import type { ScreenWish } from './worker/probe.ts';

/** A screen in the worker; never used twice, not even for the rebuilt screen of the same session. */
export type ScreenNumber = number;

/** To the worker. Each message is work that ends: {@link Progress} counts how many did. Order holds per screen. */
export type WorkerRequest =
  | { readonly type: 'open'; readonly screen: ScreenNumber; readonly cols: number; readonly rows: number }
  | FeedRequest
  | {
      readonly type: 'resize';
      readonly screen: ScreenNumber;
      readonly cols: number;
      readonly rows: number;
      readonly seq: number;
    }
  | {
      readonly type: 'state';
      readonly screen: ScreenNumber;
      readonly request: number;
      readonly includeScrollback: boolean;
      readonly includeCells: boolean;
    }
  | {
      readonly type: 'wait';
      readonly screen: ScreenNumber;
      readonly request: number;
      readonly condition: ScreenWish;
      /** Only what came after this event counts. */
      readonly afterSeq: number | undefined;
    }
  | { readonly type: 'stamp'; readonly screen: ScreenNumber }
  | { readonly type: 'draw'; readonly screen: ScreenNumber; readonly request: number }
  | { readonly type: 'cancel'; readonly screen: ScreenNumber; readonly request: number }
  | { readonly type: 'close'; readonly screen: ScreenNumber };

/** Bytes of one or more events: event `seqs[i]` ends before offset `ends[i]`. The buffer is transferred. */
export interface FeedRequest {
  readonly type: 'feed';
  readonly screen: ScreenNumber;
  readonly bytes: ArrayBuffer;
  readonly ends: readonly number[];
  readonly seqs: readonly number[];
}

/** Where a screen stood when a condition held. */
export interface ScreenMatch {
  /** What a `text` or `regex` condition matched. */
  readonly matchedText?: string;
  readonly cursorRow: number;
  readonly cursorCol: number;
  readonly capturedAtSeq: number;
  readonly screenHash: string;
}

/**
 * Cells as JSON: the items of an array of `LineCells` in UTF-8, with commas between them and without the brackets, cut
 * anywhere. A million cells as objects would cost both threads far more than their text, which is all that becomes of them.
 */
export interface EncodedCells {
  readonly visible: readonly Uint8Array[];
  /** Where the scrollback was asked for. */
  readonly scrollback: readonly Uint8Array[] | undefined;
}

/** What a screen of this size is fed first, so that it stands as the old one did after event `seq`. */
export interface ScreenCheckpoint {
  readonly seq: number;
  readonly cols: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** From the worker. `parsed` acknowledges bytes of `feed`, several pieces at once. */
export type WorkerReply =
  | AnswersReply
  | { readonly type: 'parsed'; readonly screen: ScreenNumber; readonly bytes: number }
  | { readonly type: 'checkpoint'; readonly screen: ScreenNumber; readonly checkpoint: ScreenCheckpoint }
  | {
      readonly type: 'drawn';
      readonly screen: ScreenNumber;
      readonly request: number;
      readonly checkpoint: ScreenCheckpoint | undefined;
    }
  | {
      readonly type: 'state';
      readonly screen: ScreenNumber;
      readonly request: number;
      readonly state: ScreenState;
      /** Where they were asked for. */
      readonly cells: EncodedCells | undefined;
    }
  | { readonly type: 'matched'; readonly screen: ScreenNumber; readonly request: number; readonly match: ScreenMatch }
  | { readonly type: 'failed'; readonly screen: ScreenNumber; readonly request: number; readonly error: ErrorBody };

/** What the program is to be answered, and how many more answers there were up to event `lastSeq`. */
export interface AnswersReply {
  readonly type: 'answers';
  readonly screen: ScreenNumber;
  readonly answers: readonly Answer[];
  readonly skipped: number;
  readonly lastSeq: number;
}

/** Given to the worker at its start. */
export interface WorkerData {
  readonly progress: SharedArrayBuffer;
}

/** Whether what a thread was started with is {@link WorkerData}; Node gives it without a type. */
export function isWorkerData(value: unknown): value is WorkerData {
  return (
    typeof value === 'object' && value !== null && 'progress' in value && value.progress instanceof SharedArrayBuffer
  );
}

const BEATS = 0;
const DONE = 1;
const ACTIVE_SCREEN = 2;
const ACTIVE_SEQ = 3;
const CELLS = 4;
const NO_SCREEN = -1;

/** The event that was being applied to a screen. */
export interface ActiveEvent {
  readonly screen: ScreenNumber;
  readonly seq: number;
}

/**
 * How far the worker is, in memory that both threads see: the only thing that can still be read of a worker that hangs.
 * The worker writes, the main thread reads.
 */
export class Progress {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  /** Memory for a worker that has not begun. */
  static allocate(): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
    new Int32Array(memory)[ACTIVE_SCREEN] = NO_SCREEN;
    return memory;
  }

  /** Grows (and wraps) with every slice of work; 0 = the worker has not started yet. */
  get beats(): number {
    return Atomics.load(this.#cells, BEATS);
  }

  /** Requests that are done, modulo 2^32. */
  get done(): number {
    return Atomics.load(this.#cells, DONE);
  }

  get active(): ActiveEvent | undefined {
    const screen = Atomics.load(this.#cells, ACTIVE_SCREEN);
    if (screen === NO_SCREEN) return undefined;
    return { screen, seq: Atomics.load(this.#cells, ACTIVE_SEQ) };
  }

  beat(): void {
    Atomics.add(this.#cells, BEATS, 1);
  }

  addDone(count: number): void {
    Atomics.add(this.#cells, DONE, count);
  }

  /** Says that this event is applied now. */
  begin(event: ActiveEvent): void {
    Atomics.store(this.#cells, ACTIVE_SEQ, event.seq);
    Atomics.store(this.#cells, ACTIVE_SCREEN, event.screen);
    this.beat();
  }

  end(): void {
    Atomics.store(this.#cells, ACTIVE_SCREEN, NO_SCREEN);
    this.beat();
  }
}
