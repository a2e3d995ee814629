import type { IBufferCell } from '@xterm/headless';
import type { UnderlineStyle } from '../../protocol/snapshot.ts';
import { extendedOf } from './extended.ts';
import type { Links } from './links.ts';

const UNDERLINES: Readonly<Record<UnderlineStyle, string>> = {
  single: '4',
  double: '4:2',
  curly: '4:3',
  dotted: '4:4',
  dashed: '4:5',
};
const LINK_MARK = '\0';

/**
 * The parameters of SGR that give these attributes to a terminal that has none; '' for none. See ECMA-48 8.3.117; the styles and
 * the colour of a line are those of kitty and xterm. `asPen`: of the attributes that the next character gets.
 */
export function sgrOf(cell: IBufferCell, asPen = false): string {
  if (cell.isAttributeDefault() && !asPen) return '';
  const params: string[] = [];
  if (cell.isBold()) params.push('1');
  if (cell.isDim()) params.push('2');
  if (cell.isItalic()) params.push('3');
  const { underline, colour: line } = extendedOf(cell, asPen);
  if (underline !== undefined) params.push(UNDERLINES[underline]);
  if (cell.isBlink()) params.push('5');
  if (cell.isInverse()) params.push('7');
  if (cell.isInvisible()) params.push('8');
  if (cell.isStrikethrough()) params.push('9');
  if (cell.isOverline()) params.push('53');
  if (!cell.isFgDefault()) params.push(colour(30, cell.isFgRGB(), cell.getFgColor()));
  if (!cell.isBgDefault()) params.push(colour(40, cell.isBgRGB(), cell.getBgColor()));
  if (line !== undefined) params.push(lineColour(line));
  return params.join(';');
}

/** Like {@link sgrOf}, with the target of the cell's link behind a NUL; {@link splitPen} takes the two apart. */
export function penOf(cell: IBufferCell, links: Pick<Links, 'target'>, asPen = false): string {
  const sgr = sgrOf(cell, asPen);
  const target = links.target(extendedOf(cell, asPen).link);
  return target === undefined ? sgr : `${sgr}${LINK_MARK}${target}`;
}

/** What {@link penOf} joined. */
export function splitPen(pen: string): { readonly sgr: string; readonly link: string } {
  const [sgr = '', link = ''] = pen.split(LINK_MARK);
  return { sgr, link };
}

/** With colons, as terminals that do not know it then leave it out as a whole. */
function lineColour({ isRgb, value }: { readonly isRgb: boolean; readonly value: number }): string {
  return isRgb ? `58:2::${(value >> 16) & 0xff}:${(value >> 8) & 0xff}:${value & 0xff}` : `58:5:${value}`;
}

/** `base`: 30 for the foreground, 40 for the background. The shortest form: it is read again by a filter that looks at long ones. */
function colour(base: number, isRgb: boolean, value: number): string {
  if (isRgb) return `${base + 8};2;${(value >> 16) & 0xff};${(value >> 8) & 0xff};${value & 0xff}`;
  if (value < 8) return String(base + value);
  return value < 16 ? String(base + 60 + value - 8) : `${base + 8};5;${value}`;
}
