/** One life of the worker thread, seen from the main thread: requests out, replies in, and a watch over it. */
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../base/clock.ts';
import { Progress } from '../workerProtocol.ts';
import type { ActiveEvent, WorkerData, WorkerReply, WorkerRequest } from '../workerProtocol.ts';

/** A worker with work that shows no progress for so long hangs. Its slices are tens of milliseconds even for hostile bytes. */
const SILENCE_MS = 2_000;
/** The same until the thread has loaded its code, which a busy disk delays. */
const START_MS = 15_000;
const CHECK_MS = 250;
/** A check that comes so late says that this whole process stood still, so nothing about the worker. */
const LATE_MS = 1_000;
/** JavaScript heap of all screens. Cells are outside of it; only hostile output comes near. */
const MAX_HEAP_MB = 512;
/** Young generation. Default 48 MB semi-spaces would cost more memory than all screens together. */
const YOUNG_MB = 8;

/** Options of {@link WorkerLink}. */
export interface WorkerLinkOptions {
  readonly entry: URL | string;
  readonly clock: Clock;
  onReply(reply: WorkerReply): void;
  /** Called once, when the thread ended or hung; the link is dead then. Never after {@link WorkerLink.dispose}. */
  onFailure(failure: WorkerFailure): void;
}

/** Why a worker is gone, and which event it was at. */
export interface WorkerFailure {
  readonly reason: string;
  readonly cause: unknown;
  readonly active: ActiveEvent | undefined;
}

/** Starts the thread at once. The owner disposes it. */
export class WorkerLink implements AsyncDisposable {
  readonly #options: WorkerLinkOptions;
  readonly #progress: Progress;
  readonly #worker: Worker;
  #posted = 0;
  #isDead = false;
  #check: Timer | undefined;
  #seenBeats = 0;
  #seenAtMs = 0;
  #checkedAtMs = 0;

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
    const workerData: WorkerData = { progress: Progress.allocate() };
    this.#progress = new Progress(workerData.progress);
    this.#worker = new Worker(options.entry, {
      workerData,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (reply: WorkerReply) => {
      if (!this.#isDead) options.onReply(reply);
    });
    this.#worker.on('error', (error) => this.#fail('the screen worker failed', error));
    this.#worker.on('exit', (code) => this.#fail(`the screen worker ended with code ${code}`, undefined));
  }

  /** Sends a request; on a dead link it goes nowhere. Buffers in `transfer` are gone afterwards. */
  post(request: WorkerRequest, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#isDead) return;
    this.#posted = (this.#posted + 1) | 0;
    this.#worker.postMessage(request, transfer);
    if (this.#check !== undefined) return;
    const now = this.#options.clock.nowMs();
    this.#seenBeats = this.#progress.beats;
    this.#seenAtMs = now;
    this.#armCheck(now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDead = true;
    this.#check?.clear();
    await this.#worker.terminate();
  }

  #armCheck(now: number): void {
    this.#checkedAtMs = now;
    this.#check = this.#options.clock.after(CHECK_MS, () => this.#watch(), { background: true });
  }

  #watch(): void {
    this.#check = undefined;
    if (this.#isDead || this.#progress.done === this.#posted) return;
    const now = this.#options.clock.nowMs();
    const beats = this.#progress.beats;
    if (beats !== this.#seenBeats || now - this.#checkedAtMs > LATE_MS) {
      this.#seenBeats = beats;
      this.#seenAtMs = now;
    }
    const limit = beats === 0 ? START_MS : SILENCE_MS;
    if (now - this.#seenAtMs < limit) return this.#armCheck(now);
    this.#fail(`the screen worker made no progress for ${limit} ms`, undefined);
  }

  #fail(reason: string, cause: unknown): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#check?.clear();
    const failure = { reason, cause, active: this.#progress.active };
    // a thread that hangs is stopped here; one that ended already has nothing left to wait for
    void this.#worker.terminate().finally(() => this.#options.onFailure(failure));
  }
}
