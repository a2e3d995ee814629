/** The screen worker without its thread: takes requests, shares its time between screens, answers. */
import type { Clock } from '../base/clock.ts';
import { invariant } from '../base/invariant.ts';
import { DrawingPlace } from './drawings.ts';
import { ScreenModel } from './screenModel.ts';
import type { Progress, ScreenNumber, WorkerReply, WorkerRequest } from './workerProtocol.ts';
import { type WorkerContext, WorkerScreen } from './workerScreen.ts';

/** Time of one screen before the next has its turn. Twice as much doubles what nine busy screens delay the tenth. */
const TURN_MS = 4;
/** Time beyond its turn that a screen took counts against it, and half of it is forgotten after so long. */
const DEBT_HALF_LIFE_MS = 500;
/** Less does not count: a busy machine interrupts everybody. */
const MIN_DEBT_MS = 20;

/** Options of {@link WorkerLoop}. */
export interface WorkerLoopOptions {
  readonly clock: Clock;
  readonly progress: Progress;
  readonly post: (reply: WorkerReply) => void;
  /** Makes the screen of a session; tests put in screens that hang. */
  readonly createModel?: (size: { cols: number; rows: number }) => ScreenModel;
}

/** Round robin over screens with work, one turn per loop turn, so that requests are read in between. */
export class WorkerLoop {
  readonly #options: WorkerLoopOptions;
  readonly #context: WorkerContext;
  readonly #screens = new Map<ScreenNumber, WorkerScreen>();
  /** What screens took beyond their turns, mostly by slow patterns, of 100 ms each. */
  readonly #debts = new WeakMap<WorkerScreen, { ms: number; atMs: number }>();
  /**
   * Screens that got work while idle, of which the one with the least debt is next, and screens whose turn ended before their
   * work. The two take turns.
   */
  readonly #fresh: WorkerScreen[] = [];
  readonly #rest: WorkerScreen[] = [];
  #wasFresh = false;
  #isScheduled = false;

  constructor(options: WorkerLoopOptions) {
    this.#options = options;
    this.#context = {
      clock: options.clock,
      progress: options.progress,
      post: options.post,
      drawingPlace: new DrawingPlace(),
      wake: (screen) => {
        this.#fresh.push(screen);
        this.#schedule();
      },
    };
    options.progress.beat();
  }

  /** Takes one request. Requests for closed screens are dropped. */
  handle(request: WorkerRequest): void {
    const { progress } = this.#options;
    if (request.type === 'open') {
      this.#open(request);
      progress.addDone(1);
      return;
    }
    const screen = this.#screens.get(request.screen);
    if (screen === undefined || request.type === 'close' || request.type === 'cancel') {
      if (request.type === 'cancel') screen?.cancel(request.request);
      else if (request.type === 'close') this.#close(request.screen);
      progress.addDone(1);
      return;
    }
    if (!screen.hasWork) this.#fresh.push(screen);
    screen.enqueue(request);
    this.#schedule();
  }

  #open(request: WorkerRequest & { type: 'open' }): void {
    invariant(!this.#screens.has(request.screen), `screen ${request.screen} is open already`);
    const { createModel } = this.#options;
    const size = { cols: request.cols, rows: request.rows };
    const model = createModel === undefined ? new ScreenModel(size) : createModel(size);
    this.#screens.set(request.screen, new WorkerScreen({ number: request.screen, ...size }, model, this.#context));
  }

  #close(number: ScreenNumber): void {
    const screen = this.#screens.get(number);
    if (screen === undefined) return;
    screen[Symbol.dispose]();
    this.#screens.delete(number);
    for (const queue of [this.#fresh, this.#rest]) {
      const at = queue.indexOf(screen);
      if (at !== -1) queue.splice(at, 1);
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#fresh.length + this.#rest.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const isFresh = this.#rest.length === 0 || (this.#fresh.length > 0 && !this.#wasFresh);
    this.#wasFresh = isFresh;
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    const screen = isFresh ? this.#takeFresh(startMs) : this.#rest.shift();
    if (screen === undefined) return;
    screen.work(TURN_MS);
    const endMs = clock.nowMs();
    const debtMs = this.#debtOf(screen, endMs) + Math.max(0, endMs - startMs - TURN_MS);
    this.#debts.set(screen, { ms: debtMs, atMs: endMs });
    if (screen.hasWork) this.#rest.push(screen);
  }

  #takeFresh(nowMs: number): WorkerScreen | undefined {
    let best = 0;
    let leastMs = Infinity;
    for (const [at, screen] of this.#fresh.entries()) {
      const debtMs = this.#debtOf(screen, nowMs);
      const countsMs = debtMs < MIN_DEBT_MS ? 0 : debtMs;
      if (countsMs >= leastMs) continue;
      [best, leastMs] = [at, countsMs];
    }
    return this.#fresh.splice(best, 1)[0];
  }

  #debtOf(screen: WorkerScreen, nowMs: number): number {
    const debt = this.#debts.get(screen);
    return debt === undefined ? 0 : debt.ms * 2 ** ((debt.atMs - nowMs) / DEBT_HALF_LIFE_MS);
  }
}
