/**
 * One screen: bytes in, what a person would see out. The only importer of the emulator. What it finds to answer to the
 * program is told to who listens; a replay must not answer at all, so nobody listens there.
 *
 * Used by the screen worker for live sessions and in process for replays of ended ones, so both see the same.
 */
import xterm from '@xterm/headless';
import type { IBuffer, IMarker } from '@xterm/headless';
import { SCROLLBACK_LINES } from '../../protocol/limits.ts';
import { screenHash } from '../../protocol/snapshot.ts';
import type { LineCells, ScreenFrame, ScreenLine, ScreenState } from '../../protocol/snapshot.ts';
import { BOUNDED_UNICODE } from './boundedUnicode.ts';
import { rowCells } from './cells.ts';
import { Links } from './links.ts';
import { looksOf } from './looks.ts';
import { drawScreen, type Drawing } from './checkpoint.ts';
import { Clamp } from './clamp.ts';
import { MarginWatch } from './margins.ts';
import { Queries } from './queries.ts';
import type { Reply } from './replyTable.ts';
import { sharedUnicode } from './sharedUnicode.ts';

/** DEC private mode that shows the cursor (DECTCEM). */
const SHOW_CURSOR = 25;
const BEL = 0x07;
/** Ends the sequence under way and erases the whole screen. */
const ERASE_ALL = Buffer.from('\u0018\u001b[2J');
const SELECTIVE_ERASE_ALL = Buffer.from('\u0018\u001b[?2J');
/** Without these the emulator does not even tell of the requests for sizes (XTWINOPS 14, 16, 18 and 19). */
const WINDOW_REPORTS = {
  getWinSizePixels: true,
  getCellSizePixels: true,
  getWinSizeChars: true,
  getScreenSizeChars: true,
} as const;

/** A row as the emulator has it. */
export interface ScreenRow {
  /** All columns, blanks included. */
  readonly text: string;
  /** Whether the row goes on where the one above reached the right edge. */
  readonly isWrapped: boolean;
}

/** Where the cursor is; both from 0. */
export interface CursorPosition {
  readonly cursorRow: number;
  readonly cursorCol: number;
}

/** A live or replayed screen. The caller disposes it. Calls act in the order in which they are made. */
export class ScreenModel implements Disposable {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #clamp: Clamp;
  readonly #queries: Queries;
  #capturedAtSeq = -1;
  #title = '';
  /** Grows with each screen that begins blank; see {@link ScreenModel.bufferLife}. */
  #lives = 0;
  #normalLife = 0;
  #alternateLife = 0;
  #cursorVisible = true;
  readonly #margins: MarginWatch;
  readonly #links: Links;

