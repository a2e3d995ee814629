/** How far long work is, on a terminal. */
import type { ExportProgress } from '../protocol/recording.ts';
import type { CliContext } from './context.ts';
import { formatDuration } from './durations.ts';

/** Work that takes longer tells how far it is. */
const SILENT_MS = 1_000;
const REDRAW_MS = 100;
const BAR_COLS = 24;
const SECOND_MS = 1_000;

/** One line on a terminal's standard error, once the work takes longer than a second: a bar, and how long it will still take. */
export class ProgressLine {
  readonly #context: Pick<CliContext, 'clock' | 'stderr' | 'json'>;
  readonly #verb: string;
  readonly #startedMs: number;
  #shownMs: number | undefined;
  #written: Promise<void> | undefined;

  /** @param verb what goes on, for the beginning of the line */
  constructor(context: Pick<CliContext, 'clock' | 'stderr' | 'json'>, verb = 'exporting') {
    this.#context = context;
    this.#verb = verb;
    this.#startedMs = context.clock.nowMs();
  }

  show({ doneEvents, totalEvents }: ExportProgress): void {
    const { clock, stderr, json } = this.#context;
    const now = clock.nowMs();
    const tookMs = now - this.#startedMs;
    if (json || !stderr.isTerminal || tookMs < SILENT_MS) return;
    if (this.#shownMs !== undefined && now - this.#shownMs < REDRAW_MS) return;
    this.#shownMs = now;
    const share = totalEvents === 0 ? 0 : Math.min(1, doneEvents / totalEvents);
    const full = Math.floor(share * BAR_COLS);
    const bar = `${'#'.repeat(full)}${'.'.repeat(BAR_COLS - full)}`;
    const left =
      share === 0 || share === 1
        ? ''
        : `, ${formatDuration(Math.ceil((tookMs * (1 - share)) / share / SECOND_MS) * SECOND_MS)} left`;
    this.#written = stderr.write(`\r\u001b[K${this.#verb}: [${bar}] ${Math.floor(100 * share)} %${left}`);
  }

  /** Takes the line away. */
  async clear(): Promise<void> {
    await this.#written;
    if (this.#shownMs !== undefined) await this.#context.stderr.write('\r\u001b[K');
  }
}
