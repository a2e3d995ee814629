/** Puts the characters of fonts into their cells. Nothing is drawn beyond the cells that a character takes. */
import type { ScreenCell } from '../../protocol/snapshot.ts';
import { choosePieces, type Face, type FaceList, type Piece } from './faces.ts';
import type { Metrics } from './metrics.ts';
import { clipped, drawShape, isShape } from './shapes.ts';
import type { Box, Surface, TextSize } from './surface.ts';

/** A little room for the smoothing of edges. */
const SLACK_PX = 0.01;
const MAX_PLANS = 20_000;
/** Characters that need no measuring in a font that has room for them. */
const PLAIN = /^[!-~]$/;

/** What was used to draw a picture. */
export interface GlyphUse {
  /** Names of the fonts, the most used kind first. */
  readonly fonts: readonly string[];
  /** Characters that no font has; a box stands for each. */
  readonly missing: readonly string[];
}

interface PlacedPiece {
  readonly text: string;
  readonly font: string;
  /** From the left and the upper edge of the box to where the text begins. */
  readonly dx: number;
  readonly dy: number;
  readonly isEmboldened: boolean;
  readonly isClipped: boolean;
}

/** Draws glyphs on one surface. Remembers how each was placed. */
export class Glyphs {
  readonly #surface: Surface;
  readonly #faces: FaceList;
  readonly #metrics: Metrics;
  readonly #plans = new Map<string, readonly PlacedPiece[] | undefined>();
  readonly #used = new Set<string>();
  readonly #missing = new Set<string>();
  #font = '';

  constructor(surface: Surface, faces: FaceList, metrics: Metrics) {
    this.#surface = surface;
    this.#faces = faces;
    this.#metrics = metrics;
  }

  /** What was drawn with so far. */
  get use(): GlyphUse {
    return { fonts: [...this.#used], missing: [...this.#missing] };
  }

  /** Draws what stands in `cell` into `box` in the colour `css`. */
  draw(cell: ScreenCell, box: Box, css: string): void {
    this.#surface.fillStyle = css;
    const code = cell.char.codePointAt(0) ?? 0;
    if (isShape(code)) {
      this.#surface.strokeStyle = css;
      drawShape(this.#surface, code, box, this.#metrics.line);
      // the font came back as it was before
      this.#font = '';
      return;
    }
    const plan = this.#planOf(cell, box);
    if (plan === undefined) return this.#drawMissing(box);
    for (const piece of plan) this.#drawPiece(piece, box);
  }

  #drawPiece({ text, font, dx, dy, isEmboldened, isClipped }: PlacedPiece, box: Box): void {
    const draw = (): void => {
      if (this.#font !== font) this.#surface.font = this.#font = font;
      this.#surface.fillText(text, box.x + dx, box.y + dy);
      if (isEmboldened) this.#surface.fillText(text, box.x + dx + this.#metrics.scale / 2, box.y + dy);
    };
    if (!isClipped && !isEmboldened) return draw();
    clipped(this.#surface, box, draw);
    this.#font = '';
  }

  #planOf(cell: ScreenCell, box: Box): readonly PlacedPiece[] | undefined {
    const key = `${cell.bold === true ? 'b' : ''}${cell.italic === true ? 'i' : ''} ${box.width} ${cell.char}`;
    if (this.#plans.has(key)) return this.#plans.get(key);
    const pieces = choosePieces(cell, this.#faces);
    const plan = pieces?.map((piece) => this.#place(piece, box));
    if (pieces === undefined) this.#missing.add(cell.char);
    for (const { face } of pieces ?? []) this.#used.add(face.name);
    // a picture of any one screen has fewer; many pictures in a row must not fill the memory
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear();
    this.#plans.set(key, plan);
    return plan;
  }

  #place({ text, face, isEmboldened }: Piece, box: Box): PlacedPiece {
    const { fitting } = face;
    const em = fitting.em * this.#metrics.scale;
    if (fitting.kind === 'grid') {
      const dy = Math.round(fitting.baseline * this.#metrics.scale);
      const isClipped =
        !(PLAIN.test(text) && fitting.isRoomy) && !isInside(this.#measure(face, em, text), { dx: 0, dy }, box);
      return { text, font: fontOf(face, em), dx: 0, dy, isEmboldened, isClipped };
    }
    const size = this.#measure(face, em, text);
    const inkWidth = size.actualBoundingBoxLeft + size.actualBoundingBoxRight;
    const inkHeight = size.actualBoundingBoxAscent + size.actualBoundingBoxDescent;
    const shrink = Math.min(1, box.width / Math.max(inkWidth, 1), box.height / Math.max(inkHeight, 1));
    const dx = (box.width - inkWidth * shrink) / 2 + size.actualBoundingBoxLeft * shrink;
    const dy = (box.height - inkHeight * shrink) / 2 + size.actualBoundingBoxAscent * shrink;
    return { text, font: fontOf(face, em * shrink), dx, dy, isEmboldened, isClipped: true };
  }

  #measure(face: Face, em: number, text: string): TextSize {
    this.#surface.font = this.#font = fontOf(face, em);
    return this.#surface.measureText(text);
  }

  /** A box for what no font can draw. */
  #drawMissing({ x, y, width, height }: Box): void {
    const { line } = this.#metrics;
    const [left, top, right, bottom] = [x + line, y + 2 * line, x + width - line, y + height - 2 * line];
    this.#surface.fillRect(left, top, right - left, line);
    this.#surface.fillRect(left, bottom - line, right - left, line);
    this.#surface.fillRect(left, top, line, bottom - top);
    this.#surface.fillRect(right - line, top, line, bottom - top);
  }
}

function fontOf(face: Face, em: number): string {
  return `${em}px "${face.family()}"`;
}

function isInside(size: TextSize, { dx, dy }: { readonly dx: number; readonly dy: number }, box: Box): boolean {
  return (
    dx - size.actualBoundingBoxLeft >= -SLACK_PX &&
    dx + size.actualBoundingBoxRight <= box.width + SLACK_PX &&
    dy - size.actualBoundingBoxAscent >= -SLACK_PX &&
    dy + size.actualBoundingBoxDescent <= box.height + SLACK_PX
  );
}
