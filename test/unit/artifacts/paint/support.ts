/** Paints what a program printed and reads the picture back, cell by cell. */
import path from 'node:path';
import { type CanvasKit, loadCanvas } from '../../../../src/artifacts/canvas.ts';
import { type Metrics, metricsOf, pictureSize } from '../../../../src/artifacts/paint/metrics.ts';
import { Painter } from '../../../../src/artifacts/paint/painter.ts';
import type { ScreenFrame as Frame } from '../../../../src/protocol/snapshot.ts';
import { THEMES } from '../../../../src/artifacts/paint/themes.ts';
import type { ThemeName } from '../../../../src/protocol/picture.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';

/** The packages of the fonts lie here as they do in dist/fonts. */
export const FONTS = path.resolve('node_modules');

let kit: Promise<CanvasKit> | undefined;
export const canvasKit = (): Promise<CanvasKit> => (kit ??= loadCanvas(FONTS));

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** The screen that `text` leaves. */
export async function frameOf(text: string, size: Size): Promise<Frame> {
  using model = new ScreenModel(size);
  model.write(Buffer.from(text), 0);
  await model.flush();
  const state = model.state({ includeScrollback: false, includeCells: true });
  return { ...state, cells: state.cells ?? [] };
}

export interface PaintOptions {
  readonly scale?: number;
  readonly theme?: ThemeName;
  readonly showCursor?: boolean;
}

/** A picture that can be looked at. */
export class Painted {
  readonly painter: Painter;
  readonly metrics: Metrics;
  readonly #pixels: (y: number, rows: number) => Uint8ClampedArray | Uint8Array;
  readonly #width: number;
  readonly #height: number;
  #seen: number[] | undefined;

  constructor(canvas: CanvasKit, size: Size, { scale = 1, theme = 'dark', showCursor = false }: PaintOptions = {}) {
    this.metrics = metricsOf(scale);
    const { width, height } = pictureSize(size, this.metrics);
    const { surface, pixels } = canvas.picture({ width, height });
    const look = { theme: THEMES[theme], faces: canvas.faces, showCursor };
    this.painter = new Painter(surface, { metrics: this.metrics, ...look });
    [this.#pixels, this.#width, this.#height] = [pixels, width, height];
  }

  /** All of it, a number `0xRRGGBB` for each pixel. */
  all(): number[] {
    const bytes = this.#pixels(0, this.#height);
    return Array.from(
      { length: this.#width * this.#height },
      (_, at) => ((bytes[4 * at] ?? 0) << 16) | ((bytes[4 * at + 1] ?? 0) << 8) | (bytes[4 * at + 2] ?? 0),
    );
  }

  /** The rows of pixels of one cell, as they were when the first one was asked for. */
  cell(row: number, col: number): number[][] {
    const { padding, cellWidth, cellHeight } = this.metrics;
    const all = (this.#seen ??= this.all());
    return Array.from({ length: cellHeight }, (_, y) => {
      const from = (padding + row * cellHeight + y) * this.#width + padding + col * cellWidth;
      return all.slice(from, from + cellWidth);
    });
  }

  /** Where pixels differ from `ground`: the cells as `row,col`, and `outside` for the edge. */
  inkedCells(ground = 0): string[] {
    const { padding, cellWidth, cellHeight } = this.metrics;
    const found = new Set<string>();
    const [cols, rows] = [(this.#width - 2 * padding) / cellWidth, (this.#height - 2 * padding) / cellHeight];
    for (const [at, pixel] of this.all().entries()) {
      if (pixel === ground) continue;
      const row = Math.floor((Math.floor(at / this.#width) - padding) / cellHeight);
      const col = Math.floor(((at % this.#width) - padding) / cellWidth);
      found.add(row < 0 || col < 0 || row >= rows || col >= cols ? 'outside' : `${row},${col}`);
    }
    return [...found].toSorted();
  }
}

/** Paints what `text` leaves on a screen. */
export async function paint(text: string, size: Size, options: PaintOptions = {}): Promise<Painted> {
  const painted = new Painted(await canvasKit(), size, options);
  painted.painter.paint(await frameOf(text, size));
  return painted;
}
