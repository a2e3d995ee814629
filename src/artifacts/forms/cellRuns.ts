import { replaceUnsafe } from '../../base/unsafeText.ts';
import type { ScreenCell } from '../../protocol/snapshot.ts';
import { wholeCells } from '../paint/wholeCells.ts';

/** Cells next to each other that look alike. */
export interface CellRun {
  /** The first of them, for how they look. */
  readonly cell: ScreenCell;
  readonly cells: readonly ScreenCell[];
  readonly col: number;
  /** Columns that they take. */
  readonly cols: number;
}

/** The cells of a row in runs; `isAlone` cells stand by themselves. Right halves of wide characters belong to their left one. */
export function cellRuns(cells: readonly ScreenCell[], isAlone: (cell: ScreenCell) => boolean): CellRun[] {
  const runs: { cell: ScreenCell; cells: ScreenCell[]; col: number; cols: number }[] = [];
  let before: ScreenCell | undefined;
  for (const [col, cell] of wholeCells(cells).entries()) {
    const last = runs.at(-1);
    if (cell.width === 0 && last !== undefined) {
      last.cols += 1;
      continue;
    }
    if (last !== undefined && before !== undefined && !isAlone(cell) && !isAlone(before) && looksAlike(cell, before)) {
      last.cells.push(cell);
      last.cols += 1;
    } else runs.push({ cell, cells: [cell], col, cols: 1 });
    before = cell;
  }
  return runs;
}

/** What a cell shows, without characters that act on a reader instead of showing. */
export function shownText(cell: ScreenCell): string {
  const text = replaceUnsafe(cell.char, () => '');
  return text === '' ? ' ' : text;
}

const LOOKS = [
  'fg',
  'bg',
  'bold',
  'dim',
  'italic',
  'underline',
  'underlineStyle',
  'underlineColor',
  'blink',
  'inverse',
  'invisible',
  'strikethrough',
  'overline',
  'link',
] as const satisfies readonly (keyof ScreenCell)[];

/** Whether two cells differ in nothing but their text. */
export function looksAlike(one: ScreenCell, other: ScreenCell): boolean {
  return LOOKS.every((look) => one[look] === other[look]);
}
