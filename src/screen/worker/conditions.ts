/** The waits on one screen: when to look, and what holds. Knows no threads and no emulator. */
import type { Clock, Timer } from '../../base/clock.ts';
import type { CursorPosition, ScreenRow } from '../emulator/screenModel.ts';
import { type Baseline, type Held, Probe, ScreenView, type ScreenWish } from './probe.ts';
import { LookInterrupted } from './textMatch.ts';

/** Least time between two looks at a busy screen: what a wait may be late. The first change after a pause is seen at once. */
export const LOOK_INTERVAL_MS = 5;
/** A slow look is followed by this many times its own time without one, so that looking takes a fifth of the worker at most. */
const REST_FACTOR = 4;
/** A look that took longer leaves the waits that it did not ask yet to the next one: each slow pattern may take 100 ms. */
const LOOK_BUDGET_MS = 20;

/** What the waits see of their screen. */
export interface WatchedScreen {
  /** The visible rows. */
  rows(): readonly ScreenRow[];
  cursor(): CursorPosition;
  /** The last event that the screen has seen whole. */
  seenSeq(): number;
  /** Whether bytes wait to be parsed: then nothing is at rest. */
  isBusy(): boolean;
}

/** Where answers go. Each wait is answered at most once. */
export interface WaitAnswers {
  matched(wait: number, matchedText: string | undefined): void;
  failed(wait: number, error: unknown): void;
}

interface Waiter {
  readonly probe: Probe;
  readonly sinceMs: number;
  /** The state of the screen that it was asked about; see `#version`. */
  asked: number;
  /** What the last look found; a wait for rest keeps it until the rest is long enough. */
  held: Held | undefined;
  /** Its pattern had no processor at the last look: it has to be asked again, changed screen or not. */
  interrupted: boolean;
}

/** Options of {@link ScreenWaits}. */
export interface ScreenWaitsOptions {
  readonly clock: Clock;
  readonly screen: WatchedScreen;
  readonly answers: WaitAnswers;
  /** It is time to look again: {@link ScreenWaits.look} is to be called when it is this screen's turn. */
  onDue(): void;
}

/**
 * Holds the waits of one screen and answers each as soon as it holds: at registration, else right after the bytes that
 * made it true, at most every {@link LOOK_INTERVAL_MS} on a busy screen. No polling: without bytes only a `stable` wait
 * keeps a timer.
 */
export class ScreenWaits implements Disposable {
  readonly #clock: Clock;
  readonly #screen: WatchedScreen;
  readonly #answers: WaitAnswers;
  readonly #onDue: () => void;
  readonly #waiters = new Map<number, Waiter>();
  #timer: Timer | undefined;
  #timerAtMs = Infinity;
  /** Some waits were not asked about the screen as it is. */
  #isDirty = false;
  /** Grows with each change of the screen. */
  #version = 0;
  #parsedAtMs = -Infinity;
  #nextLookAtMs = -Infinity;
  /** Text and cursor at the last look, kept while a `stable` wait is there, and when they last changed. */
  #seen: string | undefined;
  #changedAtMs = -Infinity;

  constructor(options: ScreenWaitsOptions) {
    this.#clock = options.clock;
    this.#screen = options.screen;
    this.#answers = options.answers;
    this.#onDue = () => options.onDue();
  }

  /**
   * Registers a wait and looks at once. A pattern that does not compile is answered as failed. The baseline, if there is
   * one, is disposed when the wait is over.
   */
  add(wait: number, wish: ScreenWish, baseline?: Baseline): void {
    const now = this.#clock.nowMs();
    try {
      const probe = new Probe(wish, baseline);
      this.#waiters.set(wait, { probe, sinceMs: now, asked: -1, held: undefined, interrupted: false });
    } catch (error) {
      baseline?.[Symbol.dispose]();
      this.#answers.failed(wait, error);
      return;
    }
    const view = this.#view();
    this.#noteChange(view);
    this.#decide(wait, view);
    if (this.#waiters.get(wait)?.interrupted === true) {
      this.#isDirty = true;
      const end = this.#clock.nowMs();
      this.#nextLookAtMs = Math.max(this.#nextLookAtMs, end + REST_FACTOR * (end - now));
    }
    this.#arm();
  }

  /** Forgets a wait; unknown ones are ignored. */
  remove(wait: number): void {
    this.#forget(wait);
    this.#arm();
  }

