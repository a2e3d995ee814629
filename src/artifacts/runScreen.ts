/**
 * The output of a run as a terminal shows it in the end, made from the log of its session: what full-screen programs and
 * progress displays leave behind. Bounded in time and size; past the bounds it says so instead.
 */
import type { Clock } from '../base/clock.ts';
import { readEvents } from '../eventlog/reader.ts';
import { offsetBefore } from '../eventlog/seek.ts';
import { bytesOf, type LogEvent } from '../protocol/events.ts';
import { DEFAULT_COLS, DEFAULT_ROWS } from '../protocol/limits.ts';
import type { RunScreen, RunScreenRequest } from '../protocol/runScreen.ts';
import { RunModel } from '../screen/emulator/runModel.ts';

/** Output of a run that is put on a terminal. More takes seconds, and whoever wants it all reads it as lines. */
const MAX_RUN_BYTES = 8 * 1024 * 1024;
/** Time for it. Ordinary output of the largest size takes about a second. */
const MAX_RENDER_MS = 5_000;
/** Characters that the rows of a run may have: few bytes can draw many. */
const MAX_TEXT_CHARS = 32 * 1024 * 1024;
/** Output before the run that is looked at for the place of the cursor; several screens full. */
const LEAD_IN_BYTES = 128 * 1024;
/** Events before the run that are looked at for it. */
const LEAD_IN_EVENTS = 64;

type Size = { readonly cols: number; readonly rows: number };

/**
 * Puts a run on a terminal of the size that its session had. The cursor begins where the output before the run left it, as
 * far as the last 128 KiB of that tell; the screen around it begins blank, so that only the run's own text is there.
 *
 * @throws what reading the log throws
 */
export async function renderRun(request: RunScreenRequest, clock: Clock): Promise<RunScreen> {
  if ((request.outputBytes ?? 0) > MAX_RUN_BYTES) return tooLarge('it');
  const size = request.size ?? (await sizeBefore(request.file, request.seq));
  const render = new RunRender(request, size, clock);
  const fromOffset = offsetBefore(request.file, Math.max(0, request.seq - LEAD_IN_EVENTS));
  const to = request.toSeq === undefined ? {} : { toSeq: request.toSeq };
  using _ = render;
  for await (const event of readEvents(request.file, { fromOffset, ...to })) {
    const end = render.take(event);
    if (end === 'over') break;
    if (end !== 'more') return end;
  }
  return render.result();
}

/** The size of the terminal as it was when event `seq` came. */
async function sizeBefore(file: string, seq: number): Promise<Size> {
  let size: Size = { cols: DEFAULT_COLS, rows: DEFAULT_ROWS };
  for await (const event of readEvents(file, { toSeq: seq })) size = sizeOf(event) ?? size;
  return size;
}

function sizeOf(event: LogEvent): Size | undefined {
  if (event.type !== 'session_started' && event.type !== 'resize') return undefined;
  const { cols, rows } = event.payload;
  return typeof cols === 'number' && typeof rows === 'number' ? { cols, rows } : undefined;
}

class RunRender implements Disposable {
  readonly #request: RunScreenRequest;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #size: Size;
  #before: Buffer[] = [];
  #beforeBytes = 0;
  #runBytes = 0;
  #model: RunModel | undefined;

  constructor(request: RunScreenRequest, size: Size, clock: Clock) {
    this.#request = request;
    this.#size = size;
    this.#clock = clock;
    this.#deadlineMs = clock.nowMs() + MAX_RENDER_MS;
  }

  [Symbol.dispose](): void {
    this.#model?.[Symbol.dispose]();
  }

  /** Takes the next event of the log; an answer when it cannot go on, `over` when the run has. */
  take(event: LogEvent): RunScreen | 'more' | 'over' {
    const { type, payload } = event;
    const isOurs = payload['runId'] === this.#request.runId;
    if (this.#model === undefined) {
      if (type === 'output') this.#keepBefore(bytesOf(payload));
      if (isOurs && (type === 'run_started' || (type === 'input_run' && payload['source'] === 'process')))
        this.#begin();
      if (isOurs && type === 'run_complete') return 'over';
      if (event.seq > this.#request.seq) this.#size = sizeOf(event) ?? this.#size;
      return 'more';
    }
    if ((isOurs && type === 'run_complete') || type === 'exit' || type === 'host_lost') return 'over';
    const size = sizeOf(event);
    if (size !== undefined) this.#model.resize(size.cols, size.rows);
    return type === 'output' ? this.#output(this.#model, bytesOf(payload)) : 'more';
  }

  result(): RunScreen {
    const text = this.#model?.text() ?? '';
    return text.length > MAX_TEXT_CHARS ? tooLarge('what it draws') : { text };
  }

  #output(model: RunModel, bytes: Buffer): RunScreen | 'more' {
    this.#runBytes += bytes.length;
    if (this.#runBytes > MAX_RUN_BYTES) return tooLarge('it');
    const isInTime = model.write(bytes, () => this.#clock.nowMs() < this.#deadlineMs);
    if (!isInTime) return { reason: `to draw it takes more than ${MAX_RENDER_MS} ms` };
    return model.goneChars > MAX_TEXT_CHARS ? tooLarge('what it draws') : 'more';
  }

  #keepBefore(bytes: Buffer): void {
    this.#before.push(bytes);
    this.#beforeBytes += bytes.length;
    while (this.#beforeBytes > LEAD_IN_BYTES) this.#beforeBytes -= this.#before.shift()?.length ?? 0;
  }

  #begin(): void {
    const { ansi } = this.#request;
    const top = { cursorRow: 0, cursorCol: 0 };
    using lead = new RunModel({ ...this.#size, ...top, ansi: false });
    // what stood before is not worth more time than the run itself
    const halfMs = this.#clock.nowMs() + MAX_RENDER_MS / 2;
    for (const bytes of this.#before) lead.write(bytes, () => this.#clock.nowMs() < halfMs);
    this.#before = [];
    this.#model = new RunModel({ ...this.#size, ...lead.cursor, ansi });
  }
}

function tooLarge(what: string): RunScreen {
  const mib = (what === 'it' ? MAX_RUN_BYTES : MAX_TEXT_CHARS) / (1024 * 1024);
  return { reason: `${what} is more than ${mib} MiB` };
}
