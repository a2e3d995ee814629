/**
 * What stood on a screen at moments that a wait may be counted from. At each of them the screen is stamped: the text of its
 * rows, and for each row a tracker that follows it when the screen scrolls. Knows no emulator.
 *
 * A row is old when the stamp holds the same text for the same line; everything else that is not blank is new.
 */
import type { Baseline } from './probe.ts';
import type { ScreenRow } from '../emulator/screenModel.ts';

/** Stamps that are kept. A caller who goes back further than so many calls has lost track. */
export const MAX_STAMPS = 32;
/** Tracked rows of all stamps; each costs at every line that leaves a full scrollback. */
const MAX_TRACKED_ROWS = 1_024;
/** Characters of all stamps. */
const MAX_STAMP_CHARS = 4 * 1024 * 1024;

/** Follows one line of a screen. */
export interface LineTracker {
  /** Where the line is now, counted from the oldest one that is kept; negative when it is gone or was erased. */
  readonly line: number;
  dispose(): void;
}

/** What stamps see of their screen. */
export interface StampedScreen {
  /** The visible rows. */
  rows(): readonly ScreenRow[];
  /** Number of the topmost visible line, as {@link LineTracker.line} counts. */
  topLine(): number;
  /** Which buffer shows, and which of its lives: differs after a change to the alternate screen and after a reset. */
  bufferLife(): number;
  /** Follows the line of a visible row; `undefined` on the alternate screen, whose rows never move. */
  track(row: number): LineTracker | undefined;
}

interface StampedRow {
  readonly life: number;
  readonly text: string;
  readonly tracker: LineTracker;
  /** Stamps that hold it. */
  uses: number;
}

interface Stamp {
  /** Events that its screen had seen: up to this one. */
  readonly seenSeq: number;
  /** The event that the screen took next; undefined as long as none came. */
  nextSeq: number | undefined;
  readonly life: number;
  readonly rows: readonly StampedRow[];
  readonly chars: number;
  /** One for being kept, one for each wait that counts from it. */
  holds: number;
}

/** The stamps of one screen. The owner disposes it after the waits. */
export class Baselines implements Disposable {
  readonly #screen: StampedScreen;
  /** The blank screen at the start: costs nothing and always stays. Oldest first. */
  #stamps: Stamp[];
  /** Tracked rows in use. */
  readonly #rows = new Set<StampedRow>();

  constructor(screen: StampedScreen) {
    this.#screen = screen;
    const blank: Stamp = {
      seenSeq: -1,
      nextSeq: undefined,
      life: screen.bufferLife(),
      rows: [],
      chars: 0,
      holds: 1,
    };
    this.#stamps = [blank];
  }

  /** The spans of events that a wait may be counted from; the last one is open when nothing came since. */
  get spans(): { readonly fromSeq: number; readonly toSeq: number | undefined }[] {
    return this.#stamps.map(({ seenSeq, nextSeq }) => ({
      fromSeq: Math.max(0, seenSeq),
      toSeq: nextSeq === undefined ? undefined : nextSeq - 1,
    }));
  }

  /** Rows that are tracked for the stamps. */
  get trackedRows(): number {
    return this.#rows.size;
  }

  /**
   * Stamps the screen, which has seen all events up to `seenSeq`. `partOfSeq` is the event of which it has seen a part
   * besides. Costs nothing when the last stamp had seen the same events.
   */
  stamp(seenSeq: number, partOfSeq?: number): void {
    const last = this.#stamps.at(-1);
    if (last?.seenSeq === seenSeq) return;
    const life = this.#screen.bufferLife();
    const rows = this.#stampedRows(life);
    const chars = rows.reduce((sum, { text }) => sum + text.length, 0);
    this.#stamps.push({ seenSeq, nextSeq: partOfSeq, life, rows, chars, holds: 1 });
    this.#trim();
  }

  /** To be called before the screen takes the first part of event `seq`. */
  beforeEvent(seq: number): void {
    const last = this.#stamps.at(-1);
    if (last?.nextSeq === undefined && last !== undefined) last.nextSeq = seq;
  }

  /** The screen as it stood after event `seq` and before the next one that changed it; `undefined` when it was not kept. */
  find(seq: number): Baseline | undefined {
    const stamp = this.#stamps.find(({ seenSeq, nextSeq }) => seenSeq <= seq && seq < (nextSeq ?? Infinity));
    if (stamp === undefined) return undefined;
    stamp.holds += 1;
    let isHeld = true;
    return {
      afterSeq: seq,
      newRows: (rows) => this.#newRows(stamp, rows),
      [Symbol.dispose]: () => {
        if (isHeld) this.#release(stamp);
        isHeld = false;
      },
    };
  }

  [Symbol.dispose](): void {
    for (const { tracker } of this.#rows) tracker.dispose();
    this.#rows.clear();
    this.#stamps = [];
  }

  /** The visible rows that are not blank; those that an earlier stamp holds unchanged are shared with it. */
  #stampedRows(life: number): StampedRow[] {
    const top = this.#screen.topLine();
    const known = new Map<number, StampedRow>();
    for (const row of this.#rows) if (row.life === life) known.set(row.tracker.line, row);
    const stamped: StampedRow[] = [];
    for (const [at, { text: padded }] of this.#screen.rows().entries()) {
      const text = padded.trimEnd();
      if (text === '') continue;
      let row = known.get(top + at);
      if (row?.text !== text) {
        row = { life, text, tracker: this.#screen.track(at) ?? fixed(at), uses: 0 };
        this.#rows.add(row);
      }
      row.uses += 1;
      stamped.push(row);
    }
    return stamped;
  }

  #newRows(stamp: Stamp, rows: readonly ScreenRow[]): ReadonlySet<number> {
    const old = new Map<number, string>();
    if (stamp.life === this.#screen.bufferLife())
      for (const { tracker, text } of stamp.rows) old.set(tracker.line, text);
    const top = this.#screen.topLine();
    const found = new Set<number>();
    for (const [at, { text: padded }] of rows.entries()) {
      const text = padded.trimEnd();
      if (text !== '' && old.get(top + at) !== text) found.add(at);
    }
    return found;
  }

  #trim(): void {
    const isOver = (): boolean =>
      this.#stamps.length > MAX_STAMPS ||
      this.#rows.size > MAX_TRACKED_ROWS ||
      this.#stamps.reduce((sum, { chars }) => sum + chars, 0) > MAX_STAMP_CHARS;
    // the blank one stays, and so does the newest, whatever its size
    while (this.#stamps.length > 2 && isOver()) for (const stamp of this.#stamps.splice(1, 1)) this.#release(stamp);
  }

  #release(stamp: Stamp): void {
    stamp.holds -= 1;
    if (stamp.holds > 0) return;
    for (const row of stamp.rows) {
      row.uses -= 1;
      if (row.uses > 0) continue;
      row.tracker.dispose();
      this.#rows.delete(row);
    }
  }
}

function fixed(line: number): LineTracker {
  return { line, dispose: () => undefined };
}
