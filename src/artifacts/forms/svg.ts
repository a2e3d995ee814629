/** A screen as a vector picture: box drawing and lines as geometry, text as text in a font of the reader's. */
import type { ScreenCell, ScreenState } from '../../protocol/snapshot.ts';
import { drawOtherLines, drawUnderline } from '../paint/lines.ts';
import { metricsOf, pictureSize } from '../paint/metrics.ts';
import { drawShape, isShape } from '../paint/shapes.ts';
import type { Box } from '../paint/surface.ts';
import { type CellColours, Colours, cssColour, type Theme } from '../paint/themes.ts';
import { type CellRun, cellRuns, shownText } from './cellRuns.ts';
import { escapeMarkup, linked } from './markup.ts';
import { SvgSurface } from './svgSurface.ts';

const METRICS = metricsOf(1);
const FONT_SIZE = 13.25;
const BASELINE = 12.4;

/** `screen` must have its cells. */
export function svgOf(screen: ScreenState, theme: Theme): string {
  const colours = new Colours(theme, screen.colours);
  const { width, height } = pictureSize(screen, METRICS);
  const rows = (screen.cells ?? []).map(({ lineNumber, cells }) => rowMarkup(cells, lineNumber, colours));
  const font = `font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="${FONT_SIZE}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${font}>`,
    `<title>${escapeMarkup(screen.title === '' ? 'terminal' : screen.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${cssColour(colours.background)}"/>`,
    ...rows.filter((row) => row !== ''),
    '</svg>\n',
  ].join('\n');
}

function rowMarkup(cells: readonly ScreenCell[], row: number, colours: Colours): string {
  const { cellWidth, cellHeight, padding } = METRICS;
  return cellRuns(cells, isAlone)
    .map((run) => {
      const place = { x: padding + run.col * cellWidth, y: padding + row * cellHeight };
      return linked(
        run.cell.link,
        runMarkup(run, { ...place, width: run.cols * cellWidth, height: cellHeight }, colours),
      );
    })
    .join('');
}

/** Whether a cell needs an element of its own, so that those behind it stand in their columns in any font. */
function isAlone({ char, width }: ScreenCell): boolean {
  return width === 2 || char.length > 1 || isShape(char.codePointAt(0) ?? 0);
}

function runMarkup({ cell, cells }: CellRun, box: Box, colours: Colours): string {
  const look = colours.ofCell(cell);
  const surface = new SvgSurface();
  if (look.background !== colours.background) {
    surface.fillStyle = cssColour(look.background);
    surface.fillRect(box.x, box.y, box.width, box.height);
  }
  surface.fillStyle = surface.strokeStyle = cssColour(look.line);
  drawUnderline(surface, cell, box, METRICS);
  surface.fillStyle = surface.strokeStyle = cssColour(look.foreground);
  const isDrawn = drawShape(surface, cell.char.codePointAt(0) ?? 0, box, METRICS.line);
  const below = surface.take();
  drawOtherLines(surface, cell, box, METRICS);
  const text = cells.map(shownText).join('');
  const isBlank = isDrawn || text.trim() === '' || cell.invisible === true;
  return `${below}${isBlank ? '' : textMarkup(text, { cell, box, look })}${surface.take()}`;
}

function textMarkup(text: string, { cell, box, look }: { cell: ScreenCell; box: Box; look: CellColours }): string {
  const shape = `${cell.bold === true ? ' font-weight="bold"' : ''}${cell.italic === true ? ' font-style="italic"' : ''}`;
  const place = `x="${box.x}" y="${box.y + BASELINE}" textLength="${box.width}" lengthAdjust="spacingAndGlyphs"`;
  const body = escapeMarkup(text);
  return `<text ${place} fill="${cssColour(look.foreground)}"${shape} xml:space="preserve">${body}</text>`;
}
