/**
 * The one way of a program's bytes: gathered once per turn of the event loop, cut at marks by the coordinator, logged in
 * one write, then shown on the screen. Nothing else appends output, so the order in the log is the order on the PTY.
 */
import type { Clock } from '../../base/clock.ts';
import { encodeBytes, OutputJoiner } from '../../eventlog/outputBytes.ts';
import type { NewEvent } from '../../protocol/events.ts';
import type { Screen } from '../../screen/live/liveScreen.ts';
import type { Journal } from './journal.ts';

export interface IngestParts {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly screen: Pick<Screen, 'feed'>;
  /** Looks for modes in everything that comes, marks included. */
  scanModes(chunk: Buffer): void;
  /** Cuts marks out; calls back into {@link Ingest.appendOutput} and {@link Ingest.append}. */
  feedRuns(chunk: Buffer): void;
  /** Called after each turn's bytes are in the log. */
  onTurn(): void;
}

/** What is gathered before it is handled, at the most: larger turns are handled in several steps. */
const TURN_BYTES = 64 * 1024;

export class Ingest {
  readonly #parts: IngestParts;
  readonly #joiner = new OutputJoiner();
  #gathered: Buffer | undefined;
  #length = 0;
  #immediate: NodeJS.Immediate | undefined;
  #lastOutputMs: number;
  #lastOutputSeq = -1;

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#lastOutputMs = parts.clock.nowMs();
  }

  /** Monotonic ms of the last byte; of the start before there was one. */
  get lastOutputMs(): number {
    return this.#lastOutputMs;
  }

  /** The last event with output; -1 before there was one. */
  get lastOutputSeq(): number {
    return this.#lastOutputSeq;
  }

  /** Takes bytes from the PTY. They are copied: the caller's memory is free afterwards. */
  take(chunk: Buffer): void {
    for (let from = 0; from < chunk.length;) {
      this.#gathered ??= Buffer.allocUnsafeSlow(TURN_BYTES);
      const copied = chunk.copy(this.#gathered, this.#length, from);
      from += copied;
      this.#length += copied;
      if (this.#length === TURN_BYTES) this.drain();
    }
    if (this.#length > 0) this.#immediate ??= setImmediate(() => this.drain());
  }

  /** Handles what is gathered, now. */
  drain(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    if (this.#gathered === undefined || this.#length === 0) return;
    // The memory goes on to the log's queue and the screen as views; a small turn does not keep 64 KiB alive for it.
    const full = this.#length > TURN_BYTES / 4;
    const chunk = full
      ? this.#gathered.subarray(0, this.#length)
      : Buffer.from(this.#gathered.subarray(0, this.#length));
    if (full) this.#gathered = undefined;
    this.#length = 0;
    this.#lastOutputMs = this.#parts.clock.nowMs();
    // Marks first: a prompt's mark precedes the modes that its line editor sets, often in the same chunk, and only modes
    // that were set after the last mark say that the editor reads.
    this.#parts.feedRuns(chunk);
    this.#parts.scanModes(chunk);
    this.#parts.journal.flush();
    this.#parts.onTurn();
  }

  /** Runs `give`, which appends output that was held back, as a turn of its own. */
  late(give: () => void): void {
    this.drain();
    give();
    this.#parts.journal.flush();
    this.#parts.onTurn();
  }

  /** Appends one event that is no output, after all output that came before it. */
  append(event: NewEvent): number {
    return this.#parts.journal.enqueue(event);
  }

  /** Appends output and, once it is in the log, shows it. A character whose rest has not come is held back. */
  appendOutput(bytes: Buffer): void {
    for (const record of this.#joiner.push(bytes)) this.#record(record);
  }

  /** Appends the part of a character that is held back, because an event comes that it must precede. */
  flushOutput(): void {
    for (const record of this.#joiner.flush()) this.#record(record);
  }

  #record(bytes: Buffer): void {
    const { journal, screen } = this.#parts;
    const seq = journal.enqueue({ type: 'output', payload: encodeBytes(bytes) }, () => screen.feed(bytes, seq));
    this.#lastOutputSeq = seq;
  }
}
