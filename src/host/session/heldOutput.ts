/**
 * Decides how long output is held back that may be the beginning of a secret, and tells what was masked. A letter or two
 * wait for the rest of the same write; what looks like a secret waits for a second. While reading is stopped nothing is given
 * out: the rest may be what is not read.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import type { NewEvent } from '../../protocol/events.ts';
import type { OutputRedactor } from '../../redact/outputRedactor.ts';
import type { Pty } from '../pty/pty.ts';
import type { Flow } from './flow.ts';
import type { SessionRedaction } from './sessionRedaction.ts';

/** Longest that the bytes of one write take to come: it reaches us in pieces of some kilobytes. */
export const SHORT_HOLD_MS = 25;
/** Longest that anything is held. */
export const LONG_HOLD_MS = 1_000;
/** How often it is told what was masked. */
const SAY_MS = 1_000;

export interface HeldOutputParts {
  readonly clock: Clock;
  readonly redaction: SessionRedaction;
  readonly pty: Pick<Pty, 'readNow'>;
  readonly flow: Pick<Flow, 'reason'>;
  /** Handles output that has come and is not logged yet. */
  drainOutput(): void;
  /** Takes bytes behind all output that was given out before. */
  give(bytes: Buffer): void;
  append(event: NewEvent): void;
}

export class HeldOutput {
  readonly #parts: HeldOutputParts;
  readonly #redactor: OutputRedactor | undefined;
  #timer: Timer | undefined;
  #sayTimer: Timer | undefined;
  #saidAtMs = Number.NEGATIVE_INFINITY;
  /** What is held since when. */
  #held: { readonly from: number; readonly sinceMs: number } | undefined;
  #isEnded = false;

  constructor(parts: HeldOutputParts) {
    this.#parts = parts;
    this.#redactor = parts.redaction.output;
  }

  /** To be called after each turn of output, and after each input. */
  turnDone(): void {
    if (this.#redactor === undefined || this.#isEnded) return;
    this.#arm(this.#redactor);
    this.#say();
  }

  /** To be called before something is done to the session: a letter or two do not stand behind it in the log. */
  settle(): void {
    if (this.#redactor?.isHolding === true && !this.#redactor.isTelling) this.#parts.give(this.#redactor.release());
  }

  /** The program is gone: tells what was masked and not told yet. */
  end(): void {
    this.#isEnded = true;
    this.#timer?.clear();
    this.#sayTimer?.clear();
    this.#tell();
  }

  #arm(redactor: OutputRedactor): void {
    this.#timer?.clear();
    this.#timer = undefined;
    if (!redactor.isHolding) {
      this.#held = undefined;
      return;
    }
    const { clock } = this.#parts;
    if (this.#held?.from !== redactor.heldFrom) this.#held = { from: redactor.heldFrom, sinceMs: clock.nowMs() };
    this.#timer = clock.after(Math.max(1, this.#dueMs(redactor) - clock.nowMs()), () => this.#due(redactor), {
      background: true,
    });
  }

  #dueMs(redactor: OutputRedactor): number {
    return (this.#held?.sinceMs ?? 0) + (redactor.isTelling ? LONG_HOLD_MS : SHORT_HOLD_MS);
  }

  #due(redactor: OutputRedactor): void {
    const { clock, pty, flow } = this.#parts;
    // A busy host gets here before it has read what came long ago.
    pty.readNow();
    this.#parts.drainOutput();
    if (this.#isEnded) return;
    if (redactor.isHolding && flow.reason === null && clock.nowMs() >= this.#dueMs(redactor)) {
      this.#parts.give(redactor.release());
    }
    if (redactor.isHolding && flow.reason !== null) this.#held = undefined;
    this.#arm(redactor);
  }

  #say(): void {
    const { clock, redaction } = this.#parts;
    if (!redaction.hasCounts || this.#sayTimer !== undefined) return;
    const restMs = this.#saidAtMs + SAY_MS - clock.nowMs();
    if (restMs <= 0) return this.#tell();
    const later = (): void => {
      this.#sayTimer = undefined;
      this.#tell();
    };
    this.#sayTimer = clock.after(restMs, later, { background: true });
  }

  #tell(): void {
    const counts = this.#parts.redaction.takeCounts();
    if (counts === undefined) return;
    this.#saidAtMs = this.#parts.clock.nowMs();
    this.#parts.append({ type: 'redacted', payload: { counts } });
  }
}
