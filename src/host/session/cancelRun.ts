/** Cancels runs: withdraws one that is queued, climbs the ladder for one that was typed. One ladder a run, shared by its callers. */
import type { CheckedParams, MethodResult } from '../../protocol/methods/table.ts';
import type { RunView } from '../../protocol/methods/common.ts';
import { CancelClimb, type ClimbEnd, type ClimbParts } from './cancelClimb.ts';
import type { Journal } from './journal.ts';
import { unknownRun } from './runErrors.ts';
import type { SessionRuns } from './runs.ts';

export interface CancelParts extends ClimbParts {
  readonly runs: Pick<SessionRuns, 'withdraw' | 'resultOf'>;
  readonly journal: Pick<Journal, 'commit' | 'settled'>;
}

type CancelRequest = Omit<CheckedParams<'run.cancel'>, 'run'>;
type CancelResult = MethodResult<'run.cancel'>;

/** Withdrawn runs that are remembered, for a call that comes again. */
const MAX_WITHDRAWN = 1_000;

const NOTHING_DONE: ClimbEnd = { step: 'none', signalled: 0, survivors: 0, unclear: 0 };

export class RunCancels {
  readonly #parts: CancelParts;
  readonly #climbs = new Map<string, Promise<ClimbEnd>>();
  readonly #withdrawn = new Set<string>();

  constructor(parts: CancelParts) {
    this.#parts = parts;
  }

  /**
   * Ends a run and what it started. Comes back when it is over, or when the last step's time is; what is left is counted.
   * A caller that goes away stops nothing.
   *
   * @throws TtyError `RUN_NOT_FOUND`, `STORAGE_WRITE_ERROR`
   */
  async cancel(runId: string, request: CancelRequest): Promise<CancelResult> {
    const { clock, coordinator, runs } = this.#parts;
    const sinceMs = clock.nowMs();
    this.#parts.drainOutput();
    const view = coordinator.view(runId);
    if (view === undefined) {
      if (this.#withdrawn.has(runId)) return this.#told(runId, NOTHING_DONE, sinceMs, request);
      throw unknownRun(runId);
    }
    if (view.state === 'queued' && runs.withdraw(runId)) {
      this.#rememberWithdrawn(runId);
      return this.#told(runId, { ...NOTHING_DONE, step: 'withdrawn' }, sinceMs, request);
    }
    const end = await this.#climb(view, request.graceMs);
    return this.#told(runId, end, sinceMs, request);
  }

  #climb(view: RunView, graceMs: number): Promise<ClimbEnd> {
    const { runId, outcome } = view;
    const underWay = this.#climbs.get(runId);
    if (underWay !== undefined) return underWay;
    // What an ended command left running is what it was for.
    if (outcome !== null && outcome !== 'stopped') return Promise.resolve(NOTHING_DONE);
    const climb = new CancelClimb(this.#parts, view, graceMs).run().finally(() => this.#climbs.delete(runId));
    this.#climbs.set(runId, climb);
    return climb;
  }

  async #told(runId: string, end: ClimbEnd, sinceMs: number, request: CancelRequest): Promise<CancelResult> {
    const { clock, coordinator, journal, runs, sessionId } = this.#parts;
    await journal.settled();
    const outcome = coordinator.view(runId)?.outcome ?? null;
    const isOver = outcome !== null || this.#withdrawn.has(runId);
    return {
      runId,
      sessionId,
      cancelled: isOver && end.step !== 'none',
      alreadyEnded: isOver && end.step === 'none',
      outcome,
      ...end,
      durationMs: Math.round((clock.nowMs() - sinceMs) * 1_000) / 1_000,
      result: runs.resultOf(runId, request.maxOutputBytes) ?? null,
    };
  }

  #rememberWithdrawn(runId: string): void {
    this.#withdrawn.add(runId);
    const [oldest] = this.#withdrawn;
    if (this.#withdrawn.size > MAX_WITHDRAWN && oldest !== undefined) this.#withdrawn.delete(oldest);
  }
}
