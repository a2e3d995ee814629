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
  if (!cell.isFgDefault()) params.push(colour('38', cell.isFgRGB(), cell.getFgColor()));
  if (!cell.isBgDefault()) params.push(colour('48', cell.isBgRGB(), cell.getBgColor()));
  return params.join(';');
}

function colour(what: string, isRgb: boolean, value: number): string {
  if (!isRgb) return `${what};5;${value}`;
  return `${what};2;${(value >> 16) & 0xff};${(value >> 8) & 0xff};${value & 0xff}`;
}
