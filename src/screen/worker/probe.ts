/** The conditions of one wait as a question that can be put to a screen. Pure; knows no time beyond what rest is asked for. */
import { unreachable } from '../../base/invariant.ts';
import type { ScreenCondition, WaitCondition } from '../../protocol/methods/screen.ts';
import type { CursorPosition, ScreenRow } from '../emulator/screenModel.ts';
import { type MatchableText, matchableText, regexMatcher, textMatcher } from './textMatch.ts';

/** The conditions that a screen decides, alone or together; the others are the session's. */
export type ScreenWish = ScreenCondition | Extract<WaitCondition, { kind: 'all' }>;

/** What a wait takes for old: the screen as it stood after event `afterSeq`. */
export interface Baseline extends Disposable {
  readonly afterSeq: number;
  /** The rows, counted from the top, that were not there like that. */
  newRows(rows: readonly ScreenRow[]): ReadonlySet<number>;
}

/** A screen at the moment of a look. */
export class ScreenView {
  readonly rows: readonly ScreenRow[];
  readonly cursor: CursorPosition;
  /** The last event that the screen has seen whole. */
  readonly seenSeq: number;
  readonly text: MatchableText;

  constructor(screen: { rows: readonly ScreenRow[]; cursor: CursorPosition; seenSeq: number }) {
    this.rows = screen.rows;
    this.cursor = screen.cursor;
    this.seenSeq = screen.seenSeq;
    this.text = matchableText(screen.rows);
  }

  /** Differs when text or cursor do. */
  get fingerprint(): string {
    return `${this.cursor.cursorRow};${this.cursor.cursorCol}\n${this.text.text}`;
  }
}

/** That everything holds, and what the first text or pattern matched. */
export interface Held {
  readonly matchedText?: string;
}

/** Whether a look may take a pattern's whole time. */
export function hasPattern(wish: ScreenWish): boolean {
  return (wish.kind === 'all' ? wish.conditions : [wish]).some(({ kind }) => kind === 'regex');
}

type Check = (view: ScreenView, newRows: ReadonlySet<number> | undefined) => Held | undefined;

/** Cheap questions first: the others are asked only when these hold. */
const COST = { stable: 0, cursor: 1, notText: 2, text: 3, regex: 4 } as const;

/** The owner disposes it, and with it its baseline. */
export class Probe implements Disposable {
  /** How long the screen must have rested besides; 0 when rest is not asked for. */
  readonly stableMs: number;
  readonly hasPattern: boolean;
  readonly #checks: readonly Check[];
  readonly #baseline: Baseline | undefined;

  /** @throws TtyError `INVALID_INPUT` for a pattern that is none; the baseline is then still the caller's */
  constructor(wish: ScreenWish, baseline?: Baseline) {
    this.hasPattern = hasPattern(wish);
    const conditions = wish.kind === 'all' ? wish.conditions : [wish];
    this.stableMs = Math.max(0, ...conditions.map((each) => (each.kind === 'stable' ? each.stableMs : 0)));
    this.#checks = conditions.toSorted((a, b) => COST[a.kind] - COST[b.kind]).map(checkOf);
    this.#baseline = baseline;
  }

  /**
   * Whether everything but the rest holds on this screen. With a baseline nothing holds before an event after it was seen.
   *
   * @throws TtyError `INVALID_INPUT` when a pattern takes too long
   */
  ask(view: ScreenView): Held | undefined {
    if (this.#baseline !== undefined && view.seenSeq <= this.#baseline.afterSeq) return undefined;
    const newRows = this.#baseline?.newRows(view.rows);
    let held: Held = {};
    for (const check of this.#checks) {
      const found = check(view, newRows);
      if (found === undefined) return undefined;
      if (held.matchedText === undefined) held = found;
    }
    return held;
  }

  [Symbol.dispose](): void {
    this.#baseline?.[Symbol.dispose]();
  }
}

function checkOf(condition: ScreenCondition): Check {
  switch (condition.kind) {
    case 'text':
    case 'regex': {
      const match = condition.kind === 'text' ? textMatcher(condition.text) : regexMatcher(condition.regex);
      return ({ text }, newRows) => {
        const matchedText = match(text, newRows);
        return matchedText === undefined ? undefined : { matchedText };
      };
    }
    case 'notText':
      return ({ text }) => (text.text.includes(condition.text) ? undefined : {});
    case 'cursor':
      return ({ cursor: { cursorRow, cursorCol } }) =>
        cursorRow === (condition.row ?? cursorRow) && cursorCol === (condition.col ?? cursorCol) ? {} : undefined;
    case 'stable':
      return () => ({});
    default:
      return unreachable(condition, 'screen condition');
  }
}
