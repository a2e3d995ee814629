/**
 * What one run leaves on a terminal: a blank screen whose cursor stands where the command began, the bytes of the run, and
 * in the end its rows as text. Rows that leave the screen are taken off it, so that neither their number nor what comes
 * after them is bounded by a scrollback. Used in process by whoever asks for the text, never by a host.
 */
import xterm from '@xterm/headless';
import type { IBuffer, IBufferLine } from '@xterm/headless';
import { PLAIN_STYLE, styleChange } from '../../protocol/sgr.ts';
import { ScreenUse } from '../../protocol/screenUse.ts';
import type { ScreenCell } from '../../protocol/snapshot.ts';
import { BOUNDED_UNICODE } from './boundedUnicode.ts';
import { NO_LINKS, rowCells } from './cells.ts';
import { Clamp } from './clamp.ts';
import { sharedUnicode } from './sharedUnicode.ts';

/** Rows above the screen that the emulator keeps; they are taken off when half of it is used. */
const SCROLLBACK_ROWS = 4_000;
/** Cells that may be changed between two looks at the clock: one sequence of a few bytes can touch all of a screen. */
const SLICE_CELLS = 8_000_000;
const MIN_SLICE_BYTES = 64;
const MAX_SLICE_BYTES = 4_096;
/** Erases the rows above the screen (ED 3), after ending any sequence under way. */
const ERASE_SCROLLBACK = Buffer.from('\u001b[3J');
/** What the emulator fails at when the cursor stands in the last cell of all: it erases all instead. */
const ERASE_ALL = { erase: Buffer.from('\u0018\u001b[2J'), selectiveErase: Buffer.from('\u0018\u001b[?2J') } as const;

export interface RunModelOptions {
  readonly cols: number;
  readonly rows: number;
  /** Where the cursor stands as the run begins, from 0. */
  readonly cursorRow: number;
  readonly cursorCol: number;
  /** Keep colours and other looks, as SGR. */
  readonly ansi: boolean;
}

/** One run on a terminal of its own. The caller disposes it. */
export class RunModel implements Disposable {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #clamp: Clamp;
  readonly #use = new ScreenUse();
  readonly #ansi: boolean;
  /** Rows above the one where the run began: as long as they are blank, it never wrote there. */
  #rowsAbove: number;
  /** Rows that left the screen, as text: each with the LF before it unless it goes on with the one above. */
  #gone: string[] = [];
  #goneChars = 0;
  /** Whether rows were given out, so that those that follow begin a line of their own. */
  #hasTaken = false;

