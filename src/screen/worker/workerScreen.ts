/** One screen inside the worker: its queue of work, in order, cut into slices that are short even for hostile bytes. */
import type { Clock } from '../../base/clock.ts';
import { invariant } from '../../base/invariant.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import { screenHash } from '../../protocol/snapshot.ts';
import { AnswerBatch } from './answerBatch.ts';
import { Baselines } from './baselines.ts';
import { CellsJob } from './cellsJob.ts';
import { ScreenWaits } from './conditions.ts';
import { type DrawingPlace, Drawings } from './drawings.ts';
import { hasPattern } from './probe.ts';
import type { ScreenModel } from '../emulator/screenModel.ts';
import { Slicer } from './slices.ts';
import type {
  EncodedCells,
  FeedRequest,
  Progress,
  ScreenMatch,
  ScreenNumber,
  WorkerReply,
  WorkerRequest,
} from '../workerProtocol.ts';

type StateRequest = WorkerRequest & { type: 'state' };
type QueuedWork = Extract<WorkerRequest, { type: 'feed' | 'resize' | 'state' | 'wait' | 'stamp' | 'draw' }>;

/** What does not go on while the screen is drawn: it would change it, or draw it once more. */
const MUST_WAIT = { feed: true, resize: true, draw: true, state: false, wait: false, stamp: false } as const;

/** What a screen needs from the worker around it. */
export interface WorkerContext {
  readonly clock: Clock;
  readonly progress: Progress;
  readonly drawingPlace: DrawingPlace;
  post(reply: WorkerReply): void;
  /** The screen, which had no work, is about to have some: a wait is to look again. */
  wake(screen: WorkerScreen): void;
}

/** Owns the model and the waits; {@link WorkerScreen.dispose} releases both. */
export class WorkerScreen implements Disposable {
  readonly #number: ScreenNumber;
  readonly #context: WorkerContext;
  readonly #model: ScreenModel;
  readonly #waits: ScreenWaits;
  readonly #baselines: Baselines;
  readonly #drawings: Drawings;
  #queue: QueuedWork[] = [];
  readonly #answers: AnswerBatch;
  readonly #slicer: Slicer;
  /** Where in the first request of the queue the next slice begins: offset of its bytes, index of its event. */
  #offset = 0;
  /** The cells of the state request that is first in the queue. */
  #cellsJob: CellsJob | undefined;
  /** The event of which the screen has seen a part. */
  #partOfSeq: number | undefined;
  #event = 0;
  /** The event that is parsed, or was parsed last. */
  #seq = -1;
  #isLookDue = false;

