/** The cells of a row as data: what stands in each, in which colours and how it is drawn. */
import type { IBufferCell, IBufferLine } from '@xterm/headless';
import type { ScreenCell } from '../../protocol/snapshot.ts';
import { extendedOf } from './extended.ts';
import type { Links } from './links.ts';

/** What {@link rowCells} needs beside the row. */
export interface RowParts {
  readonly cols: number;
  /** Memory to work in. */
  readonly cell: IBufferCell;
  readonly links: Pick<Links, 'target'>;
}

/** For an emulator that leaves links out. */
export const NO_LINKS: RowParts['links'] = { target: () => undefined };

/** The cells of a row from column 0, without the blank ones in default colours at its end. */
export function rowCells(line: IBufferLine, { cols, cell, links }: RowParts): ScreenCell[] {
  const cells: ScreenCell[] = [];
  let used = 0;
  const count = Math.min(line.length, cols);
  for (let col = 0; col < count; col += 1) {
    if (line.getCell(col, cell) === undefined) break;
    const described = describe(cell, links);
    cells.push(described);
    if (!isBlank(described)) used = col + 1;
  }
  cells.length = used;
  return cells;
}

/** Assignments one by one: an object literal with spreads costs five times as much, a million times. */
function describe(cell: IBufferCell, links: RowParts['links']): ScreenCell {
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
  describeExtended(cell, described, links);
  if (cell.isBlink()) described.blink = true;
  if (cell.isInverse()) described.inverse = true;
  if (cell.isInvisible()) described.invisible = true;
  if (cell.isStrikethrough()) described.strikethrough = true;
  if (cell.isOverline()) described.overline = true;
  return described;
}

function describeExtended(cell: IBufferCell, described: Unfinished<ScreenCell>, links: RowParts['links']): void {
  const { underline, colour: line, link } = extendedOf(cell);
  if (underline !== undefined) {
    described.underline = true;
    if (underline !== 'single') described.underlineStyle = underline;
    if (line !== undefined) described.underlineColor = colour(line.isRgb, line.value);
  }
  const target = links.target(link);
  if (target !== undefined) described.link = target;
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
