/** What a log tells of its session, for a manifest. Pure; bounded, whatever the log holds. */
import { RunHistory } from '../../eventlog/runHistory.ts';
import type { LogEvent } from '../../protocol/events.ts';
import type { RunView } from '../../protocol/methods/common.ts';
import { MAX_COMMAND_CHARS, MAX_EVENT_TYPES, MAX_RUNS } from './layout.ts';
import { type RedactionFacts, RedactionTale } from './redaction.ts';

/** How a session ended; `null` for one that had not. */
export type SessionEnd =
  | {
      readonly kind: 'exit';
      readonly seq: number;
      readonly exitCode: number | null;
      readonly exitSignal: string | null;
    }
  | { readonly kind: 'host_lost'; readonly seq: number }
  | null;

export interface SessionFacts {
  readonly sessionId: string;
  readonly name: string | null;
  readonly command: readonly string[];
  readonly cwd: string | null;
  readonly term: string | null;
  /** The size at the start. */
  readonly cols: number | null;
  readonly rows: number | null;
  readonly toolVersion: string | null;
  readonly platform: string | null;
  readonly unicodeVersion: string | null;
  readonly startedAt: string;
  readonly lastEventAt: string;
  readonly durationMs: number;
  readonly end: SessionEnd;
  readonly events: number;
  /** How many of each type; types past the first 64 are counted together as `(others)`. */
  readonly eventTypes: Readonly<Record<string, number>>;
}

/** A run as a manifest tells it. */
export interface RunFacts extends Pick<
  RunView,
  | 'runId'
  | 'command'
  | 'state'
  | 'outcome'
  | 'exitCode'
  | 'signal'
  | 'evidence'
  | 'confidence'
  | 'source'
  | 'seq'
  | 'fromSeq'
  | 'toSeq'
  | 'durationMs'
> {
  /** Of the whole command; `command` is cut at 400 characters. */
  readonly commandBytes: number;
}

export interface LogFactsTold {
  readonly session: SessionFacts;
  readonly runs: readonly RunFacts[];
  readonly redaction: RedactionFacts | null;
}

const OTHERS = '(others)';

/** Gathers the facts of one log, event by event from its first on. */
export class LogFacts {
  #started: LogEvent | undefined;
  #last: LogEvent | undefined;
  #runs = new RunHistory('');
  readonly #commandBytes = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #redaction = new RedactionTale();
  #events = 0;
  #end: SessionEnd = null;
  #hasTooManyRuns = false;

  /** Whether the log has more runs than a manifest lists; those past the bound are not gathered. */
  get hasTooManyRuns(): boolean {
    return this.#hasTooManyRuns;
  }

  take(event: LogEvent): void {
    if (this.#started === undefined) {
      this.#started = event;
      this.#runs = new RunHistory(textOf(event.payload, 'sessionId') ?? '');
    }
    this.#last = event;
    this.#events += 1;
    const { type } = event;
    const counted = this.#types.has(type) || this.#types.size < MAX_EVENT_TYPES ? type : OTHERS;
    this.#types.set(counted, (this.#types.get(counted) ?? 0) + 1);
    if (type === 'exit') this.#end = exitOf(event);
    else if (type === 'host_lost') this.#end = { kind: 'host_lost', seq: event.seq };
    this.#redaction.take(event);
    this.#takeRun(event);
  }

  /** What was gathered. Only after the first event. */
  told(): LogFactsTold | undefined {
    const [started, last] = [this.#started, this.#last];
    if (started === undefined || last === undefined) return undefined;
    const { payload } = started;
    const command: readonly unknown[] = Array.isArray(payload['command']) ? payload['command'] : [];
    return {
      session: {
        sessionId: textOf(payload, 'sessionId') ?? '',
        name: textOf(payload, 'name'),
        command: command.filter((word) => typeof word === 'string'),
        cwd: textOf(payload, 'cwd'),
        term: textOf(payload, 'term'),
        cols: numberOf(payload, 'cols'),
        rows: numberOf(payload, 'rows'),
        toolVersion: textOf(payload, 'toolVersion'),
        platform: textOf(payload, 'platform'),
        unicodeVersion: textOf(payload, 'unicodeVersion'),
        startedAt: started.ts,
        lastEventAt: last.ts,
        durationMs: last.t / 1_000,
        end: this.#end,
        events: this.#events,
        eventTypes: Object.fromEntries([...this.#types].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      },
      runs: this.#runs.runs.map((run) => this.#runFacts(run)),
      redaction: this.#redaction.told(),
    };
  }

  #takeRun(event: LogEvent): void {
    const { runId, command } = event.payload;
    if (event.type !== 'input_run' || typeof runId !== 'string') {
      this.#runs.take(event);
      return;
    }
    if (this.#commandBytes.size >= MAX_RUNS && !this.#commandBytes.has(runId)) {
      this.#hasTooManyRuns = true;
      return;
    }
    this.#commandBytes.set(runId, typeof command === 'string' ? Buffer.byteLength(command) : 0);
    this.#runs.take(withCutCommand(event));
  }

  #runFacts(run: RunView): RunFacts {
    const { runId, command, state, outcome, exitCode, signal, evidence, confidence, source } = run;
    const { seq, fromSeq, toSeq, durationMs } = run;
    const about = { runId, command, commandBytes: this.#commandBytes.get(runId) ?? 0 };
    const verdict = { state, outcome, exitCode, signal, evidence, confidence, source };
    return { ...about, ...verdict, seq, fromSeq, toSeq, durationMs };
  }
}

function exitOf({ seq, payload }: LogEvent): SessionEnd {
  return { kind: 'exit', seq, exitCode: numberOf(payload, 'exitCode'), exitSignal: textOf(payload, 'exitSignal') };
}

/** The event, a long command in it cut, no character in two: what is gathered of a log must not grow with its commands. */
export function withCutCommand(event: LogEvent): LogEvent {
  const { command } = event.payload;
  if (event.type !== 'input_run' || typeof command !== 'string' || command.length <= MAX_COMMAND_CHARS) return event;
  const cut = command.slice(0, MAX_COMMAND_CHARS).replace(/[\ud800-\udbff]$/, '');
  return { ...event, payload: { ...event.payload, command: cut } };
}

function textOf(payload: LogEvent['payload'], name: string): string | null {
  const value = payload[name];
  return typeof value === 'string' ? value : null;
}

function numberOf(payload: LogEvent['payload'], name: string): number | null {
  const value = payload[name];
  return typeof value === 'number' ? value : null;
}
