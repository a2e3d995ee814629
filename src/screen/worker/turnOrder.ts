/** Whose turn it is among the screens that have work. Pure: is told the time, and what each turn took. */

/** Time of one screen before the next has its turn. Twice as much doubles what nine busy screens delay the tenth. */
export const TURN_MS = 4;
/** What turns took beyond their time counts against a screen, and half of it is forgotten after so long. */
const DEBT_HALF_LIFE_MS = 500;
/** Less does not count: a busy machine interrupts everybody. Half of what a pattern may take. */
const MIN_DEBT_MS = 50;

/** What is put in order. */
export interface TurnTaker {
  /** Whether its next turn may take much longer than a turn, because of a pattern that is looked for. */
  readonly mayBeSlow: boolean;
}

interface Entry<T> {
  readonly taker: T;
  readonly sinceMs: number;
}

/**
 * Three kinds of turns. One that may be long comes at most every second time while others wait, and if its screen has just had
 * long ones only when it has waited for about as long. Else what got work while idle precedes those whose turn ended before
 * their work, until it took as long as a turn of theirs; each kind in the order in which it came. So whoever has little to do
 * waits for one turn of another, and nobody for ever.
 */
export class TurnOrder<T extends TurnTaker & object> {
  #fresh: Entry<T>[] = [];
  #rest: Entry<T>[] = [];
  readonly #debts = new WeakMap<T, { readonly ms: number; readonly atMs: number }>();
  /** What the fresh ones took since one of the others had its turn. */
  #freshMs = 0;
  #kind: 'fresh' | 'rest' | 'slow' = 'rest';

  get isEmpty(): boolean {
    return this.#fresh.length + this.#rest.length === 0;
  }

  /** It was idle and has work now. */
  add(taker: T, nowMs: number): void {
    this.#fresh.push({ taker, sinceMs: nowMs });
  }

  /** The turn of the one that {@link TurnOrder.next} gave is over. It may have work left. */
  ended(taker: T, turn: { readonly tookMs: number; readonly nowMs: number; readonly hasWork: boolean }): void {
    const { tookMs, nowMs } = turn;
    if (this.#kind === 'slow') {
      const debtMs = this.#debtOf(taker, nowMs) + Math.max(0, tookMs - TURN_MS);
      this.#debts.set(taker, { ms: debtMs, atMs: nowMs });
    }
    this.#freshMs = this.#kind === 'fresh' ? this.#freshMs + tookMs : 0;
    if (turn.hasWork) this.#rest.push({ taker, sinceMs: nowMs });
  }

  remove(taker: T): void {
    this.#fresh = this.#fresh.filter((entry) => entry.taker !== taker);
    this.#rest = this.#rest.filter((entry) => entry.taker !== taker);
  }

  /** Takes out whose turn it is. */
  next(nowMs: number): T | undefined {
    const fresh = this.#fresh.find(isQuick);
    const rest = this.#rest.find(isQuick);
    const quick = this.#freshMs < TURN_MS ? (fresh ?? rest) : (rest ?? fresh);
    const slow = quick === undefined || this.#kind !== 'slow' ? this.#firstSlow(quick === undefined, nowMs) : undefined;
    const entry = slow ?? quick;
    if (entry === undefined) return undefined;
    if (entry === slow) this.#kind = 'slow';
    else this.#kind = entry === fresh ? 'fresh' : 'rest';
    this.remove(entry.taker);
    return entry.taker;
  }

  /** The one that waited longest of those that may have a long turn now. */
  #firstSlow(isAlone: boolean, nowMs: number): Entry<T> | undefined {
    let first: Entry<T> | undefined;
    for (const entry of [...this.#fresh, ...this.#rest]) {
      if (!entry.taker.mayBeSlow) continue;
      const debtMs = this.#debtOf(entry.taker, nowMs);
      const mayGo = isAlone || debtMs < MIN_DEBT_MS || nowMs - entry.sinceMs >= debtMs;
      if (mayGo && (first === undefined || entry.sinceMs < first.sinceMs)) first = entry;
    }
    return first;
  }

  #debtOf(taker: T, nowMs: number): number {
    const debt = this.#debts.get(taker);
    return debt === undefined ? 0 : debt.ms * 2 ** ((debt.atMs - nowMs) / DEBT_HALF_LIFE_MS);
  }
}

function isQuick({ taker }: Entry<TurnTaker>): boolean {
  return !taker.mayBeSlow;
}