  constructor(
    screen: { number: ScreenNumber; cols: number; rows: number },
    model: ScreenModel,
    context: WorkerContext,
  ) {
    this.#number = screen.number;
    this.#context = context;
    this.#model = model;
    this.#slicer = new Slicer(screen.cols, screen.rows);
    this.#answers = new AnswerBatch((answers, skipped) =>
      context.post({ type: 'answers', screen: screen.number, answers, skipped, lastSeq: this.#seq }),
    );
    model.onReply((reply) => this.#answers.add({ ...reply, seq: this.#seq, bracketedPaste: model.bracketedPaste }));
    this.#baselines = new Baselines(model);
    this.#drawings = new Drawings(model, context.clock, context.drawingPlace);
    this.#waits = new ScreenWaits({
      clock: context.clock,
      screen: {
        rows: () => model.rows(),
        cursor: () => model.cursor(),
        seenSeq: () => model.capturedAtSeq,
        isBusy: () => this.#queue.some((work) => work.type === 'feed' || work.type === 'resize'),
      },
      answers: {
        matched: (request, matchedText) => {
          const match = { ...(matchedText === undefined ? {} : { matchedText }), ...this.#where() };
          this.#stamp();
          context.post({ type: 'matched', screen: this.#number, request, match });
        },
        failed: (request, error) =>
          context.post({ type: 'failed', screen: this.#number, request, error: errorBody(error) }),
      },
      onDue: () => {
        if (!this.hasWork) context.wake(this);
        this.#isLookDue = true;
      },
    });
  }

  get hasWork(): boolean {
    return this.#queue.length > 0 || this.#drawings.isActive || this.#isLookDue;
  }

  /** Whether a pattern may be looked for in the next turn. */
  get mayBeSlow(): boolean {
    const work = this.#queue[0];
    return this.#waits.hasPattern || (work?.type === 'wait' && hasPattern(work.condition));
  }

  enqueue(work: QueuedWork): void {
    this.#queue.push(work);
  }

  cancel(request: number): void {
    this.#waits.remove(request);
    const at = this.#queue.findIndex((work) => 'request' in work && work.request === request);
    if (at === -1) return;
    this.#queue.splice(at, 1);
    if (at === 0) this.#cellsJob = undefined;
    if (at === 0 && this.#drawings.isFor(request)) this.#drawings[Symbol.dispose]();
    this.#context.progress.addDone(1);
  }

  /** Works for about `budgetMs`, or until nothing is left. What was parsed is acknowledged before what came after it. */
  work(budgetMs: number): void {
    const end = this.#context.clock.nowMs() + budgetMs;
    let parsed = 0;
    let hasChanged = false;
    const acknowledge = (): void => {
      this.#answers.endTurn();
      if (parsed > 0) this.#context.post({ type: 'parsed', screen: this.#number, bytes: parsed });
      parsed = 0;
    };
    do {
      const work = this.#queue[0];
      if (this.#drawings.isActive && (work === undefined || MUST_WAIT[work.type])) {
        acknowledge();
        this.#draw();
        continue;
      }
      if (work === undefined) break;
      if (work.type === 'feed') {
        parsed += this.#parseSlice(work);
        hasChanged = true;
        continue;
      }
      acknowledge();
      if (work.type === 'draw') {
        if (this.#drawings.beginFor(work.request)) continue;
        break; // another screen is being drawn, which takes a few turns
      }
      if (work.type === 'state' && !this.#answerState(work)) continue;
      this.#queue.shift();
      hasChanged = (work.type !== 'state' && this.#serve(work)) || hasChanged;
      this.#context.progress.addDone(1);
    } while (this.#context.clock.nowMs() < end);
    acknowledge();
    const isLookDue = this.#isLookDue;
    this.#isLookDue = false;
    if (hasChanged) this.#waits.changed();
    else if (isLookDue) this.#waits.look();
  }

  [Symbol.dispose](): void {
    this.#waits[Symbol.dispose]();
    this.#baselines[Symbol.dispose]();
    this.#drawings[Symbol.dispose]();
    this.#model[Symbol.dispose]();
    this.#context.progress.addDone(this.#queue.length);
    this.#queue = [];
  }

  /** Serves what is done in one go; says whether it changed the screen. */
  #serve(work: Extract<QueuedWork, { type: 'resize' | 'wait' | 'stamp' }>): boolean {
    if (work.type === 'wait') this.#wait(work);
    else if (work.type === 'stamp') this.#stamp();
    else {
      this.#context.progress.begin({ screen: this.#number, seq: work.seq });
      this.#baselines.beforeEvent(work.seq);
      this.#model.resize(work.cols, work.rows, work.seq);
      this.#slicer.resize(work.cols, work.rows);
      this.#context.progress.end();
      return true;
    }
    return false;
  }

  /** Goes on with the drawing under way, and tells of it when it is done. */
  #draw(): void {
    const { progress } = this.#context;
    progress.begin({ screen: this.#number, seq: this.#model.capturedAtSeq });
    const drawn = this.#drawings.step();
    progress.end();
    if (drawn === undefined) return;
    const { request, checkpoint } = drawn;
    if (request !== undefined) {
      this.#context.post({ type: 'drawn', screen: this.#number, request, checkpoint });
      this.#queue.shift();
      progress.addDone(1);
    } else if (checkpoint !== undefined) this.#context.post({ type: 'checkpoint', screen: this.#number, checkpoint });
  }

  /** Answers with the state, cells line by line; says whether it is done. */
  #answerState(work: StateRequest): boolean {
    const { request, includeScrollback, includeCells } = work;
    const answer = { screen: this.#number, request };
    let cells: EncodedCells | undefined;
    if (includeCells) {
      this.#cellsJob ??= new CellsJob(this.#model, { includeScrollback });
      this.#context.progress.beat();
      try {
        cells = this.#cellsJob.step();
      } catch (error) {
        this.#cellsJob = undefined;
        this.#context.post({ type: 'failed', ...answer, error: errorBody(error) });
        return true;
      }
      if (cells === undefined) return false;
      this.#cellsJob = undefined;
    }
    const state = this.#model.state({ includeScrollback });
    this.#stamp();
    this.#context.post({ type: 'state', ...answer, state, cells });
    return true;
  }

  #wait({ request, condition, afterSeq }: WorkerRequest & { type: 'wait' }): void {
    const baseline = afterSeq === undefined ? undefined : this.#baselines.find(afterSeq);
    if (afterSeq === undefined || baseline !== undefined) return this.#waits.add(request, condition, baseline);
    const error = noStamp(afterSeq, this.#baselines.spans).toBody();
    this.#context.post({ type: 'failed', screen: this.#number, request, error });
  }

  /** Keeps what the screen shows for waits to count from. */
  #stamp(): void {
    this.#baselines.stamp(this.#model.capturedAtSeq, this.#partOfSeq);
  }

  /** Parses one slice of the first request; gives its bytes. It holds bytes of one event, so that a failure names it. */
  #parseSlice(feed: FeedRequest): number {
    const { progress } = this.#context;
    const seq = feed.seqs[this.#event];
    const end = feed.ends[this.#event];
    invariant(seq !== undefined && end !== undefined, 'fed bytes belong to no event');
    const slice = this.#slicer.cut(Buffer.from(feed.bytes, this.#offset, end - this.#offset));
    this.#offset += slice.length;
    const isEnd = this.#offset === end;
    this.#seq = seq;
    progress.begin({ screen: this.#number, seq });
    if (this.#partOfSeq === undefined) this.#baselines.beforeEvent(seq);
    this.#partOfSeq = isEnd ? undefined : seq;
    const startMs = this.#context.clock.nowMs();
    this.#model.write(slice, isEnd ? seq : undefined);
    progress.end();
    const tookMs = this.#context.clock.nowMs() - startMs;
    this.#slicer.took(tookMs);
    this.#drawings.parsed(slice.length, tookMs);
    if (isEnd) this.#drawings.beginIfDue(seq);
    this.#answers.send();
    if (isEnd) this.#event += 1;
    if (this.#event === feed.seqs.length) {
      this.#queue.shift();
      this.#offset = 0;
      this.#event = 0;
      progress.addDone(1);
    }
    return slice.length;
  }

  #where(): Omit<ScreenMatch, 'matchedText'> {
    const lines = this.#model.rows().map((row) => row.text.trimEnd());
    return { ...this.#model.cursor(), capturedAtSeq: this.#model.capturedAtSeq, screenHash: screenHash(lines) };
  }
}

function noStamp(afterSeq: number, spans: Baselines['spans']): TtyError {
  return new TtyError('INVALID_INPUT', `the screen as it stood after event ${afterSeq} was not kept`, {
    details: { reason: 'after-seq', afterSeq, kept: spans },
    hint: 'count from what type, send-keys, paste, run, mark, snapshot or wait returned; the newest 32 are kept',
  });
}

function errorBody(error: unknown): ErrorBody {
  if (error instanceof TtyError) return error.toBody();
  throw error;
}
