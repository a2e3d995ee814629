/** When a screen in the worker is drawn, and the drawing under way. What it costs is a small part of what parsing costs. */
import type { Clock } from '../../base/clock.ts';
import { checkpointSteps } from '../emulator/checkpointJob.ts';
import type { ScreenModel } from '../emulator/screenModel.ts';
import type { ScreenCheckpoint } from '../workerProtocol.ts';

/** Bytes between two checkpoints of a screen at least. */
const CHECKPOINT_EVERY_BYTES = 4 * 1024 * 1024;
/**
 * Parsing between two checkpoints takes at least so many times as long as the last drawing took. A drawing is as dear as some MB
 * of plain text (70 ms for 5,000 lines of 80 columns), so half of this would slow a flood down by an eighth; twice as much
 * doubles what a rebuild parses at most, which takes about a second.
 */
const COST_FACTOR = 16;
/** Cells of a screen that is drawn again and again: 100 columns with a full scrollback. */
const CHECKPOINT_CELLS = 510_000;
/** Cells of one that is drawn once, when its program has ended. */
const LAST_CELLS = 1_200_000;

/** Which screen of the worker is being drawn: one at a time, since a copy of it is held meanwhile. */
export class DrawingPlace {
  #holder: Drawings | undefined;

  /** Whether `who` has the place now. */
  take(who: Drawings): boolean {
    this.#holder ??= who;
    return this.#holder === who;
  }

  leave(who: Drawings): void {
    if (this.#holder === who) this.#holder = undefined;
  }
}

interface Job {
  readonly seq: number;
  readonly steps: Generator<void, Buffer | undefined>;
  /** Which request it answers; none for one that is told unasked. */
  readonly request: number | undefined;
}

/** A drawing that is done. */
export interface Drawn {
  readonly request: number | undefined;
  readonly checkpoint: ScreenCheckpoint | undefined;
}

/** The drawings of one screen. The owner disposes it before the model. */
export class Drawings implements Disposable {
  readonly #model: ScreenModel;
  readonly #clock: Clock;
  readonly #place: DrawingPlace;
  #job: Job | undefined;
  #bytes = 0;
  #parsedMs = 0;
  #costMs = 0;

  constructor(model: ScreenModel, clock: Clock, place: DrawingPlace) {
    this.#model = model;
    this.#clock = clock;
    this.#place = place;
  }

  /** Whether a drawing is under way: then the screen must not change. */
  get isActive(): boolean {
    return this.#job !== undefined;
  }

  /** Whether the drawing under way is the one that `request` wants. */
  isFor(request: number): boolean {
    return this.#job?.request === request;
  }

  /** Counts what was parsed. */
  parsed(bytes: number, tookMs: number): void {
    this.#bytes += bytes;
    this.#parsedMs += tookMs;
  }

  /** Begins with a checkpoint if one is due after event `seq`. */
  beginIfDue(seq: number): void {
    if (this.#bytes < CHECKPOINT_EVERY_BYTES || this.#parsedMs < COST_FACTOR * this.#costMs) return;
    // inside of a sequence, or while another screen is drawn: after the next event
    if (!this.#model.isAtRest || !this.#place.take(this)) return;
    this.#begin({ seq, steps: checkpointSteps(this.#model, CHECKPOINT_CELLS), request: undefined });
  }

  /** Begins with what `request` wants; false when another screen is being drawn now. */
  beginFor(request: number): boolean {
    if (!this.#place.take(this)) return false;
    const seq = this.#model.capturedAtSeq;
    this.#begin({ seq, steps: checkpointSteps(this.#model, LAST_CELLS), request });
    return true;
  }

  /** Goes on with the drawing under way; gives it once it is done. */
  step(): Drawn | undefined {
    const job = this.#job;
    if (job === undefined) return undefined;
    const startMs = this.#clock.nowMs();
    const result = job.steps.next();
    this.#costMs += this.#clock.nowMs() - startMs;
    if (result.done !== true) return undefined;
    this.#end();
    const bytes = result.value;
    // the next try after a drawing in vain comes a little earlier: it may be a passing state
    if (bytes === undefined) this.#bytes = CHECKPOINT_EVERY_BYTES / 2;
    const checkpoint = bytes === undefined ? undefined : { seq: job.seq, ...this.#model.size, bytes };
    return { request: job.request, checkpoint };
  }

  /** Gives up the drawing under way. */
  [Symbol.dispose](): void {
    this.#job?.steps.return(undefined);
    this.#end();
  }

  #begin(job: Job): void {
    this.#job = job;
    this.#bytes = 0;
    this.#parsedMs = 0;
    this.#costMs = 0;
  }

  #end(): void {
    this.#job = undefined;
    this.#place.leave(this);
  }
}
