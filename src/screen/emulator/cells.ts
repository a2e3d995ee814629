/** The cells of a row as data: what stands in each, in which colours and how it is drawn. */
import type { IBufferCell, IBufferLine } from '@xterm/headless';
import type { ScreenCell } from '../../protocol/snapshot.ts';

/** The cells of a row from column 0, without the blank ones in default colours at its end. `cell` is memory to work in. */
export function rowCells(line: IBufferLine, cols: number, cell: IBufferCell): ScreenCell[] {
  const cells: ScreenCell[] = [];
  let used = 0;
  const count = Math.min(line.length, cols);
  for (let col = 0; col < count; col += 1) {
    if (line.getCell(col, cell) === undefined) break;
    const described = describe(cell);
    cells.push(described);
    if (!isBlank(described)) used = col + 1;
  }
  cells.length = used;
  return cells;
}

/** Assignments one by one: an object literal with spreads costs five times as much, a million times. */
function describe(cell: IBufferCell): ScreenCell {
  const width = cell.getWidth();
  const chars = cell.getChars();
  // the right half of a wide character has no text of its own; a cell that nothing was written to shows as a space
  const described: Unfinished<ScreenCell> = width === 1 ? { char: chars || ' ' } : { char: chars, width };
  if (cell.isAttributeDefault()) return described;
  if (!cell.isFgDefault()) described.fg = colour(cell.isFgRGB(), cell.getFgColor());
  if (!cell.isBgDefault()) described.bg = colour(cell.isBgRGB(), cell.getBgColor());
  if (cell.isBold()) described.bold = true;
  if (cell.isDim()) described.dim = true;
  if (cell.isItalic()) described.italic = true;
  if (cell.isUnderline()) described.underline = true;
  if (cell.isBlink()) described.blink = true;
  if (cell.isInverse()) described.inverse = true;
  if (cell.isInvisible()) described.invisible = true;
  if (cell.isStrikethrough()) described.strikethrough = true;
  if (cell.isOverline()) described.overline = true;
  return described;
}

type Unfinished<T> = { -readonly [K in keyof T]: T[K] };

function colour(isRgb: boolean, value: number): string {
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : `palette:${value}`;
}

function isBlank(cell: ScreenCell): boolean {
  if (cell.char !== ' ') return false;
  for (const key in cell) if (key !== 'char') return false;
  return true;
}
