/** The waits on one screen: when to look, and what holds. Knows no threads and no emulator. */
import type { Clock, Timer } from '../base/clock.ts';
import { unreachable } from '../base/invariant.ts';
import type { WaitCondition } from '../protocol/methods/screen.ts';
import { regexMatcher, textMatcher } from './textMatch.ts';
import type { Matcher } from './textMatch.ts';

/** The conditions that a screen decides; the others are the session's. */
export type ScreenCondition = Extract<WaitCondition, { kind: 'text' | 'regex' | 'stable' }>;

/** Least time between two looks at a busy screen: what a wait may be late. The first change after a pause is seen at once. */
export const LOOK_INTERVAL_MS = 5;
/** A slow look is followed by this many times its own time without one, so that looking takes a fifth of the worker at most. */
const REST_FACTOR = 4;

/** What the waits see of their screen. */
export interface WatchedScreen {
  /** The visible text as conditions match it. */
  text(): string;
  /** Where the cursor is, in any form that differs when it moved. */
  cursor(): string;
  /** Whether bytes wait to be parsed: then nothing is at rest. */
  isBusy(): boolean;
}

/** Where answers go. Each wait is answered at most once. */
export interface WaitAnswers {
  matched(wait: number, matchedText: string | undefined): void;
  failed(wait: number, error: unknown): void;
}

type Waiter =
  | { readonly kind: 'match'; readonly match: Matcher }
  | { readonly kind: 'stable'; readonly stableMs: number; readonly sinceMs: number };

/**
 * Holds the waits of one screen and answers each as soon as it holds: at registration, else right after the bytes that
 * made it true, at most every {@link LOOK_INTERVAL_MS} on a busy screen. No polling: without bytes only a `stable` wait
 * keeps a timer.
 */
export class ScreenWaits implements Disposable {
  readonly #clock: Clock;
  readonly #screen: WatchedScreen;
  readonly #answers: WaitAnswers;
  readonly #waiters = new Map<number, Waiter>();
  #timer: Timer | undefined;
  #timerAtMs = Infinity;
  #isDirty = false;
  #parsedAtMs = -Infinity;
  #nextLookAtMs = -Infinity;
  /** Text and cursor at the last look, kept while a `stable` wait is there, and when they last changed. */
  #seen: string | undefined;
  #changedAtMs = -Infinity;

  constructor(options: { clock: Clock; screen: WatchedScreen; answers: WaitAnswers }) {
    this.#clock = options.clock;
    this.#screen = options.screen;
    this.#answers = options.answers;
  }

  /** Registers a wait and looks at once. A pattern that does not compile is answered as failed. */
  add(wait: number, condition: ScreenCondition): void {
    const now = this.#clock.nowMs();
    try {
      this.#waiters.set(wait, waiterOf(condition, now));
    } catch (error) {
      this.#answers.failed(wait, error);
      return;
    }
    const text = this.#screen.text();
    this.#noteChange(text);
    this.#decide(wait, text);
    this.#arm();
  }

  /** Forgets a wait; unknown ones are ignored. */
  remove(wait: number): void {
    this.#waiters.delete(wait);
    this.#arm();
  }

  /** To be called after bytes were parsed or the size changed. */
  changed(): void {
    if (this.#waiters.size === 0) return;
    this.#isDirty = true;
    this.#parsedAtMs = this.#clock.nowMs();
    this.#tick();
  }

  [Symbol.dispose](): void {
    this.#waiters.clear();
    this.#arm();
  }

  #tick(): void {
    const now = this.#clock.nowMs();
    if (this.#isDirty && now >= this.#nextLookAtMs) this.#look(now);
    if (!this.#isDirty) this.#settleStable(now);
    this.#arm();
  }

  #look(now: number): void {
    const text = this.#screen.text();
    this.#isDirty = false;
    this.#noteChange(text);
    for (const wait of this.#waiters.keys()) this.#decide(wait, text);
    const end = this.#clock.nowMs();
    this.#nextLookAtMs = end + Math.max(LOOK_INTERVAL_MS, REST_FACTOR * (end - now));
  }

  #decide(wait: number, text: string): void {
    const waiter = this.#waiters.get(wait);
    if (waiter?.kind !== 'match') return;
    try {
      const matched = waiter.match(text);
      if (matched === undefined) return;
      this.#waiters.delete(wait);
      this.#answers.matched(wait, matched);
    } catch (error) {
      this.#waiters.delete(wait);
      this.#answers.failed(wait, error);
    }
  }

  #noteChange(text: string): void {
    if (!this.#hasStable()) {
      this.#seen = undefined;
      return;
    }
    const seen = `${this.#screen.cursor()}\n${text}`;
    if (this.#seen !== undefined && seen !== this.#seen) this.#changedAtMs = this.#parsedAtMs;
    this.#seen = seen;
  }

  #settleStable(now: number): void {
    if (this.#screen.isBusy()) return;
    for (const [wait, waiter] of this.#waiters) {
      if (waiter.kind !== 'stable' || now < this.#restsAtMs(waiter)) continue;
      this.#waiters.delete(wait);
      this.#answers.matched(wait, undefined);
    }
  }

  #restsAtMs(waiter: Waiter & { kind: 'stable' }): number {
    return Math.max(waiter.sinceMs, this.#changedAtMs) + waiter.stableMs;
  }

  #hasStable(): boolean {
    for (const waiter of this.#waiters.values()) if (waiter.kind === 'stable') return true;
    return false;
  }

  /** One timer for whatever comes first: the next look at a changed screen, or the end of a `stable` wait. */
  #arm(): void {
    let at = Infinity;
    if (this.#waiters.size > 0 && this.#isDirty) at = this.#nextLookAtMs;
    else if (!this.#screen.isBusy()) {
      for (const waiter of this.#waiters.values())
        if (waiter.kind === 'stable') at = Math.min(at, this.#restsAtMs(waiter));
    }
    if (at === this.#timerAtMs) return;
    this.#timer?.clear();
    this.#timer = undefined;
    this.#timerAtMs = at;
    if (at === Infinity) return;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.nowMs()), () => {
      this.#timerAtMs = Infinity;
      this.#tick();
    });
  }
}

function waiterOf(condition: ScreenCondition, now: number): Waiter {
  switch (condition.kind) {
    case 'text':
      return { kind: 'match', match: textMatcher(condition.text) };
    case 'regex':
      return { kind: 'match', match: regexMatcher(condition.regex) };
    case 'stable':
      return { kind: 'stable', stableMs: condition.stableMs, sinceMs: now };
    default:
      return unreachable(condition, 'screen condition');
  }
}
