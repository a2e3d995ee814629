/** Counts queries without an answer and says so in the log, each reason at most once a second. */
import type { Clock } from '../../base/clock.ts';
import type { NewEvent, ReplyDropReason } from '../../protocol/events.ts';

const SAY_MS = 1_000;

export class DropCount {
  readonly #clock: Clock;
  readonly #say: (event: NewEvent) => void;
  readonly #counts = new Map<ReplyDropReason, { unsaid: number; saidAtMs: number }>();

  constructor(clock: Clock, say: (event: NewEvent) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** The first is told at once; what follows within a second is told with the next after it, or at {@link flush}. */
  add(reason: ReplyDropReason, count: number): void {
    if (count === 0) return;
    const entry = this.#counts.get(reason) ?? { unsaid: 0, saidAtMs: -Infinity };
    this.#counts.set(reason, entry);
    entry.unsaid += count;
    if (this.#clock.nowMs() - entry.saidAtMs >= SAY_MS) this.#tell(reason, entry);
  }

  /** Tells what was not told yet. */
  flush(): void {
    for (const [reason, entry] of this.#counts) if (entry.unsaid > 0) this.#tell(reason, entry);
  }

  #tell(reason: ReplyDropReason, entry: { unsaid: number; saidAtMs: number }): void {
    const count = entry.unsaid;
    entry.unsaid = 0;
    entry.saidAtMs = this.#clock.nowMs();
    this.#say({ type: 'reply_dropped', payload: { count, reason } });
  }
}
