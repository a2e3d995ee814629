/**
 * Draws a screen. Knows neither files nor fonts nor Node: the same code draws on Node's canvas and in a browser. Every pixel of a
 * row belongs to one cell, so rows can be drawn by themselves, and a row that did not change need not be drawn again.
 */
import type { ScreenCell, ScreenFrame } from '../../protocol/snapshot.ts';
import type { FaceList } from './faces.ts';
import { Glyphs, type GlyphUse } from './glyphs.ts';
import { drawOtherLines, drawUnderline } from './lines.ts';
import { type Metrics, pictureSize } from './metrics.ts';
import type { Box, Surface } from './surface.ts';
import { Colours, cssColour, type Theme } from './themes.ts';
import { wholeCells } from './wholeCells.ts';

export interface PainterOptions {
  readonly metrics: Metrics;
  readonly theme: Theme;
  readonly faces: FaceList;
  /** Draws the cursor of a screen that shows it. */
  readonly showCursor: boolean;
}

const BLANK: ScreenCell = { char: ' ' };

/** Draws screens of one size on one surface, which is the painter's from then on. */
export class Painter {
  readonly #surface: Surface;
  readonly #options: PainterOptions;
  readonly #glyphs: Glyphs;
  #colours: Colours;

  constructor(surface: Surface, options: PainterOptions) {
    this.#surface = surface;
    this.#options = options;
    this.#glyphs = new Glyphs(surface, options.faces, options.metrics);
    this.#colours = new Colours(options.theme);
  }

  /** What the pictures so far were drawn with. */
  get use(): GlyphUse {
    return this.#glyphs.use;
  }

  /**
   * Draws `frame`, and of it only the rows that differ from `previous`, which must be what the surface shows. Tells the rows that it drew.
   */
  paint(frame: ScreenFrame, previous?: ScreenFrame): readonly number[] {
    this.#colours = new Colours(this.#options.theme, frame.colours);
    const isWhole = previous === undefined || !isSameCanvas(frame, previous);
    if (isWhole) {
      const { width, height } = pictureSize(frame, this.#options.metrics);
      this.#surface.fillStyle = cssColour(this.#colours.background);
      this.#surface.fillRect(0, 0, width, height);
    }
    const drawn: number[] = [];
    for (let row = 0; row < frame.rows; row += 1) {
      if (!isWhole && this.#isSameRow(frame, previous, row)) continue;
      this.#paintRow(frame, row);
      drawn.push(row);
    }
    return drawn;
  }

  #isSameRow(frame: ScreenFrame, previous: ScreenFrame, row: number): boolean {
    if (this.#cursorAt(frame, row) !== this.#cursorAt(previous, row)) return false;
    return isSameLine(frame.cells[row]?.cells ?? [], previous.cells[row]?.cells ?? []);
  }

  /** Where the cursor is drawn in `row`, and how; `undefined` where none is. */
  #cursorAt(frame: ScreenFrame, row: number): string | undefined {
    const isSeen = this.#options.showCursor && frame.cursorVisible && frame.cursorRow === row;
    return isSeen ? `${frame.cursorCol} ${frame.cursorStyle ?? 'block'}` : undefined;
  }

  #paintRow(frame: ScreenFrame, row: number): void {
    const cells = wholeCells(frame.cells[row]?.cells ?? []);
    const { cellWidth, cellHeight, padding } = this.#options.metrics;
    const y = padding + row * cellHeight;
    this.#fill({ x: padding, y, width: frame.cols * cellWidth, height: cellHeight }, this.#colours.background);
    for (let col = 0; col < cells.length;) {
      const cell = cells[col] ?? BLANK;
      const width = Math.min(cell.width === 2 ? 2 : 1, frame.cols - col);
      this.#paintCell(cell, { x: padding + col * cellWidth, y, width: width * cellWidth, height: cellHeight });
      col += width;
    }
    if (this.#cursorAt(frame, row) !== undefined) this.#paintCursor(frame, cells, y);
  }

  #paintCell(cell: ScreenCell, box: Box): void {
    const { foreground, background, line } = this.#colours.ofCell(cell);
    if (background !== this.#colours.background) this.#fill(box, background);
    if (cell.underline === true || cell.link !== undefined) {
      const css = cssColour(line);
      this.#surface.fillStyle = css;
      this.#surface.strokeStyle = css;
      drawUnderline(this.#surface, cell, box, this.#options.metrics);
    }
    const css = cssColour(foreground);
    if (cell.char !== ' ' && cell.char !== '' && foreground !== background) this.#glyphs.draw(cell, box, css);
    if (cell.strikethrough !== true && cell.overline !== true) return;
    this.#surface.fillStyle = css;
    drawOtherLines(this.#surface, cell, box, this.#options.metrics);
  }

  #paintCursor(frame: ScreenFrame, cells: readonly ScreenCell[], y: number): void {
    const { cellWidth, cellHeight, padding, line } = this.#options.metrics;
    // on the right half of a wide character the whole of it is meant
    const isRightHalf = cells[frame.cursorCol]?.width === 0 && frame.cursorCol > 0;
    const col = isRightHalf ? frame.cursorCol - 1 : frame.cursorCol;
    const cell = cells[col] ?? BLANK;
    const width = Math.min(cell.width === 2 ? 2 : 1, frame.cols - col) * cellWidth;
    const box = { x: padding + col * cellWidth, y, width, height: cellHeight };
    const { cursor, background } = this.#colours;
    if (frame.cursorStyle === 'bar') return this.#fill({ ...box, width: 2 * line }, cursor);
    if (frame.cursorStyle === 'underline')
      return this.#fill({ ...box, y: y + cellHeight - 2 * line, height: 2 * line }, cursor);
    this.#fill(box, cursor);
    if (cell.char !== ' ' && cell.char !== '' && cell.invisible !== true)
      this.#glyphs.draw(cell, box, cssColour(background));
  }

  #fill({ x, y, width, height }: Box, colour: number): void {
    this.#surface.fillStyle = cssColour(colour);
    this.#surface.fillRect(x, y, width, height);
  }
}

/** Whether all rows that look the same as data look the same as a picture. */
function isSameCanvas(one: ScreenFrame, other: ScreenFrame): boolean {
  return (
    one.cols === other.cols &&
    one.rows === other.rows &&
    JSON.stringify(one.colours ?? {}) === JSON.stringify(other.colours ?? {})
  );
}

function isSameLine(one: readonly ScreenCell[], other: readonly ScreenCell[]): boolean {
  return one.length === other.length && one.every((cell, col) => isSameCell(cell, other[col] ?? BLANK));
}

function isSameCell(one: ScreenCell, other: ScreenCell): boolean {
  return one === other || (one.char === other.char && JSON.stringify(one) === JSON.stringify(other));
}
