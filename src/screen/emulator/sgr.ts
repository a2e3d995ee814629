import type { IBufferCell } from '@xterm/headless';

/** The parameters of SGR that give these attributes to a terminal that has none; '' for none. See ECMA-48 8.3.117. */
export function sgrOf(cell: IBufferCell): string {
  if (cell.isAttributeDefault()) return '';
  const params: string[] = [];
  if (cell.isBold()) params.push('1');
  if (cell.isDim()) params.push('2');
  if (cell.isItalic()) params.push('3');
  if (cell.isUnderline()) params.push('4');
  if (cell.isBlink()) params.push('5');
  if (cell.isInverse()) params.push('7');
  if (cell.isInvisible()) params.push('8');
  if (cell.isStrikethrough()) params.push('9');
  if (cell.isOverline()) params.push('53');
  if (!cell.isFgDefault()) params.push(colour(30, cell.isFgRGB(), cell.getFgColor()));
  if (!cell.isBgDefault()) params.push(colour(40, cell.isBgRGB(), cell.getBgColor()));
  return params.join(';');
}

/** `base`: 30 for the foreground, 40 for the background. The shortest form: it is read again by a filter that looks at long ones. */
function colour(base: number, isRgb: boolean, value: number): string {
  if (isRgb) return `${base + 8};2;${(value >> 16) & 0xff};${(value >> 8) & 0xff};${value & 0xff}`;
  if (value < 8) return String(base + value);
  return value < 16 ? String(base + 60 + value - 8) : `${base + 8};5;${value}`;
}
