/** The screens of a session one after the other, each at its moment of the recording. Reads in constant memory. */
import { readEvents } from '../../eventlog/reader.ts';
import { bytesOf, type LogEvent } from '../../protocol/events.ts';
import type { RecordingOptions, Timing } from '../../protocol/recording.ts';
import { ScreenModel } from '../../screen/emulator/screenModel.ts';
import { assertWanted, type Plan, unfit } from '../recordingFile.ts';
import { FramePacer } from './framePacer.ts';
import { sizeOf } from './survey.ts';
import { longestPause, TimeLine } from './timing.ts';

/** Bytes between two turns of the event loop, so that signals and pipes are served meanwhile. */
const BREATH_BYTES = 1024 * 1024;
const PROGRESS_EVENTS = 20;

export interface ScreensOptions extends Pick<RecordingOptions, 'signal' | 'onProgress'> {
  readonly timing: Timing;
  /** The shortest time between two screens. */
  readonly frameUs: number;
}

/** A moment at which the screen may have changed; its model is the same each time and shows it until the next is asked for. */
export interface Shown {
  readonly atUs: number;
  readonly model: ScreenModel;
}

/**
 * The screens from `plan.from` on, the first at 0; gives in the end when the recording is over.
 *
 * @throws TtyError `EXPORT_ERROR` for a log without a beginning; `CANCELLED`; what reading the log throws
 */
export async function* screensOf(plan: Plan, options: ScreensOptions): AsyncGenerator<Shown, number> {
  const { signal, onProgress } = options;
  const showing = new Showing(plan.from, options);
  try {
    for await (const event of readEvents(plan.log, { toSeq: plan.toSeq })) {
      assertWanted(signal);
      const frameUs = showing.before(event);
      if (frameUs !== undefined) yield await showing.screen(frameUs);
      await showing.take(event, plan.log);
      if (event.seq % PROGRESS_EVENTS === 0) onProgress?.({ doneEvents: event.seq, totalEvents: plan.toSeq + 1 });
    }
    const { frameUs, endUs } = showing.end();
    if (frameUs !== undefined) yield await showing.screen(frameUs);
    return endUs;
  } finally {
    showing[Symbol.dispose]();
  }
}

class Showing implements Disposable {
  readonly #from: number;
  readonly #line: TimeLine;
  readonly #pacer: FramePacer;
  #model: ScreenModel | undefined;
  #originT: number | undefined;
  #lastT = 0;
  #unparsedBytes = 0;

  constructor(from: number, { timing, frameUs }: ScreensOptions) {
    this.#from = from;
    this.#line = new TimeLine(longestPause(timing, frameUs));
    this.#pacer = new FramePacer(frameUs);
  }

  /** The time of a frame that has to be taken before `event`. */
  before(event: LogEvent): number | undefined {
    if (event.seq < this.#from) return undefined;
    // the whole session begins with its clock, a part of it with its first event
    this.#originT ??= this.#from === 0 ? 0 : event.t;
    this.#lastT = Math.max(this.#lastT, event.t - this.#originT);
    const isFirst = event.seq === this.#from;
    if (!isFirst && event.type !== 'output' && event.type !== 'resize') return undefined;
    return this.#pacer.change(isFirst ? 0 : this.#line.at(this.#lastT));
  }

  async take(event: LogEvent, log: string): Promise<void> {
    if (this.#model === undefined) {
      const size = sizeOf(event);
      if (size === undefined) throw unfit(`${log} does not begin with the start of a session and its size`);
      this.#model = new ScreenModel(size);
      return;
    }
    if (event.type === 'output') {
      const bytes = bytesOf(event.payload);
      this.#model.write(bytes, event.seq);
      this.#unparsedBytes += bytes.length;
      if (this.#unparsedBytes >= BREATH_BYTES) await this.#flush(this.#model);
      return;
    }
    const size = sizeOf(event);
    if (size !== undefined) this.#model.resize(size.cols, size.rows, event.seq);
  }

  /** The screen as it is, shown at `atUs`. */
  async screen(atUs: number): Promise<Shown> {
    if (this.#model === undefined) throw unfit('the log holds no events');
    await this.#flush(this.#model);
    return { atUs, model: this.#model };
  }

  end(): { readonly frameUs: number | undefined; readonly endUs: number } {
    return this.#pacer.end(this.#line.after(this.#lastT));
  }

  [Symbol.dispose](): void {
    this.#model?.[Symbol.dispose]();
  }

  async #flush(model: ScreenModel): Promise<void> {
    this.#unparsedBytes = 0;
    await model.flush();
  }
}
