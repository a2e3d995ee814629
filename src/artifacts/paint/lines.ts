/** Draws the lines below, through and above the text of a cell. They go on in the next cell without a break. */
import type { ScreenCell, UnderlineStyle } from '../../protocol/snapshot.ts';
import type { Metrics } from './metrics.ts';
import type { Box, Surface } from './surface.ts';

/** Draws the line below the text of `cell`; a link has a dotted one when it has none of its own. */
export function drawUnderline(surface: Surface, cell: ScreenCell, box: Box, metrics: Metrics): void {
  const style =
    cell.underline === true ? (cell.underlineStyle ?? 'single') : cell.link === undefined ? undefined : 'dotted';
  if (style !== undefined) PENCILS[style](surface, box, metrics.line);
}

/** Draws the lines through and above the text. */
export function drawOtherLines(
  surface: Surface,
  cell: ScreenCell,
  { x, y, width, height }: Box,
  { line }: Metrics,
): void {
  if (cell.strikethrough === true) surface.fillRect(x, y + Math.round(height * 0.55), width, line);
  if (cell.overline === true) surface.fillRect(x, y, width, line);
}

type Pencil = (surface: Surface, box: Box, line: number) => void;

/** One wave over the eight light lines that a column is wide, in whole pixels: it begins and ends at the same height. */
const WAVE = [
  { from: 0, to: 1, rise: 0 },
  { from: 1, to: 3, rise: 1 },
  { from: 3, to: 5, rise: 0 },
  { from: 5, to: 7, rise: -1 },
  { from: 7, to: 8, rise: 0 },
] as const;

const PENCILS: Readonly<Record<UnderlineStyle, Pencil>> = {
  single: (surface, { x, y, width, height }, line) => surface.fillRect(x, y + height - 2 * line, width, line),
  double: (surface, { x, y, width, height }, line) => {
    surface.fillRect(x, y + height - 3 * line, width, line);
    surface.fillRect(x, y + height - line, width, line);
  },
  curly: (surface, { x, y, width, height }, line) => {
    const bottom = y + height - 2 * line;
    for (let column = x; column < x + width; column += height / 2)
      for (const { from, to, rise } of WAVE)
        surface.fillRect(column + from * line, bottom - rise * line, (to - from) * line, line);
  },
  dotted: (surface, box, line) => broken(surface, box, { on: line, off: line, line }),
  dashed: (surface, box, line) => broken(surface, box, { on: 3 * line, off: line, line }),
};

function broken(
  surface: Surface,
  { x, y, width, height }: Box,
  { on, off, line }: { readonly on: number; readonly off: number; readonly line: number },
): void {
  for (let from = 0; from < width; from += on + off)
    surface.fillRect(x + from, y + height - 2 * line, Math.min(on, width - from), line);
}
