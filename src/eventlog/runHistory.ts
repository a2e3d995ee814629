/** The runs of a session as its log tells them, without a host. */
import type { LogEvent } from '../protocol/events.ts';
import type { RunView } from '../protocol/methods/common.ts';
import { COMPLETION_SOURCES, CONFIDENCES, EVIDENCE, OUTCOMES } from '../protocol/outcomes.ts';

type Payload = LogEvent['payload'];

/** Gathers the runs of a log, event by event. Pure. */
export class RunHistory {
  readonly #sessionId: string;
  readonly #runs = new Map<string, RunView>();
  /** `t` of the `input_run` of each run that has not ended. */
  readonly #open = new Map<string, number>();

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
      this.#open.set(id, event.t);
    } else if (event.type === 'run_started' && run !== undefined) {
      this.#runs.set(run.runId, { ...run, state: 'started', fromSeq: event.seq });
    } else if (event.type === 'run_complete' && run !== undefined) {
      this.#runs.set(run.runId, { ...run, ...ending(event.payload), state: 'ended', toSeq: event.seq });
      this.#open.delete(run.runId);
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
    for (const [id, startedAt] of this.#open) {
      const run = this.#runs.get(id);
      if (run === undefined) continue;
      const durationMs = event === undefined ? null : (event.t - startedAt) / 1_000;
      this.#runs.set(id, { ...run, state: 'ended', durationMs, toSeq: event?.seq ?? null, ...how });
    }
    this.#open.clear();
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
