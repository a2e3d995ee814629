/** What the log of a session says of its runs, without a host. Writes nothing. */
import { bytesOf, type LogEvent } from '../protocol/events.ts';
import type { RunView } from '../protocol/methods/common.ts';
import { COMPLETION_SOURCES, CONFIDENCES, EVIDENCE, OUTCOMES } from '../protocol/outcomes.ts';
import { readEvents } from '../eventlog/reader.ts';
import { offsetBefore } from '../eventlog/seek.ts';

type Payload = LogEvent['payload'];

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

/** Gathers the runs of a log, event by event. Pure. */
export class RunHistory {
  readonly #sessionId: string;
  readonly #runs = new Map<string, RunView>();
  readonly #startedAt = new Map<string, number>();

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  /** Oldest first. */
  get runs(): readonly RunView[] {
    return [...this.#runs.values()];
  }

  take(event: LogEvent): void {
    const id = event.payload['runId'];
    const run = typeof id === 'string' ? this.#runs.get(id) : undefined;
    if (event.type === 'input_run' && typeof id === 'string') {
      this.#runs.set(id, acceptedRun(this.#sessionId, id, event));
      this.#startedAt.set(id, event.t);
    } else if (event.type === 'run_started' && run !== undefined) {
      this.#runs.set(run.runId, { ...run, state: 'started', fromSeq: event.seq });
    } else if (event.type === 'run_complete' && run !== undefined) {
      this.#runs.set(run.runId, { ...run, ...ending(event.payload), state: 'ended', toSeq: event.seq });
    } else if (event.type === 'exit') {
      this.#endAll(event, {
        outcome: 'session_exited',
        evidence: ['process_exit'],
        confidence: 'certain',
        ...exitOf(event.payload),
      });
    } else if (event.type === 'host_lost') {
      this.#endAll(event, LOST);
    }
  }

  /** To be called at the end of the log of a session whose host is gone: what did not end is lost. */
  hostIsGone(): void {
    this.#endAll(undefined, LOST);
  }

  #endAll(event: LogEvent | undefined, how: Ending): void {
    for (const run of this.#runs.values()) {
      if (run.state === 'ended') continue;
      const startedAt = this.#startedAt.get(run.runId);
      const durationMs = event === undefined || startedAt === undefined ? null : (event.t - startedAt) / 1_000;
      this.#runs.set(run.runId, { ...run, state: 'ended', durationMs, toSeq: event?.seq ?? null, ...how });
    }
  }
}

type Ending = Pick<RunView, 'outcome' | 'evidence' | 'confidence'> & Partial<Pick<RunView, 'exitCode' | 'signal'>>;

/** The host died, and with it the only one who could have seen the end. */
const LOST: Ending = { outcome: 'lost', evidence: ['host_death'], confidence: 'certain' };

function acceptedRun(sessionId: string, runId: string, { seq, payload }: LogEvent): RunView {
  return {
    runId,
    sessionId,
    command: textOf(payload, 'command'),
    state: payload['source'] === 'process' ? 'started' : 'typed',
    outcome: null,
    exitCode: null,
    signal: null,
    marker: textOf(payload, 'marker'),
    source: COMPLETION_SOURCES.find((source) => source === payload['source']) ?? 'process',
    seq,
    fromSeq: null,
    toSeq: null,
    durationMs: null,
    evidence: [],
    confidence: null,
  };
}

function ending(payload: Payload): Ending & Pick<RunView, 'durationMs'> {
  const given: readonly unknown[] = Array.isArray(payload['evidence']) ? payload['evidence'] : [];
  const { exitCode, durationMs } = payload;
  return {
    outcome: OUTCOMES.find((outcome) => outcome === payload['outcome']) ?? 'finished',
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    evidence: EVIDENCE.filter((evidence) => given.includes(evidence)),
    confidence: CONFIDENCES.find((confidence) => confidence === payload['confidence']) ?? null,
    durationMs: typeof durationMs === 'number' ? durationMs : null,
  };
}

function exitOf(payload: Payload): Pick<RunView, 'exitCode' | 'signal'> {
  const { exitCode, exitSignal } = payload;
  return {
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    signal: typeof exitSignal === 'string' ? exitSignal : null,
  };
}

function textOf(payload: Payload, name: string): string {
  const value = payload[name];
  return typeof value === 'string' ? value : '';
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
