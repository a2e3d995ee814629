import type { ScreenCell } from '../../protocol/snapshot.ts';

/** Cells in which half a wide character, whose other half was written over, is the blank that it looks like. */
export function wholeCells(cells: readonly ScreenCell[]): readonly ScreenCell[] {
  const isHalf = (cell: ScreenCell, col: number): boolean =>
    cell.width === 0 ? cells[col - 1]?.width !== 2 : cell.width === 2 && cells[col + 1]?.width !== 0;
  if (!cells.some(isHalf)) return cells;
  return cells.map((cell, col) => {
    if (!isHalf(cell, col)) return cell;
    const { width: _, ...look } = cell;
    return { ...look, char: ' ' };
  });
}
