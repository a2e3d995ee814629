/**
 * The events of a session's log, `events.jsonl`: one per line,
 * `{"seq":n,"ts":"...","t":n,"type":"...","payload":{...},"h":"..."}`. `seq` is contiguous from 0, `ts` wall time (ISO 8601,
 * ms) for people, `t` monotonic microseconds since the session began, `h` the hash chain.
 *
 * The writer is typed by this file and validates nothing; readers check with `zod` only what comes from disk, keep types
 * they do not know, and refuse a newer format.
 */
import type { Capacity } from './leaseOutcome.ts';
import type { CompletionSource, Confidence, Evidence, Outcome } from './outcomes.ts';

/** Bytes of a program: text when they are valid UTF-8, base64 otherwise. Never replaced, never lost. */
export type Bytes = { readonly data: string } | { readonly dataBase64: string };

/** Why a query gets no answer. */
export type ReplyDropReason =
  /** The terminal echoes or takes lines (or the system does not tell): nobody waits, and it would be typed at a prompt. */
  | 'not_raw'
  /** The shell reads its next command: what had asked is gone. */
  | 'asker_gone'
  /** More than a session may have in a second. */
  | 'rate'
  /** The program does not read its input. */
  | 'input_full'
  /** The log takes nothing. */
  | 'log_blocked';

/**
 * Why an input is not in the log as it was sent: it was typed while the terminal took lines without echo, so that only its length
 * is kept (`no_echo`), or it held what the session redacts (`secret`). Asterisks stand for what is left out.
 */
export type InputRedaction = 'no_echo' | 'secret';

/** A rule of redaction: its name, and how many values or shapes it has; never anything of the values. */
export interface RedactionFacts {
  readonly rule: string;
  readonly values: number;
}

export interface EventPayloads {
  /** Always the first event. Holds what a replay needs; no environment. */
  session_started: {
    formatVersion: number;
    sessionId: string;
    command: readonly string[];
    cwd: string;
    cols: number;
    rows: number;
    term: string;
    name?: string;
    /** Of its runs. */
    provider?: string;
    toolVersion: string;
    platform: string;
    /** Names the width tables that the screen uses. */
    unicodeVersion: string;
    /** What is masked before it is written, when anything is. */
    redact?: readonly RedactionFacts[];
  };
  /** What the program wrote. Private marks and the typed frame of a sentinel run are not in it. */
  output: Bytes;
  input_text: { data: string; redacted?: InputRedaction };
  /** Pasted text as it was sent, its frame not counted; `bracketed` says whether there was one. */
  input_paste: { data: string; bracketed: boolean; redacted?: InputRedaction };
  input_keys: { keys: readonly string[]; redacted?: InputRedaction };
  /** A command about to be typed, or the session's own program when it is the run (`source` is `process`). */
  input_run: {
    command: string;
    noWait: boolean;
    marker: string;
    runId: string;
    source: CompletionSource;
    /** What the caller named it by, so that it is typed once however often it is asked for. */
    idempotencyKey?: string;
    /** The command held secrets: asterisks stand in their place, what was typed had them. */
    redacted?: 'secret';
  };
  /**
   * A run's place at its provider, counts only: `held` stands right before its `input_run`; `released` when the place is free again,
   * unless that came with `exit`; `lost` when an operator took it away.
   */
  run_lease: {
    runId: string;
    provider: string;
    state: 'held' | 'released' | 'lost';
    /** For the place; null but in `held`. */
    waitedMs: number | null;
    /** How full the provider is then. */
    capacity: Capacity | null;
  };
  /** The command begins to run: output from here on is its own. */
  run_started: { runId: string; inputRunSeq: number };
  /** What a line editor painted while a sentinel run was typed; kept so that no byte is lost, shown to nobody. */
  run_echo: Bytes & { runId: string };
  run_complete: {
    marker: string;
    inputRunSeq: number;
    runId: string;
    outcome: Outcome;
    exitCode: number | null;
    evidence: readonly Evidence[];
    confidence: Confidence;
    durationMs: number;
  };
  /** A command that somebody typed past us, seen by the shell's hooks. */
  foreign_run: { exitCode: number | null };
  resize: { cols: number; rows: number };
  /** About to be sent: to the terminal's foreground, with `tree` to every process of the session, with `runId` to the run's. */
  signal: { signal: string; tree?: true; runId?: string };
  marker: { label: string };
  /**
   * The terminal is about to answer a query of the program: `query` names it, `data` goes to the program as it is. Comes
   * from a fixed table; input, not output.
   */
  reply: { query: string; data: string };
  /** Queries that got no answer since the last such event, at most one event a second for each reason. */
  reply_dropped: { count: number; reason: ReplyDropReason };
  /** How many secrets were masked since the last such event, by rule; at most one event a second. */
  redacted: { counts: Readonly<Record<string, number>> };
  /** Queued input that the program never read. */
  input_lost: { bytes: number };
  exit: { exitCode: number | null; exitSignal: string | null };
  /** Appended by the next host: the one that owned the session died. */
  host_lost: { hostPid: number; survivorsEnded: number };
  /** Appended after a torn tail was cut; the bytes are kept in `keptIn`. */
  recovered: { cutBytes: number; keptIn: string | null };
  /** The disk failed; the events of this range were written anew, and nothing was taken before they were on it. */
  durability_lost: { reason: string; fromSeq: number; toSeq: number };
  /** The log was gone from its place and was put back whole. */
  log_replaced: { reason: string };
  /** Others had access to the log (`mode`, octal) until now. */
  perm_fixed: { mode: string };
}

export type EventType = keyof EventPayloads;

/** One event to append: its type and the payload that belongs to it. */
export type NewEvent = { [T in EventType]: { readonly type: T; readonly payload: EventPayloads[T] } }[EventType];

/** An event as it stands in the log. `type` may be one this version does not know. */
export interface LogEvent {
  readonly seq: number;
  readonly ts: string;
  /** Monotonic microseconds since the session began. */
  readonly t: number;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Base64url SHA-256 over the previous event's `h` and the bytes of this line before `,"h":`. */
  readonly h: string;
}

/** A point of the chain: everything up to `seq` is fixed by `h`. */
export interface LogHead {
  readonly seq: number;
  readonly h: string;
}

/** The bytes of an `output` or `run_echo` event. */
export function bytesOf(payload: Readonly<Record<string, unknown>>): Buffer {
  if (typeof payload['data'] === 'string') return Buffer.from(payload['data'], 'utf8');
  return Buffer.from(typeof payload['dataBase64'] === 'string' ? payload['dataBase64'] : '', 'base64');
}
