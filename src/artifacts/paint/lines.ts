/** Draws the lines below, through and above the text of a cell. They go on in the next cell without a break. */
import type { ScreenCell, UnderlineStyle } from '../../protocol/snapshot.ts';
import type { Metrics } from './metrics.ts';
import { clipped } from './shapes.ts';
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

const PENCILS: Readonly<Record<UnderlineStyle, Pencil>> = {
  single: (surface, { x, y, width, height }, line) => surface.fillRect(x, y + height - 2 * line, width, line),
  double: (surface, { x, y, width, height }, line) => {
    surface.fillRect(x, y + height - 3 * line, width, line);
    surface.fillRect(x, y + height - line, width, line);
  },
  curly: (surface, { x, y, width, height }, line) => {
    // one whole wave for each column, so that it begins and ends at the same height
    const waves = Math.max(1, Math.round((2 * width) / height));
    const middle = y + height - 1.5 * line;
    const step = width / waves / 4;
    clipped(surface, { x, y, width, height }, () => {
      surface.lineWidth = line;
      surface.beginPath();
      surface.moveTo(x, middle);
      for (let wave = 0; wave < waves; wave += 1) {
        const from = x + wave * 4 * step;
        surface.quadraticCurveTo(from + step, middle - 2 * line, from + 2 * step, middle);
        surface.quadraticCurveTo(from + 3 * step, middle + 2 * line, from + 4 * step, middle);
      }
      surface.stroke();
    });
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
