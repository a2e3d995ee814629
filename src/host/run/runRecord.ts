/** One run as the coordinator keeps it: where it stands, what it printed, and who waits for it. */
import type { Clock, Timer } from '../../base/clock.ts';
import { deferred } from '../../base/deferred.ts';
import { invariant } from '../../base/invariant.ts';
import type { RunResult, RunView } from '../../protocol/methods/common.ts';
import type { CompletionSource, Outcome } from '../../protocol/outcomes.ts';
import { OutputCapture } from './outputCapture.ts';
import { nextRunState, type OpenOutcome, QUEUED, type RunChange, type RunEnd, type RunState } from './runState.ts';

/** What a waiter learns: the run ended, or its own time is up while the run goes on. */
export type WaitOutcome = { readonly kind: 'ended'; readonly end: RunEnd } | { readonly kind: 'timed_out' };

export interface WaitOptions {
  /** Milliseconds; 0 waits without a bound. */
  readonly timeoutMs: number;
  /** Takes the waiter away and rejects with the signal's reason. The run goes on. */
  readonly signal?: AbortSignal;
}

/** What stays fixed over a run's life. */
export interface RunIdentity {
  readonly runId: string;
  readonly sessionId: string;
  readonly command: string;
  readonly noWait: boolean;
  readonly marker: string;
  /** 32 hex digits, known to the frame of this run only. */
  readonly token: string;
  readonly source: CompletionSource;
}

/** A {@link RunResult} without the sealed head of the log, which only the log's owner knows. */
export type HeadlessRunResult = Omit<RunResult, 'head'>;

export class RunRecord {
  /** Fixed once the run is typed. */
  identity: RunIdentity;
  readonly #clock: Clock;
  readonly #waiters = new Set<{ settle: (outcome: WaitOutcome) => void; fail: (reason: unknown) => void }>();
  #state: RunState = QUEUED;
  #failure: { readonly reason: unknown } | undefined;
  #capture: OutputCapture | undefined = new OutputCapture();
  #sinceMs: number;
  #endedMs: number | undefined;
  /** Seq of `input_run`. */
  inputRunSeq: number | undefined;
  /** Seq of `run_started`. */
  fromSeq: number | undefined;
  /** Seq of the event that ended the run. */
  toSeq: number | undefined;

  constructor(identity: RunIdentity, clock: Clock) {
    this.identity = identity;
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  get state(): RunState {
    return this.#state;
  }

  get waiterCount(): number {
    return this.#waiters.size;
  }

  /** Milliseconds since the run was typed, or accepted; fixed once it ended. */
  get durationMs(): number {
    return Math.round(((this.#endedMs ?? this.#clock.nowMs()) - this.#sinceMs) * 1000) / 1000;
  }

  /** The output, until {@link dropOutput}. */
  get capture(): OutputCapture | undefined {
    return this.#capture;
  }

  /** Moves on, settling the waiters when this ends the run. False when the change came too late or too early. */
  change(change: RunChange): boolean {
    const next = nextRunState(this.#state, change);
    if (next === this.#state) return false;
    this.#state = next;
    if (next.name === 'typed') this.#sinceMs = this.#clock.nowMs();
    if (next.name === 'ended') {
      this.#endedMs = this.#clock.nowMs();
      for (const waiter of this.#waiters) waiter.settle({ kind: 'ended', end: next.end });
    }
    return true;
  }

  /** Ends the run although its end could not be written: every waiter, later ones too, is rejected with `reason`. */
  fail(end: RunEnd, reason: unknown): void {
    if (this.#state.name === 'ended') return;
    this.#failure = { reason };
    for (const waiter of this.#waiters) waiter.fail(reason);
    this.change({ type: 'ended', end });
  }

  /** Resolves when the run ends or the time is up; a late waiter gets the stored outcome. May be called many times. */
  wait({ timeoutMs, signal }: WaitOptions): Promise<WaitOutcome> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    if (this.#state.name === 'ended') return Promise.resolve({ kind: 'ended', end: this.#state.end });
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const settled = deferred<WaitOutcome>();
    let timer: Timer | undefined;
    const leave = (): void => {
      this.#waiters.delete(waiter);
      timer?.clear();
      signal?.removeEventListener('abort', abort);
    };
    const waiter = {
      settle: (outcome: WaitOutcome): void => {
        leave();
        settled.resolve(outcome);
      },
      fail: (reason: unknown): void => {
        leave();
        settled.reject(reason);
      },
    };
    const abort = (): void => waiter.fail(signal?.reason);
    this.#waiters.add(waiter);
    signal?.addEventListener('abort', abort, { once: true });
    if (timeoutMs > 0) timer = this.#clock.after(timeoutMs, () => waiter.settle({ kind: 'timed_out' }));
    return settled.promise;
  }

  /** Frees the kept output; results are then to be made from the log. */
  dropOutput(): void {
    this.#capture = undefined;
  }

  view(): RunView {
    const { runId, sessionId, command, marker, source } = this.identity;
    const end = this.#state.name === 'ended' ? this.#state.end : undefined;
    return {
      runId,
      sessionId,
      command,
      state: this.#state.name,
      outcome: end?.outcome ?? null,
      exitCode: end?.exitCode ?? null,
      signal: end?.signal ?? null,
      marker,
      source,
      seq: this.inputRunSeq ?? null,
      fromSeq: this.fromSeq ?? null,
      toSeq: this.toSeq ?? null,
      durationMs: this.#state.name === 'queued' ? null : this.durationMs,
      evidence: [...(end?.evidence ?? [])],
      confidence: end?.confidence ?? null,
    };
  }

  /**
   * The result as it stands now: `open` is what to call a run that goes on. `undefined` when the output was dropped.
   * The run must have been typed.
   */
  result(maxOutputBytes: number, open: OpenOutcome): HeadlessRunResult | undefined {
    if (this.#capture === undefined) return undefined;
    invariant(this.inputRunSeq !== undefined, 'a run that was never typed has no result');
    const { identity } = this;
    const end = this.#state.name === 'ended' ? this.#state.end : undefined;
    const outcome: Outcome = end?.outcome ?? open;
    const captured = this.#capture.result(maxOutputBytes);
    // Written out, because a rest of so many members is a hash table of 4 KB.
    return {
      runId: identity.runId,
      sessionId: identity.sessionId,
      outcome,
      accepted: true,
      completed: isCompleted(outcome),
      timedOut: outcome === 'timed_out',
      exitCode: end?.exitCode ?? null,
      signal: end?.signal ?? null,
      output: captured.output,
      outputBytes: captured.outputBytes,
      outputTruncated: captured.outputTruncated,
      outputOmittedBytes: captured.outputOmittedBytes,
      outputModel: captured.outputModel,
      outputUsesScreen: captured.outputUsesScreen,
      seq: this.inputRunSeq,
      fromSeq: this.fromSeq ?? null,
      toSeq: this.toSeq ?? null,
      marker: identity.marker,
      durationMs: this.durationMs,
      source: identity.source,
      evidence: [...(end?.evidence ?? [])],
      confidence: end?.confidence ?? null,
    };
  }
}

/** Whether `outcome` says that the end of the command was seen. */
export function isCompleted(outcome: Outcome): boolean {
  return outcome === 'finished' || outcome === 'interrupted' || outcome === 'rejected';
}
