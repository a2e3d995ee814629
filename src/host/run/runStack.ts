/**
 * The runs of a session that were typed and have not ended. One of them is in flight; below it stand those whose commands
 * are programs that take commands themselves, such as a nested shell: they go on while what was typed into them runs.
 */
import { invariant } from '../../base/invariant.ts';
import type { CoordinatorSink, RunInFlight } from './runInFlight.ts';

export class RunStack {
  #runs: RunInFlight[] = [];

  /** The run that was typed last. */
  get top(): RunInFlight | undefined {
    return this.#runs.at(-1);
  }

  /** The run typed last comes first. */
  get all(): readonly RunInFlight[] {
    return this.#runs.toReversed();
  }

  find(isWanted: (run: RunInFlight) => boolean): RunInFlight | undefined {
    return this.#runs.findLast(isWanted);
  }

  push(run: RunInFlight): void {
    invariant(this.#runs.length === 0 || run.place.isNested, 'a session has at most one run in flight in each program');
    this.#runs.push(run);
  }

  remove(run: RunInFlight): void {
    this.#runs = this.#runs.filter((other) => other !== run);
  }

  clear(): void {
    this.#runs = [];
  }

  /**
   * Ends what was typed into the programs that `run` started: they are gone, for the program that runs it has told its end.
   * `status` is what it told: that of the lowest of them, if it was all there was to `run`.
   */
  endAbove(run: RunInFlight, status: number | null): void {
    this.#end(this.#runs.slice(this.#runs.indexOf(run) + 1), status);
  }

  /** The same for whatever the session's own shell had started. */
  endNested(status: number | null): void {
    this.#end(
      this.#runs.filter(({ place }) => place.isNested),
      status,
    );
  }

  #end(runs: readonly RunInFlight[], status: number | null): void {
    for (const run of runs.toReversed()) run.readerEnded(run === runs[0] ? status : null);
  }

  /** `sink` for a run on top of these: what it gives out is output of theirs too. */
  sinkAbove(sink: CoordinatorSink): CoordinatorSink {
    const below = [...this.#runs];
    if (below.length === 0) return sink;
    return {
      append: (event) => sink.append(event),
      appendOutput: (bytes) => {
        sink.appendOutput(bytes);
        for (const { record } of below) if (record.state.name === 'started') record.capture?.append(bytes);
      },
      flushOutput: () => sink.flushOutput(),
      requestInterrupt: (runId) => sink.requestInterrupt(runId),
      shellReported: (what) => sink.shellReported(what),
    };
  }
}
