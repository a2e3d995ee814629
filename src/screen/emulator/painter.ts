/** Draws lines cell by cell on a terminal that is blank but for what was drawn of it. */
import type { IBuffer, IBufferCell, IBufferLine } from '@xterm/headless';
import { extendedKey, linkOf } from './extended.ts';
import type { Links } from './links.ts';
import { penOf, splitPen } from './sgr.ts';

/** Characters that a drawing has at most; a full scrollback of text has a third, every cell in a colour of its own three times as many. */
const MAX_DRAWN = 1_500_000;

const CSI = '\u001b[';

/** Collects what draws. Knows what attributes the terminal would have by then. */
export class Painter {
  readonly #cols: number;
  readonly #cell: IBufferCell;
  readonly #links: Pick<Links, 'target'>;
  #bytes = '';
  #pen = '';
  #canDraw = true;

  /** `memory` is a cell to work in. */
  constructor(cols: number, memory: IBufferCell, links: Pick<Links, 'target'>) {
    this.#cols = cols;
    this.#cell = memory;
    this.#links = links;
  }

  /** All of it; `undefined` when there was something that no bytes draw. */
  get drawn(): string | undefined {
    return this.#canDraw ? this.#bytes : undefined;
  }

  add(bytes: string): void {
    this.#bytes += bytes;
  }

  /** What comes cannot be drawn. */
  giveUp(): void {
    this.#canDraw = false;
  }