  /** Starts blank. The emulator has no screen of one column: it takes two. */
  constructor(size: { readonly cols: number; readonly rows: number }) {
    this.#terminal = new xterm.Terminal({
      cols: size.cols,
      rows: size.rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
      windowOptions: WINDOW_REPORTS,
      logLevel: 'off',
    });
    this.#clamp = new Clamp(size.cols, size.rows);
    this.#terminal.unicode.register(sharedUnicode());
    this.#terminal.unicode.activeVersion = BOUNDED_UNICODE;
    this.#terminal.onTitleChange((title) => {
      this.#title = title;
    });
    this.#queries = new Queries(this.#terminal, () => {
      const { cursorRow, cursorCol } = this.cursor();
      return { row: cursorRow + 1, col: cursorCol + 1 };
    });
    this.#terminal.buffer.onBufferChange((buffer) => {
      if (buffer.type === 'alternate') this.#alternateLife = ++this.#lives;
    });
    this.#followModes();
    this.#margins = new MarginWatch(this.#terminal);
    this.#links = new Links(this.#terminal);
  }

  /** The last event all of whose bytes were parsed, -1 before any. */
  get capturedAtSeq(): number {
    return this.#capturedAtSeq;
  }

  /**
   * Parses `bytes`. `seq` is the event that they end; without it, more of the same event follows. Parsing happens
   * within the call as long as the emulator allows it; {@link ScreenModel.flush} tells for certain.
   */
  write(bytes: Buffer, seq?: number): void {
    const parsed = (): void => {
      if (seq !== undefined) this.#capturedAtSeq = seq;
    };
    const filtered = this.#clamp.filter(bytes);
    let from = 0;
    for (const { end, what } of this.#clamp.cuts) {
      if (what === 'osc') this.#queries.stringsEndWithBel(filtered[end - 1] === BEL);
      this.#parse(filtered.subarray(from, end));
      from = end;
      if (what === 'osc' || !this.#erasesAll) continue;
      this.#parse(what === 'erase' ? ERASE_ALL : SELECTIVE_ERASE_ALL);
      from += 1;
    }
    this.#parse(from === 0 ? filtered : filtered.subarray(from), parsed);
  }

  /** Tells `listener` of each answer that a query of the program wants, within the call that parses the query. */
  onReply(listener: (reply: Reply) => void): void {
    this.#queries.listen(listener);
  }

  /** Whether pasted text is to be framed: line editors have this on while they read. */
  get bracketedPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  /** Changes the size; `seq` is the event that says so. Wrapped lines flow anew. */
  resize(cols: number, rows: number, seq?: number): void {
    this.#clamp.resize(cols, rows);
    this.#terminal.resize(cols, rows);
    this.#margins.reset();
    if (seq !== undefined) this.#capturedAtSeq = seq;
  }

  /** Resolves when everything written so far is parsed. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#terminal.input('', true);
      this.#terminal.write('', resolve);
    });
  }

  /** The screen as data; only what was parsed, so call {@link ScreenModel.flush} first. */
  state(options: { readonly includeScrollback: boolean; readonly includeCells?: boolean }): ScreenState {
    const buffer = this.#terminal.buffer.active;
    const visibleLines = trimmedLines(buffer, buffer.baseY, this.#terminal.rows);
    return {
      capturedAtSeq: this.#capturedAtSeq,
      cols: this.#terminal.cols,
      rows: this.#terminal.rows,
      ...this.cursor(),
      cursorVisible: this.#cursorVisible,
      ...looksOf(this.#terminal, this.#queries.colours),
      isAltScreen: buffer.type === 'alternate',
      title: this.#title,
      visibleLines,
      ...(options.includeScrollback ? { scrollbackLines: trimmedLines(buffer, 0, buffer.baseY) } : {}),
      ...(options.includeCells === true ? { cells: [...this.cells('visible')] } : {}),
      ...(options.includeCells === true && options.includeScrollback
        ? { scrollbackCells: [...this.cells('scrollback')] }
        : {}),
      screenHash: screenHash(visibleLines.map((line) => line.text)),
    };
  }

  /** What a picture shows; only what was parsed. Cheaper than {@link ScreenModel.state}. */
  frame(): ScreenFrame {
    const looks = { cursorVisible: this.#cursorVisible, ...looksOf(this.#terminal, this.#queries.colours) };
    return { ...this.size, ...this.cursor(), ...looks, cells: [...this.cells('visible')] };
  }

  /** The cells line by line, made as they are taken; the screen must not change in between. */
  *cells(part: 'visible' | 'scrollback'): Generator<LineCells, void> {
    const buffer = this.#terminal.buffer.active;
    const [from, count] = part === 'visible' ? [buffer.baseY, this.#terminal.rows] : [0, buffer.baseY];
    const parts = { cols: this.#terminal.cols, cell: buffer.getNullCell(), links: this.#links };
    for (let row = 0; row < count; row += 1) {
      const line = buffer.getLine(from + row);
      yield { lineNumber: row, cells: line === undefined ? [] : rowCells(line, parts) };
    }
  }

  /** Whether the bytes so far end outside of every sequence and character. */
  get isAtRest(): boolean {
    return this.#clamp.isAtRest;
  }

  /** Draws the screen, a line a step; it must not change in between. `undefined` where {@link drawScreen} has none. */
  *draw(maxCells: number): Generator<void, Drawing | undefined> {
    const { current, normal, hasProtected } = this.#margins;
    if (!this.isAtRest || hasProtected) return undefined;
    const margins = { margins: current, normalMargins: normal };
    const looks = { links: this.#links, colours: this.#queries.colours, cursorVisible: this.#cursorVisible };
    const facts = { title: this.#title, ...looks, ...margins, maxCells };
    return yield* drawScreen(this.#terminal, facts);
  }

  get title(): string {
    return this.#title;
  }

  get size(): { readonly cols: number; readonly rows: number } {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  cursor(): CursorPosition {
    const buffer = this.#terminal.buffer.active;
    // after a character in the last column the emulator's cursor stands beyond it
    return { cursorRow: buffer.cursorY, cursorCol: Math.min(buffer.cursorX, this.#terminal.cols - 1) };
  }

  /** The visible rows from the top. */
  rows(): ScreenRow[] {
    const buffer = this.#terminal.buffer.active;
    const rows: ScreenRow[] = [];
    for (let row = 0; row < this.#terminal.rows; row += 1) {
      const line = buffer.getLine(buffer.baseY + row);
      const next = buffer.getLine(buffer.baseY + row + 1);
      // a wide character that did not fit into the last column left it empty
      const isShort =
        next?.isWrapped === true &&
        next.getCell(0)?.getWidth() === 2 &&
        line?.getCell(line.length - 1)?.getChars() === '';
      const text = line?.translateToString(false) ?? '';
      rows.push({ text: isShort ? text.slice(0, -1) : text, isWrapped: line?.isWrapped === true });
    }
    return rows;
  }

  /** Number of the topmost visible line; the oldest line that is kept has 0. */
  topLine(): number {
    return this.#terminal.buffer.active.baseY;
  }

  /** Differs between the normal and the alternate screen, each time the latter is entered, and after a reset. */
  bufferLife(): number {
    return this.#terminal.buffer.active.type === 'alternate' ? this.#alternateLife : this.#normalLife;
  }

  /**
   * Follows the line of a visible row as it scrolls; its `line` counts as {@link ScreenModel.topLine} does and is -1 when
   * the line was erased by a clear or fell out of the scrollback. The caller disposes it. The alternate screen has none.
   */
  track(row: number): IMarker | undefined {
    return this.#terminal.registerMarker(row - this.#terminal.buffer.active.cursorY);
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }

  /** Whether erasing up to the cursor erases all there is, where the emulator would fail for want of a next line. */
  get #erasesAll(): boolean {
    const { cursorX, cursorY, length } = this.#terminal.buffer.active;
    return cursorX + 1 >= this.#terminal.cols && cursorY + 1 >= length;
  }

  #parse(bytes: Buffer, parsed?: () => void): void {
    // The emulator parses at once what follows input of a user, and else after a timer of 1 ms or more. Empty input
    // does no more than that.
    this.#terminal.input('', true);
    this.#terminal.write(bytes, parsed);
  }

  /** The emulator tells its modes except these: whether the cursor shows, and that a reset made a new screen. */
  #followModes(): void {
    const { parser } = this.#terminal;
    const follow = (isVisible: boolean) => (params: (number | number[])[]) => {
      if (params.includes(SHOW_CURSOR)) this.#cursorVisible = isVisible;
      return false;
    };
    const softReset = (): boolean => {
      this.#cursorVisible = true;
      return false;
    };
    const reset = (): boolean => {
      this.#normalLife = ++this.#lives;
      return softReset();
    };
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, follow(true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, follow(false));
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, softReset);
    parser.registerEscHandler({ final: 'c' }, reset);
  }
}

function trimmedLines(buffer: IBuffer, from: number, count: number): ScreenLine[] {
  return Array.from({ length: count }, (_, row) => ({
    row,
    text: (buffer.getLine(from + row)?.translateToString(true) ?? '').trimEnd(),
  }));
}
