/** The text of a session: every line that went over its screen, in order, and what stood on it in the end. */
import { readEvents } from '../eventlog/reader.ts';
import { bytesOf } from '../protocol/events.ts';
import type { MadeRecording, RecordingOptions } from '../protocol/recording.ts';
import { RunModel } from '../screen/emulator/runModel.ts';
import { sizeOf } from './film/survey.ts';
import type { OutputFile } from './outputFile.ts';
import { assertWanted, makeRecording, type Plan, planRecording, unfit } from './recordingFile.ts';

const PROGRESS_EVENTS = 200;
/** Bytes between two turns of the event loop. */
const BREATH_BYTES = 1024 * 1024;
/** Leaves the alternate screen, after ending any sequence under way. */
const LEAVE_ALTERNATE = Buffer.from('\u0018\u001b[?1049l');
const MICROS_PER_MS = 1_000;

/** A text that was made. */
export interface TextResult extends MadeRecording {
  readonly format: 'txt';
  readonly metadata: {
    readonly cols: number;
    readonly rows: number;
    readonly fromSeq: number;
    /** Whether a full-screen program had the terminal in the end; its screen stands behind the rest. */
    readonly endsOnAlternateScreen: boolean;
  };
}

/**
 * Exports the text of a session, ended or not: what a person could have read, without colours and trailing spaces. Lines that were wrapped
 * at the edge are one line. Screens of full-screen programs are left out, as they come and go, except the last one.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written or a range that holds nothing; `SESSION_NOT_FOUND`,
 *   `INVALID_SESSION_ID`; `LOG_CORRUPT`, `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function exportText(home: string, reference: string, options: RecordingOptions = {}): Promise<TextResult> {
  const plan = planRecording(home, reference, options);
  const name = `recording-${plan.from}-${plan.toSeq}.txt`;
  const { made, facts } = await makeRecording(home, plan, { ...options, name }, (file) => write(plan, file, options));
  return { ...made, format: 'txt', ...facts };
}

async function write(
  plan: Plan,
  file: OutputFile,
  { signal, onProgress }: RecordingOptions,
): Promise<{ durationMs: number; metadata: TextResult['metadata'] }> {
  const text = new SessionText(plan);
  try {
    for await (const event of readEvents(plan.log, { toSeq: plan.toSeq })) {
      assertWanted(signal);
      const size = sizeOf(event);
      if (size !== undefined) text.resize(size);
      if (event.seq >= plan.from) text.count(event.t);
      if (event.type === 'output' && event.seq >= plan.from) file.write(await text.output(bytesOf(event.payload)));
      if (event.seq % PROGRESS_EVENTS === 0) onProgress?.({ doneEvents: event.seq, totalEvents: plan.toSeq + 1 });
    }
    const { durationMs, size } = text;
    const { rest, endsOnAlternateScreen } = text.end();
    file.write(rest);
    return { durationMs, metadata: { ...size, fromSeq: plan.from, endsOnAlternateScreen } };
  } finally {
    text[Symbol.dispose]();
  }
}

class SessionText implements Disposable {
  readonly #plan: Plan;
  #model: RunModel | undefined;
  #size = { cols: 0, rows: 0 };
  #unyieldedBytes = 0;
  #hasGone = false;
  #firstT: number | undefined;
  #lastT = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** The last one. */
  get size(): { readonly cols: number; readonly rows: number } {
    return this.#size;
  }

  get durationMs(): number {
    return Math.max(0, this.#lastT - (this.#firstT ?? 0)) / MICROS_PER_MS;
  }

  /** Tells when an event was. */
  count(t: number): void {
    this.#firstT ??= this.#plan.from === 0 ? 0 : t;
    this.#lastT = t;
  }

  resize(size: { readonly cols: number; readonly rows: number }): void {
    this.#size = size;
    this.#model?.resize(size.cols, size.rows);
  }

  /** Gives the lines that left the screen. */
  async output(bytes: Buffer): Promise<string> {
    const model = this.#opened();
    model.write(bytes, () => true);
    this.#unyieldedBytes += bytes.length;
    if (this.#unyieldedBytes >= BREATH_BYTES) {
      this.#unyieldedBytes = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const gone = model.takeGone();
    this.#hasGone ||= gone !== '';
    return gone;
  }

  /** What stands on the screen in the end, with an LF behind it. */
  end(): { readonly rest: string; readonly endsOnAlternateScreen: boolean } {
    const model = this.#opened();
    const endsOnAlternateScreen = model.isAlternate;
    const alternate = endsOnAlternateScreen ? ended(model.text()) : '';
    if (endsOnAlternateScreen) model.write(LEAVE_ALTERNATE, () => true);
    const main = ended(model.text());
    // the lines before have no LF behind the last of them
    return { rest: (main === '' && this.#hasGone ? '\n' : main) + alternate, endsOnAlternateScreen };
  }

  [Symbol.dispose](): void {
    this.#model?.[Symbol.dispose]();
  }

  #opened(): RunModel {
    if (this.#size.cols === 0) throw unfit(`${this.#plan.log} does not begin with the start of a session and its size`);
    this.#model ??= new RunModel({ ...this.#size, cursorRow: 0, cursorCol: 0, ansi: false });
    return this.#model;
  }
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