  /** Whether a look may take long. */
  get hasPattern(): boolean {
    for (const { probe } of this.#waiters.values()) if (probe.hasPattern) return true;
    return false;
  }

  /** To be called after bytes were parsed or the size changed. */
  changed(): void {
    if (this.#waiters.size === 0) return;
    this.#isDirty = true;
    this.#version += 1;
    this.#parsedAtMs = this.#clock.nowMs();
    this.look();
  }

  [Symbol.dispose](): void {
    for (const wait of this.#waiters.keys()) this.#forget(wait);
    this.#arm();
  }

  /** To be called after `onDue`: looks if it is still time to. */
  look(): void {
    const now = this.#clock.nowMs();
    if (this.#isDirty && now >= this.#nextLookAtMs) this.#lookNow(now);
    this.#settleStable(now);
    this.#arm();
  }

  #lookNow(now: number): void {
    const view = this.#view();
    this.#noteChange(view);
    // those that were asked longest ago first, so that slow ones cannot keep the others from ever being asked
    const turn = this.#unasked().toSorted(([, a], [, b]) => a.asked - b.asked);
    let end = now;
    for (const [wait] of turn) {
      if (end - now >= LOOK_BUDGET_MS) break;
      this.#decide(wait, view);
      end = this.#clock.nowMs();
    }
    this.#isDirty = this.#unasked().length > 0;
    this.#nextLookAtMs = end + Math.max(LOOK_INTERVAL_MS, REST_FACTOR * (end - now));
  }

  /** The waits that were not asked about the screen as it is, or could not tell in time. */
  #unasked(): [number, Waiter][] {
    return [...this.#waiters].filter(([, { asked, interrupted }]) => asked !== this.#version || interrupted);
  }

  #view(): ScreenView {
    const screen = this.#screen;
    return new ScreenView({ rows: screen.rows(), cursor: screen.cursor(), seenSeq: screen.seenSeq() });
  }

  #decide(wait: number, view: ScreenView): void {
    const waiter = this.#waiters.get(wait);
    if (waiter === undefined) return;
    waiter.asked = this.#version;
    try {
      waiter.held = waiter.probe.ask(view);
      waiter.interrupted = false;
      if (waiter.held !== undefined && waiter.probe.stableMs === 0) this.#answer(wait, waiter.held);
    } catch (error) {
      waiter.interrupted = error instanceof LookInterrupted;
      if (waiter.interrupted) return;
      this.#forget(wait);
      this.#answers.failed(wait, error);
    }
  }

  #answer(wait: number, held: Held): void {
    this.#forget(wait);
    this.#answers.matched(wait, held.matchedText);
  }

  #forget(wait: number): void {
    this.#waiters.get(wait)?.probe[Symbol.dispose]();
    this.#waiters.delete(wait);
  }

  #noteChange(view: ScreenView): void {
    if (!this.#hasStable()) {
      this.#seen = undefined;
      return;
    }
    const seen = view.fingerprint;
    if (this.#seen !== undefined && seen !== this.#seen) this.#changedAtMs = this.#parsedAtMs;
    this.#seen = seen;
  }

  #settleStable(now: number): void {
    if (this.#screen.isBusy()) return;
    for (const [wait, waiter] of this.#waiters) {
      if (this.#holds(waiter) && now >= this.#restsAtMs(waiter)) this.#answer(wait, waiter.held ?? {});
    }
  }

  /** Whether everything but the rest holds on the screen as it is. */
  #holds({ held, asked }: Waiter): boolean {
    return held !== undefined && asked === this.#version;
  }

  #restsAtMs({ sinceMs, probe }: Waiter): number {
    return Math.max(sinceMs, this.#changedAtMs) + probe.stableMs;
  }

  #hasStable(): boolean {
    for (const { probe } of this.#waiters.values()) if (probe.stableMs > 0) return true;
    return false;
  }

  /** One timer for whatever comes first: the next look at a changed screen, or the end of a `stable` wait. */
  #arm(): void {
    let at = this.#waiters.size > 0 && this.#isDirty ? this.#nextLookAtMs : Infinity;
    if (!this.#screen.isBusy()) {
      for (const waiter of this.#waiters.values()) if (this.#holds(waiter)) at = Math.min(at, this.#restsAtMs(waiter));
    }
    if (at === this.#timerAtMs) return;
    this.#timer?.clear();
    this.#timer = undefined;
    this.#timerAtMs = at;
    if (at === Infinity) return;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.nowMs()), () => {
      this.#timerAtMs = Infinity;
      this.#onDue();
    });
  }
}
