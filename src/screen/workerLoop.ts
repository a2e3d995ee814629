/** The screen worker without its thread: takes requests, shares its time between screens, answers. */
import type { Clock } from '../base/clock.ts';
import { invariant } from '../base/invariant.ts';
import { ScreenModel } from './screenModel.ts';
import type { Progress, ScreenNumber, WorkerReply, WorkerRequest } from './workerProtocol.ts';
import { WorkerScreen } from './workerScreen.ts';

/** Time of one screen before the next has its turn. Twice as much doubles what nine busy screens delay the tenth. */
const TURN_MS = 4;

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
  readonly #screens = new Map<ScreenNumber, WorkerScreen>();
  /** Screens that got work while idle, and screens whose turn ended before their work. The two take turns. */
  readonly #fresh: WorkerScreen[] = [];
  readonly #rest: WorkerScreen[] = [];
  #wasFresh = false;
  #isScheduled = false;

  constructor(options: WorkerLoopOptions) {
    this.#options = options;
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
    const { createModel, ...context } = this.#options;
    const size = { cols: request.cols, rows: request.rows };
    const model = createModel === undefined ? new ScreenModel(size) : createModel(size);
    this.#screens.set(request.screen, new WorkerScreen({ number: request.screen, ...size }, model, context));
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
    const screen = (isFresh ? this.#fresh : this.#rest).shift();
    if (screen === undefined) return;
    screen.work(TURN_MS);
    if (screen.hasWork) this.#rest.push(screen);
  }
}
