/** The screen worker without its thread: takes requests, shares its time between screens, answers. */
import type { Clock } from '../../base/clock.ts';
import { invariant } from '../../base/invariant.ts';
import { DrawingPlace } from './drawings.ts';
import { ScreenModel } from '../emulator/screenModel.ts';
import type { Progress, ScreenNumber, WorkerReply, WorkerRequest } from '../workerProtocol.ts';
import { TURN_MS, TurnOrder } from './turnOrder.ts';
import { type WorkerContext, WorkerScreen } from './workerScreen.ts';

/** Options of {@link WorkerLoop}. */
export interface WorkerLoopOptions {
  readonly clock: Clock;
  readonly progress: Progress;
  readonly post: (reply: WorkerReply) => void;
  /** Makes the screen of a session; tests put in screens that hang. */
  readonly createModel?: (size: { cols: number; rows: number }) => ScreenModel;
}

/** One turn of a screen with work per turn of the event loop, so that requests are read in between. */
export class WorkerLoop {
  readonly #options: WorkerLoopOptions;
  readonly #context: WorkerContext;
  readonly #screens = new Map<ScreenNumber, WorkerScreen>();
  readonly #order = new TurnOrder<WorkerScreen>();
  #isScheduled = false;

  constructor(options: WorkerLoopOptions) {
    this.#options = options;
    this.#context = {
      clock: options.clock,
      progress: options.progress,
      post: options.post,
      drawingPlace: new DrawingPlace(),
      wake: (screen) => {
        this.#order.add(screen, options.clock.nowMs());
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
    if (!screen.hasWork) this.#order.add(screen, this.#options.clock.nowMs());
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
    this.#order.remove(screen);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#order.isEmpty) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    const screen = this.#order.next(startMs);
    if (screen === undefined) return;
    screen.work(TURN_MS);
    const nowMs = clock.nowMs();
    this.#order.ended(screen, { tookMs: nowMs - startMs, nowMs, hasWork: screen.hasWork });
  }
}
