/** What the log of a session says of its runs, without a host. Writes nothing. */
import { bytesOf, type LogEvent } from '../protocol/events.ts';
import type { RunView } from '../protocol/methods/common.ts';
import { readEvents } from '../eventlog/reader.ts';
import { RunHistory } from '../eventlog/runHistory.ts';
import { offsetBefore } from '../eventlog/seek.ts';

/**
 * Follows the events of a log and says which bytes are the output of one run: those between its start and its end. A run
 * that is the session's own program starts with its `input_run`. Pure; may begin anywhere before the run's start.
 */
export class RunWindow {
  readonly #runId: string;
  #phase: 'before' | 'open' | 'closed' = 'before';
  #hasStarted = false;

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** Whether the start of the command was seen. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Whether nothing of the run can follow. */
  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** The run's own bytes in `event`, if it has any. */
  take(event: LogEvent): Buffer | undefined {
    switch (event.type) {
      case 'input_run':
        if (event.payload['runId'] === this.#runId && event.payload['source'] === 'process') this.#open();
        return undefined;
      case 'run_started':
        if (event.payload['runId'] === this.#runId) this.#open();
        return undefined;
      case 'run_complete':
        if (event.payload['runId'] === this.#runId) this.#phase = 'closed';
        return undefined;
      case 'exit':
      case 'host_lost':
        if (this.#phase === 'open') this.#phase = 'closed';
        return undefined;
      case 'output':
        return this.#phase === 'open' ? bytesOf(event.payload) : undefined;
      default:
        return undefined;
    }
  }

  #open(): void {
    this.#phase = 'open';
    this.#hasStarted = true;
  }
}

/** The runs in a log, oldest first. `hostIsGone`: nobody writes to it any more, so what has not ended never will. */
export async function readRuns(
  file: string,
  options: { sessionId: string; hostIsGone: boolean },
): Promise<readonly RunView[]> {
  const history = new RunHistory(options.sessionId);
  for await (const event of readEvents(file)) history.take(event);
  if (options.hostIsGone) history.hostIsGone();
  return history.runs;
}

/**
 * The output of a run, piece by piece, as it stands in the log now or up to `toSeq`. `seq` of its `input_run`, where it is
 * known, spares what is before.
 */
export async function* readRunOutput(
  file: string,
  runId: string,
  { seq = 0, toSeq }: { readonly seq?: number; readonly toSeq?: number | undefined } = {},
): AsyncGenerator<Buffer> {
  const window = new RunWindow(runId);
  const to = toSeq === undefined ? {} : { toSeq };
  for await (const event of readEvents(file, { fromOffset: offsetBefore(file, seq), ...to })) {
    const bytes = window.take(event);
    if (bytes !== undefined) yield bytes;
    if (window.isClosed) return;
  }
}
