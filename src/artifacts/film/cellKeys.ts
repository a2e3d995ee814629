/** What tells how a cell looks, as a word: equal words, equal pictures. */
import type { ScreenCell } from '../../protocol/snapshot.ts';

/** Of a blank cell in default colours. */
export const BLANK_KEY = ' ';
/** Of the cell that the right half of a wide character takes. */
export const RIGHT_HALF = '';

/** The key of a cell; {@link RIGHT_HALF} for a right half, whose look is that of the cell before it. */
export function cellKey(cell: ScreenCell): string {
  if (cell.width === 0) return RIGHT_HALF;
  let looks = '';
  // a cell names only what is not as usual, always in the same order, and most name nothing
  for (const name in cell) {
    if (name === 'char') continue;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `for in` gives the names of the cell's own members
    const value = cell[name as keyof ScreenCell];
    // where a link leads is not seen
    looks += name === 'link' ? '\u0000link' : `\u0000${name}=${String(value)}`;
  }
  return cell.char + looks;
}