  /** From here on characters are written in these attributes, as {@link penOf} gives them. */
  usePen(pen: string): void {
    if (pen === this.#pen) return;
    const before = splitPen(this.#pen);
    const { sgr, link } = splitPen(pen);
    this.#pen = pen;
    if (link !== before.link) this.#bytes += `\u001b]8;;${link}\u0007`;
    if (sgr === before.sgr) return;
    this.#bytes += `${CSI}${sgr === '' || before.sgr === '' ? '' : '0;'}${sgr}m`;
  }

  /** The attributes of `cell` as {@link Painter.usePen} takes them; `asPen`: of what the next character gets. */
  penOf(cell: IBufferCell, asPen = false): string {
    return penOf(cell, this.#links, asPen);
  }

  /** Lines one below the other from where the cursor is, the start of a blank line; what has no room scrolls out. One a step. */
  *lines(buffer: IBuffer, from: number, count: number): Generator<void, void> {
    for (let row = 0; row < count && this.#canDraw; row += 1) {
      const line = buffer.getLine(from + row);
      const above = row === 0 ? undefined : buffer.getLine(from + row - 1);
      if (line === undefined || this.#bytes.length > MAX_DRAWN) return this.giveUp();
      if (above !== undefined && line.isWrapped) this.#wrap(above, line);
      else if (above !== undefined) {
        this.usePen('');
        this.#bytes += '\r\n';
      }
      this.#line(line);
      yield;
    }
  }

  /** Writes the cell at `col`, where the cursor is. Says how many columns that took. */
  cellAt(line: IBufferLine, col: number): number {
    const cell = line.getCell(col, this.#cell);
    const chars = cell?.getChars() ?? '';
    const width = cell?.getWidth() ?? 0;
    if (cell === undefined || width === 0 || chars === '') {
      this.giveUp();
      return 1;
    }
    this.usePen(this.penOf(cell));
    this.#bytes += chars;
    if (width === 2 && line.getCell(col + 1, this.#cell)?.getWidth() !== 0) this.giveUp();
    return width;
  }

  /** Run by run: cells alike are written in one piece, since a string for each of a million cells costs ten times as much. */
  #line(line: IBufferLine): void {
    let cursor = 0;
    for (let col = 0; col < this.#cols;) {
      const cell = line.getCell(col, this.#cell);
      if (cell === undefined) return this.giveUp();
      const isBlank = cell.getCode() === 0;
      const pen = this.penOf(cell);
      const end = this.#endOfRun(line, col, isBlank);
      if (end === undefined) return this.giveUp();
      if (!isBlank || pen !== '') {
        if (cursor < col) this.#bytes += `${CSI}${col - cursor}C`;
        if (isBlank) this.#erase(pen, end - col);
        else {
          this.usePen(pen);
          this.#bytes += line.translateToString(false, col, end);
        }
        cursor = isBlank ? col : end;
      }
      col = end;
    }
  }

  /** Where the cells end that have the same attributes as the one at `from`, all blank or none; nothing at half a character. */
  #endOfRun(line: IBufferLine, from: number, isBlank: boolean): number | undefined {
    const isPlain = this.#cell.isAttributeDefault();
    const fg = foreground(this.#cell);
    const bg = background(this.#cell);
    const extended = extendedKey(this.#cell);
    const link = linkOf(this.#cell);
    let col = from;
    while (col < this.#cols) {
      const cell = line.getCell(col, this.#cell);
      if (cell === undefined || (cell.getCode() === 0) !== isBlank) break;
      if (cell.isAttributeDefault() !== isPlain) break;
      if (!isPlain && (foreground(cell) !== fg || background(cell) !== bg)) break;
      if (!isPlain && (extendedKey(cell) !== extended || linkOf(cell) !== link)) break;
      const width = cell.getWidth();
      if (width === 0 || (isBlank && width !== 1)) return col === from ? undefined : col;
      if (width === 2 && line.getCell(col + 1, this.#cell)?.getWidth() !== 0) return undefined;
      col += width;
    }
    return col;
  }

  /** What was never written has no attribute but a background; what else is blank is what an overwritten character left. */
  #erase(pen: string, count: number): void {
    if (!/^(?:4[0-7]|10[0-7]|48;[0-9;]+)?$/.test(pen)) return this.giveUp();
    this.usePen(pen);
    this.#bytes += `${CSI}${count}X`;
  }

  /** Goes to the start of the next line in the way that makes it one that goes on where the one above ended. */
  #wrap(above: IBufferLine, line: IBufferLine): void {
    const first = line.getCell(0, this.#cell);
    const isPlain = first !== undefined && first.getChars() !== '' && first.isBgDefault();
    const last = this.#lastCol(above);
    if (isPlain && above.getCell(last, this.#cell)?.getChars() !== '') return;
    // by two blanks, which are then replaced by what is there; without a background, which would fill the new line
    this.usePen('');
    this.#bytes += `\r${this.#cols > 1 ? `${CSI}${this.#cols - 1}C` : ''}  ${CSI}A${CSI}${last + 1}G`;
    const cell = above.getCell(last, this.#cell);
    if (cell !== undefined && cell.getChars() === '') this.#erase(this.penOf(cell), 1);
    else this.cellAt(above, last);
    this.usePen('');
    this.#bytes += `${CSI}B\r${CSI}X`;
  }

  /** Where the last character of a line begins. */
  #lastCol(line: IBufferLine): number {
    return line.getCell(this.#cols - 1, this.#cell)?.getWidth() === 0 ? this.#cols - 2 : this.#cols - 1;
  }
}

/** Colour and half of the flags as one number. */
function foreground(cell: IBufferCell): number {
  const flags =
    (cell.isBold() && 1) |
    (cell.isUnderline() && 2) |
    (cell.isBlink() && 4) |
    (cell.isInverse() && 8) |
    (cell.isInvisible() && 16);
  return (cell.getFgColorMode() + cell.getFgColor() + 1) * 32 + flags;
}

/** The other colour and the other half. */
function background(cell: IBufferCell): number {
  const flags = (cell.isItalic() && 1) | (cell.isDim() && 2) | (cell.isStrikethrough() && 4) | (cell.isOverline() && 8);
  return (cell.getBgColorMode() + cell.getBgColor() + 1) * 16 + flags;
}
