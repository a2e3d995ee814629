/** Columns of a line that is kept as cells: one entry a column, a character's further columns empty. */

/** What a line keeps for overprinting. Longer lines are given out in parts, so that no output can fill the memory. */
export const MAX_LINE_CHARS = 1024 * 1024;
export const TAB_COLUMNS = 8;

/** Characters that take no column of their own: marks and invisible format characters. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Characters of two columns: East Asian Wide and Fullwidth (UAX #11), and what shows as emoji. */
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Columns that a character takes. */
export function columnsOf(char: string): 0 | 1 | 2 {
  if (char < '\u0300') return 1;
  if (DOUBLE_WIDTH.test(char)) return 2;
  return ZERO_WIDTH.test(char) ? 0 : 1;
}

/** The column where the character that covers `column` begins. */
export function leadOf(cells: readonly string[], column: number): number {
  let lead = column;
  while (lead > 0 && cells[lead] === '') lead -= 1;
  return lead;
}

/** Blanks the character that lies across the edge before `column`: half a character cannot stay. */
export function breakAt(cells: string[], column: number): void {
  if (cells[column] !== '') return;
  let end = column;
  while (end < cells.length && cells[end] === '') end += 1;
  cells.fill(' ', leadOf(cells, column), end);
}
