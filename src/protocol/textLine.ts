/**
 * One line of the line model (outputText.ts): text, and a cursor in it. As long as text only comes at the end it is a
 * plain string; it becomes cells, one for each column, when something is printed or erased further left.
 */
import { breakAt, columnsOf, leadOf, MAX_LINE_CHARS, TAB_COLUMNS } from './columns.ts';
import { MAX_SIZE } from './limits.ts';
import type { OutputLine } from './outputLine.ts';

/** A line under construction. Finished lines collect until {@link TextLine.takeOut}. */
export class TextLine implements OutputLine {
  #out = '';
  #text = '';
  /** One entry a column; a character's further columns are ''. Replaces `#text` when there. */
  #cells: string[] | undefined;
  /** `undefined` = at the end. */
  #column: number | undefined;
  #overprinted = false;

  /** Nothing printed yet and the cursor at the start. */
  get isEmpty(): boolean {
    return this.#isBlank && !this.#overprinted;
  }

  /** Text that is final: whole lines with their LF, and the front of lines that grew too long. */
  takeOut(): string {
    const text = this.#out;
    this.#out = '';
    return text;
  }

  /** Ends the line and gives its text, without LF. The next line starts empty. */
  finish(): string {
    const text = this.#cells === undefined ? this.#text : this.#cells.join('');
    const isPadded = this.#overprinted && text.endsWith(' ');
    this.#text = '';
    this.#cells = undefined;
    this.#column = undefined;
    this.#overprinted = false;
    // a status that was wiped with spaces leaves nothing; spaces that a program printed at the end of a line stay
    return isPadded ? text.replace(/ +$/, '') : text;
  }

  /** Colours are not kept. */
  style(): void {}

  newline(): void {
    const text = this.finish();
    this.#out += `${text}\n`;
  }

  /** Prints characters that are no controls. */
  print(run: string): void {
    if (this.isEmpty) this.#column = undefined;
    if (this.#column === undefined && this.#cells === undefined) this.#append(run);
    else for (const char of run) this.#put(char);
  }

  tab(): void {
    if (this.isEmpty) this.#column = undefined;
    if (this.#column === undefined && this.#cells === undefined) return this.#append('\t');
    const cells = this.#toCells();
    const column = this.#column ?? cells.length;
    const stop = column + TAB_COLUMNS - (column % TAB_COLUMNS);
    if (column >= cells.length) {
      this.#fill(cells, column);
      cells.push('\t', ...Array<string>(stop - column - 1).fill(''));
    }
    this.#column = stop;
  }

  /** Puts the cursor on a column, 0 to MAX_SIZE - 1. */
  moveTo(column: number): void {
    this.#column = column;
  }

  /** Moves the cursor; it stops at column 0, and at the last column a terminal can have unless it is there already. */
  moveBy(columns: number): void {
    const column = this.#column ?? this.#toCells().length;
    this.#column =
      columns < 0 ? Math.max(0, column + columns) : Math.max(column, Math.min(column + columns, MAX_SIZE - 1));
  }

  /** EL: 0 erases from the cursor to the end, 1 from the start to the cursor, 2 all. The cursor stays. */
  erase(mode: number): void {
    if (this.#isBlank || mode > 2) return;
    const cells = this.#toCells();
    const column = this.#column ?? cells.length;
    this.#column = column;
    this.#overprinted = true;
    if (mode === 2) cells.length = 0;
    else if (mode === 0 && column < cells.length) {
      breakAt(cells, column);
      cells.length = column;
    } else if (mode === 1) {
      breakAt(cells, column + 1);
      cells.fill(' ', 0, column + 1);
    }
  }

  /** No character stands on the line, and the cursor is at the start. */
  get #isBlank(): boolean {
    const length = this.#cells?.length ?? this.#text.length;
    return length === 0 && (this.#column === undefined || this.#column === 0);
  }

  #append(run: string): void {
    let rest = run;
    while (this.#text.length + rest.length > MAX_LINE_CHARS) {
      let room = MAX_LINE_CHARS - this.#text.length;
      if (isHighSurrogate(rest.charCodeAt(room - 1))) room -= 1;
      this.#out += this.#text + rest.slice(0, room);
      this.#text = '';
      rest = rest.slice(room);
    }
    this.#text += rest;
  }

  #put(char: string): void {
    const cells = this.#toCells();
    let column = this.#column ?? cells.length;
    const width = columnsOf(char);
    if (width === 0 && column > 0 && column <= cells.length) {
      const lead = leadOf(cells, column - 1);
      cells[lead] = `${cells[lead] ?? ''}${char}`;
      return;
    }
    if (column >= MAX_LINE_CHARS) {
      this.#fill(cells, column);
      this.#out += cells.splice(0, column).join('');
      column = 0;
    }
    if (column < cells.length) this.#overprinted = true;
    this.#fill(cells, column);
    breakAt(cells, column);
    breakAt(cells, column + width);
    cells[column] = char;
    if (width === 2) cells[column + 1] = '';
    this.#column = column + Math.max(1, width);
  }

  #fill(cells: string[], column: number): void {
    while (cells.length < column) cells.push(' ');
  }

  #toCells(): string[] {
    if (this.#cells !== undefined) return this.#cells;
    const cells: string[] = [];
    for (const char of this.#text) {
      const width = char === '\t' ? TAB_COLUMNS - (cells.length % TAB_COLUMNS) : columnsOf(char);
      if (width === 0 && cells.length > 0) {
        const lead = leadOf(cells, cells.length - 1);
        cells[lead] = `${cells[lead] ?? ''}${char}`;
      } else {
        cells.push(char);
        for (let more = 1; more < width; more += 1) cells.push('');
      }
    }
    this.#cells = cells;
    this.#text = '';
    return cells;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