  constructor({ cols, rows, cursorRow, cursorCol, ansi }: RunModelOptions) {
    this.#ansi = ansi;
    this.#terminal = new xterm.Terminal({
      cols,
      rows,
      scrollback: SCROLLBACK_ROWS,
      allowProposedApi: true,
      logLevel: 'off',
    });
    this.#terminal.unicode.register(sharedUnicode());
    this.#terminal.unicode.activeVersion = BOUNDED_UNICODE;
    this.#clamp = new Clamp(cols, rows);
    this.#rowsAbove = Math.min(cursorRow, rows - 1);
    this.#parse(Buffer.from(`\u001b[${this.#rowsAbove + 1};${cursorCol + 1}H`));
  }

  /** Whether the alternate screen shows. */
  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Characters of the rows that left the screen. */
  get goneChars(): number {
    return this.#goneChars;
  }

  /** Where the cursor is, from 0. */
  get cursor(): { readonly cursorRow: number; readonly cursorCol: number } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { cursorRow: cursorY, cursorCol: Math.min(cursorX, this.#terminal.cols - 1) };
  }

  /** Parses `bytes` in slices; between two of them `mayGoOn` is asked. False when it said no: the rest was not parsed. */
  write(bytes: Buffer, mayGoOn: () => boolean): boolean {
    const { cols, rows } = this.#terminal;
    const size = Math.min(MAX_SLICE_BYTES, Math.max(MIN_SLICE_BYTES, Math.floor(SLICE_CELLS / (cols * rows))));
    for (let at = 0; at < bytes.length; at += size) {
      if (!mayGoOn()) return false;
      this.#slice(bytes.subarray(at, at + size));
    }
    return true;
  }

  /** Gives the rows that left the screen since the last call, and forgets them: {@link RunModel.text} goes on behind them. */
  takeGone(): string {
    const text = this.#gone.join('');
    this.#gone = [];
    this.#goneChars = 0;
    if (this.#hasTaken || text === '') return text;
    this.#hasTaken = true;
    return text.slice(1);
  }

  resize(cols: number, rows: number): void {
    this.#clamp.resize(cols, rows);
    this.#terminal.resize(cols, rows);
  }

  /**
   * What the run left: its rows, those above the screen too, without the blank ones above its first and below its last;
   * while the alternate screen shows, that one. A line that was wrapped at the edge is one line. Trailing spaces are gone.
   */
  text(): string {
    const buffer = this.#terminal.buffer.active;
    const isMain = buffer.type === 'normal';
    const rows = this.#rows(buffer, 0, buffer.baseY + this.#terminal.rows);
    let last = rows.length;
    while (last > 0 && rows[last - 1]?.text === '') last -= 1;
    const first = isMain ? this.#blankAbove(rows) : 0;
    const shown = rows.slice(Math.min(first, last), last).map(pieceOf);
    const pieces = (isMain ? [...this.#gone, ...shown] : shown).join('');
    const text = isMain && this.#hasTaken ? pieces : pieces.slice(1);
    if (text === '') return '';
    return buffer.baseY + buffer.cursorY >= last ? `${text}\n` : text;
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }

  #slice(bytes: Buffer): void {
    const erasures = this.#use.scrollbackErasures;
    this.#use.feed(bytes);
    const filtered = this.#clamp.filter(bytes);
    let from = 0;
    for (const { end, what } of this.#clamp.cuts) {
      if (what === 'osc') continue;
      this.#parse(filtered.subarray(from, end));
      from = end;
      const { cursorX, cursorY, length } = this.#terminal.buffer.active;
      if (cursorX + 1 < this.#terminal.cols || cursorY + 1 < length) continue;
      this.#parse(ERASE_ALL[what]);
      from += 1;
    }
    this.#parse(filtered.subarray(from));
    if (this.#use.scrollbackErasures !== erasures) {
      this.#gone = [];
      this.#goneChars = 0;
    }
    this.#takeGone();
  }

  /** Takes the rows above the screen off it when there are many; within a sequence they wait. */
  #takeGone(): void {
    const buffer = this.#terminal.buffer.normal;
    if (buffer.baseY < SCROLLBACK_ROWS / 2 || !this.#clamp.isAtRest) return;
    const rows = this.#rows(buffer, 0, buffer.baseY);
    const pieces = rows.slice(this.#blankAbove(rows)).map(pieceOf);
    for (const piece of pieces) this.#goneChars += piece.length;
    this.#gone.push(...pieces);
    this.#rowsAbove = 0;
    this.#parse(ERASE_SCROLLBACK);
  }

  /** How many of the first rows of all are blank and above the row where the run began. */
  #blankAbove(rows: readonly Row[]): number {
    let blank = 0;
    while (blank < this.#rowsAbove && rows[blank]?.text === '') blank += 1;
    return blank;
  }

  #rows(buffer: IBuffer, from: number, to: number): Row[] {
    return Array.from({ length: to - from }, (_, index) => {
      const line = buffer.getLine(from + index);
      const next = buffer.getLine(from + index + 1);
      if (line === undefined) return { text: '', joins: false };
      return { text: this.#rowText(line, next?.isWrapped === true ? next : undefined), joins: line.isWrapped };
    });
  }

  /** `next`: the row that this one goes on in. */
  #rowText(line: IBufferLine, next: IBufferLine | undefined): string {
    const { cols } = this.#terminal;
    if (this.#ansi) {
      const cells = rowCells(line, { cols, cell: this.#terminal.buffer.active.getNullCell(), links: NO_LINKS });
      const missing = next === undefined ? 0 : cols - cells.length - (isShort(line, next) ? 1 : 0);
      return `${styledText(cells)}${' '.repeat(Math.max(0, missing))}`;
    }
    if (next === undefined) return line.translateToString(true).trimEnd();
    const text = line.translateToString(false);
    return isShort(line, next) ? text.slice(0, -1) : text;
  }

  #parse(bytes: Buffer): void {
    // the emulator parses at once what follows input of a user, and else after a timer
    this.#terminal.input('', true);
    this.#terminal.write(bytes);
  }
}

/** A row of the screen; `joins` when it goes on with the one above. */
interface Row {
  readonly text: string;
  readonly joins: boolean;
}

function pieceOf({ text, joins }: Row): string {
  return joins ? text : `\n${text}`;
}

/** Whether a wide character did not fit into the last column of `line` and left it empty. */
function isShort(line: IBufferLine, next: IBufferLine): boolean {
  return next.getCell(0)?.getWidth() === 2 && line.getCell(line.length - 1)?.getChars() === '';
}

/** Cells as text with SGR, beginning and ending in the plain look. */
function styledText(cells: readonly ScreenCell[]): string {
  let text = '';
  let current = PLAIN_STYLE;
  for (const cell of cells) {
    if (cell.width === 0) continue;
    const style = styleOf(cell);
    text += styleChange(current, style) + cell.char;
    current = style;
  }
  return text + styleChange(current, PLAIN_STYLE);
}

function styleOf(cell: ScreenCell): string {
  const codes: string[] = [];
  if (cell.bold === true) codes.push('1');
  if (cell.dim === true) codes.push('2');
  if (cell.italic === true) codes.push('3');
  if (cell.underline === true) codes.push('4');
  if (cell.blink === true) codes.push('5');
  if (cell.inverse === true) codes.push('7');
  if (cell.invisible === true) codes.push('8');
  if (cell.strikethrough === true) codes.push('9');
  if (cell.overline === true) codes.push('53');
  if (cell.fg !== undefined) codes.push(colourCode(cell.fg, 30, 90, 38));
  if (cell.bg !== undefined) codes.push(colourCode(cell.bg, 40, 100, 48));
  return codes.join(';');
}

function colourCode(colour: string, base: number, bright: number, extended: number): string {
  if (colour.startsWith('#')) {
    const value = Number.parseInt(colour.slice(1), 16);
    return `${extended};2;${value >> 16};${(value >> 8) & 0xff};${value & 0xff}`;
  }
  const index = Number(colour.slice('palette:'.length));
  if (index < 8) return String(base + index);
  return index < 16 ? String(bright + index - 8) : `${extended};5;${index}`;
}
