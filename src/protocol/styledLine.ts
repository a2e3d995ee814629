/**
 * One line of the line model with the looks of its characters: as textLine.ts, but always as cells, and given out with the
 * SGR sequences that its characters need. Each line begins and ends in the plain look, so that it can be read by itself.
 */
import { breakAt, columnsOf, leadOf, MAX_LINE_CHARS, TAB_COLUMNS } from './columns.ts';
import { MAX_SIZE } from './limits.ts';
import type { OutputLine } from './outputLine.ts';
import { PLAIN_STYLE, SgrState, styleChange } from './sgr.ts';

/** A line under construction. Without its sequences it reads as the plain line does. */
export class StyledLine implements OutputLine {
  #out = '';
  #cells: string[] = [];
  /** The look of each cell. */
  #styles: string[] = [];
  #column = 0;
  #overprinted = false;
  readonly #sgr = new SgrState();

  get isEmpty(): boolean {
    return this.#isBlank && !this.#overprinted && this.#sgr.style === PLAIN_STYLE;
  }

  takeOut(): string {
    const text = this.#out;
    this.#out = '';
    return text;
  }

  finish(): string {
    let end = this.#cells.length;
    // as on a plain line: a status that was wiped with spaces leaves nothing
    if (this.#overprinted) while (end > 0 && (this.#cells[end - 1] === ' ' || this.#cells[end - 1] === '')) end -= 1;
    const text = this.#text(this.#overprinted ? leadEnd(this.#cells, end) : end);
    this.#cells = [];
    this.#styles = [];
    this.#column = 0;
    this.#overprinted = false;
    return text;
  }

  newline(): void {
    const text = this.finish();
    this.#out += `${text}\n`;
  }

  style(parameters: string): void {
    this.#sgr.apply(parameters);
  }

  print(run: string): void {
    for (const char of run) this.#put(char);
  }

  tab(): void {
    const stop = this.#column + TAB_COLUMNS - (this.#column % TAB_COLUMNS);
    if (this.#column >= this.#cells.length) {
      this.#fill(this.#column);
      this.#cells.push('\t', ...Array<string>(stop - this.#column - 1).fill(''));
      while (this.#styles.length < this.#cells.length) this.#styles.push(this.#sgr.style);
    }
    this.#column = stop;
  }

  moveTo(column: number): void {
    this.#column = column;
  }

  moveBy(columns: number): void {
    const column = this.#column;
    this.#column =
      columns < 0 ? Math.max(0, column + columns) : Math.max(column, Math.min(column + columns, MAX_SIZE - 1));
  }

  erase(mode: number): void {
    if (this.#isBlank || mode > 2) return;
    const column = this.#column;
    this.#overprinted = true;
    if (mode === 2) this.#cut(0);
    else if (mode === 0 && column < this.#cells.length) {
      breakAt(this.#cells, column);
      this.#cut(column);
    } else if (mode === 1) {
      breakAt(this.#cells, column + 1);
      this.#cells.fill(' ', 0, column + 1);
      this.#styles.fill(PLAIN_STYLE, 0, column + 1);
    }
  }

  /** No character stands on the line, and the cursor is at the start. */
  get #isBlank(): boolean {
    return this.#cells.length === 0 && this.#column === 0;
  }

  #put(char: string): void {
    const width = columnsOf(char);
    if (width === 0 && this.#column > 0 && this.#column <= this.#cells.length) {
      const lead = leadOf(this.#cells, this.#column - 1);
      this.#cells[lead] = `${this.#cells[lead] ?? ''}${char}`;
      return;
    }
    if (this.#column >= MAX_LINE_CHARS) {
      this.#fill(this.#column);
      this.#out += this.#text(this.#column);
      this.#cells.splice(0, this.#column);
      this.#styles.splice(0, this.#column);
      this.#column = 0;
    }
    const column = this.#column;
    if (column < this.#cells.length) this.#overprinted = true;
    this.#fill(column);
    breakAt(this.#cells, column);
    breakAt(this.#cells, column + width);
    this.#cells[column] = char;
    this.#styles[column] = this.#sgr.style;
    if (width === 2) {
      this.#cells[column + 1] = '';
      this.#styles[column + 1] = this.#sgr.style;
    }
    this.#column = column + Math.max(1, width);
  }

  #fill(column: number): void {
    while (this.#cells.length < column) {
      this.#cells.push(' ');
      this.#styles.push(PLAIN_STYLE);
    }
  }

  #cut(length: number): void {
    this.#cells.length = length;
    this.#styles.length = length;
  }

  /** The first `end` cells. */
  #text(end: number): string {
    let text = '';
    let current = PLAIN_STYLE;
    for (let column = 0; column < end; column += 1) {
      const char = this.#cells[column] ?? '';
      const style = this.#styles[column] ?? PLAIN_STYLE;
      if (char === '') continue;
      text += styleChange(current, style) + char;
      current = style;
    }
    return text + styleChange(current, PLAIN_STYLE);
  }
}

/** The end of the character before `end`: its further columns are cells, too. */
function leadEnd(cells: readonly string[], end: number): number {
  let at = end;
  while (cells[at] === '') at += 1;
  return at;
}
