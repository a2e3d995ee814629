/** The runs of one session that the host still knows, bounded in number and in memory. */
import type { RunRecord } from './runRecord.ts';

/** Ended runs whose outcome is kept; older ones stand in the log. */
export const MAX_KEPT_RUNS = 1_000;
/** Output kept of ended runs, all together. The newest one's stays in any case. */
export const MAX_KEPT_OUTPUT_BYTES = 8 * 1024 * 1024;

export class RunTable {
  readonly #runs = new Map<string, RunRecord>();
  /** Ended runs that still hold their output, oldest first. */
  #withOutput: RunRecord[] = [];
  #outputBytes = 0;

  add(run: RunRecord): void {
    this.#runs.set(run.identity.runId, run);
  }

  /** Forgets a run that was never typed. */
  remove(run: RunRecord): void {
    this.#runs.delete(run.identity.runId);
  }

  get(runId: string): RunRecord | undefined {
    return this.#runs.get(runId);
  }

  /** All known runs in the order of their acceptance. */
  all(): RunRecord[] {
    return [...this.#runs.values()];
  }

  /** Tells that `run` ended, once: from now on it counts against the bounds. */
  ended(run: RunRecord): void {
    this.#withOutput.push(run);
    this.#outputBytes += run.capture?.heldBytes ?? 0;
    while (this.#outputBytes > MAX_KEPT_OUTPUT_BYTES && this.#withOutput.length > 1) this.#dropOldestOutput();
    let surplus = this.#runs.size - MAX_KEPT_RUNS;
    for (const [runId, kept] of this.#runs) {
      if (surplus <= 0) break;
      if (kept.state.name !== 'ended') continue;
      this.#runs.delete(runId);
      surplus--;
    }
    // A run that was forgotten whole must not be held for its output.
    while (this.#withOutput[0] !== undefined && !this.#runs.has(this.#withOutput[0].identity.runId))
      this.#dropOldestOutput();
  }

  #dropOldestOutput(): void {
    const oldest = this.#withOutput.shift();
    this.#outputBytes -= oldest?.capture?.heldBytes ?? 0;
    oldest?.dropOutput();
  }
}
