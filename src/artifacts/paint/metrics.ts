/** Sizes of a picture, all from the scale: whole pixels, so that every cell begins and ends on one. */
import { CELL_HEIGHT_PX, CELL_WIDTH_PX } from '../../protocol/palette.ts';

export interface Metrics {
  readonly scale: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Of a light line. */
  readonly line: number;
  /** From the picture's edge to the first cell, on all sides. */
  readonly padding: number;
}

/** `scale`: 1 for cells as large as programs are told, a whole number. */
export function metricsOf(scale: number): Metrics {
  const cellWidth = CELL_WIDTH_PX * scale;
  return { scale, cellWidth, cellHeight: CELL_HEIGHT_PX * scale, line: scale, padding: cellWidth };
}

/** Pixels of the picture of a screen. */
export function pictureSize(
  { cols, rows }: { readonly cols: number; readonly rows: number },
  { cellWidth, cellHeight, padding }: Metrics,
): { readonly width: number; readonly height: number } {
  return { width: cols * cellWidth + 2 * padding, height: rows * cellHeight + 2 * padding };
}
