/** The runs of one session that the host still knows, bounded in number and in memory. */
import type { RunRecord } from './runRecord.ts';

/** Ended runs whose outcome is kept; older ones stand in the log. */
export const MAX_KEPT_RUNS = 1_000;
/** Output kept of ended runs, all together. The newest one's stays in any case. */
export const MAX_KEPT_OUTPUT_BYTES = 8 * 1024 * 1024;
/** Characters of the commands of all kept runs; one may have half a million. Runs that have not ended stay in any case. */
export const MAX_KEPT_COMMAND_CHARS = 4 * 1024 * 1024;

export class RunTable {
  readonly #runs = new Map<string, RunRecord>();
  /** Ended runs that still hold their output, oldest first. */
  #withOutput: RunRecord[] = [];
  #outputBytes = 0;
  #commandChars = 0;

  add(run: RunRecord): void {
    this.#runs.set(run.identity.runId, run);
    this.#commandChars += run.identity.command.length;
  }

  /** Forgets a run: one that was never typed, or the oldest. */
  remove(run: RunRecord): void {
    if (this.#runs.delete(run.identity.runId)) this.#commandChars -= run.identity.command.length;
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
    run.capture?.trim();
    this.#withOutput.push(run);
    this.#outputBytes += run.capture?.heldBytes ?? 0;
    while (this.#outputBytes > MAX_KEPT_OUTPUT_BYTES && this.#withOutput.length > 1) this.#dropOldestOutput();
    for (const kept of this.#runs.values()) {
      if (this.#runs.size <= MAX_KEPT_RUNS && this.#commandChars <= MAX_KEPT_COMMAND_CHARS) break;
      // The newest one was not told to its caller yet.
      if (kept.state.name === 'ended' && kept !== run) this.remove(kept);
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
