/**
 * Paints each look of a cell once, as a tile of one cell's pixels. Every pixel of a picture belongs to one cell, so any screen is put
 * together from tiles, pixel for pixel as the painter would draw it, in a fraction of the time, and by whoever has the tiles.
 */
import type { ScreenCell, ScreenColours, ScreenFrame } from '../../protocol/snapshot.ts';
import type { CanvasKit, Picture } from '../canvas.ts';
import type { GlyphUse } from '../paint/glyphs.ts';
import { type Metrics, pictureSize } from '../paint/metrics.ts';
import { Painter } from '../paint/painter.ts';
import type { Theme } from '../paint/themes.ts';
import { wholeCells } from '../paint/wholeCells.ts';
import { BLANK_KEY, cellKey, RIGHT_HALF } from './cellKeys.ts';

/** Columns that are painted at a time. */
const STRIP_COLS = 64;
/** Tiles are forgotten, all at once, when there are more bytes of them. */
const MAX_TILE_BYTES = 32 * 1024 * 1024;
const CHANNELS = 4;

/** A cell that has no tile yet, and where in the list of tiles its own will be. */
interface Wanted {
  readonly cell: ScreenCell;
  readonly key: string;
}

export interface TileOptions {
  readonly metrics: Metrics;
  readonly theme: Theme;
}

/** Tile 0 is always that of a blank cell. */
export class TilePainter {
  readonly #metrics: Metrics;
  readonly #strip: Picture;
  readonly #painter: Painter;
  readonly #maxTiles: number;
  /** By key: the number of the (left) tile. */
  readonly #numbers = new Map<string, number>();
  #count = 0;
  #colours: ScreenColours | undefined;
  #coloursKey = '';
  #fresh: Uint8Array[] = [];

  constructor(kit: CanvasKit, { metrics, theme }: TileOptions) {
    this.#metrics = metrics;
    this.#strip = kit.picture(pictureSize({ cols: STRIP_COLS, rows: 1 }, metrics));
    this.#painter = new Painter(this.#strip.surface, { metrics, theme, faces: kit.faces, showCursor: true });
    this.#maxTiles = Math.floor(MAX_TILE_BYTES / (metrics.cellWidth * metrics.cellHeight * CHANNELS));
  }

  /** What was used so far. */
  get use(): GlyphUse {
    return this.#painter.use;
  }

  /**
   * Begins a screen: takes over what its program made of the colours. True when all tiles so far are void, because they are of other
   * colours or because there are too many; they are numbered from 0 again.
   */
  begin(colours: ScreenColours | undefined, cells: number): boolean {
    const key = JSON.stringify(colours ?? {});
    const isFirst = this.#count === 0;
    if (!isFirst && key === this.#coloursKey && this.#count + 2 * cells <= this.#maxTiles) return false;
    this.#coloursKey = key;
    this.#colours = colours;
    this.#numbers.clear();
    this.#count = 0;
    this.#fresh = [];
    this.#paint([{ cell: { char: ' ' }, key: BLANK_KEY }]);
    return true;
  }

  /** The numbers of the tiles of a row, from column 0; those at the end that are missing are blank. Never more than `cols`. */
  rowOf(raw: readonly ScreenCell[], cols: number): number[] {
    const cells = wholeCells(raw);
    const keys = cells.map(cellKey);
    this.#paint(
      keys.flatMap((key, col) => {
        const cell = cells[col];
        return key === RIGHT_HALF || this.#numbers.has(key) || cell === undefined ? [] : [{ cell, key }];
      }),
    );
    const numbers: number[] = [];
    for (const key of keys) {
      const number = key === RIGHT_HALF ? (numbers.at(-1) ?? 0) + 1 : (this.#numbers.get(key) ?? 0);
      if (numbers.length < cols) numbers.push(number);
    }
    return numbers;
  }

  /** Puts the tiles of the cursor into `row`, which is that of `cells`. */
  addCursor(
    row: number[],
    raw: readonly ScreenCell[],
    frame: Pick<ScreenFrame, 'cols' | 'cursorCol' | 'cursorStyle'>,
  ): void {
    const cells = wholeCells(raw);
    const isRightHalf = cells[frame.cursorCol]?.width === 0 && frame.cursorCol > 0;
    const col = isRightHalf ? frame.cursorCol - 1 : frame.cursorCol;
    const cell = cells[col] ?? { char: ' ' };
    const style = frame.cursorStyle ?? 'block';
    const key = `${cellKey(cell)}\u0000cursor=${style}`;
    if (!this.#numbers.has(key)) this.#paint([{ cell, key }], style);
    const number = this.#numbers.get(key) ?? 0;
    while (row.length < col) row.push(0);
    row[col] = number;
    if (cell.width === 2 && col + 1 < frame.cols) row[col + 1] = number + 1;
  }

  /** The pixels (red, green, blue, opacity) of the tiles that were painted since the last call, in the order of their numbers. */
  takeFresh(): readonly Uint8Array[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #paint(wanted: readonly Wanted[], cursorStyle?: ScreenFrame['cursorStyle']): void {
    for (let at = 0; at < wanted.length;) {
      const cells: ScreenCell[] = [];
      const placed: { readonly key: string; readonly cols: number }[] = [];
      const known = new Set<string>();
      for (; at < wanted.length && cells.length + 2 <= STRIP_COLS; at += 1) {
        const { cell, key } = wanted[at] ?? { cell: { char: ' ' }, key: BLANK_KEY };
        if (known.has(key) || this.#numbers.has(key)) continue;
        known.add(key);
        placed.push({ key, cols: cell.width === 2 ? 2 : 1 });
        cells.push(cell, ...(cell.width === 2 ? [{ char: '', width: 0 }] : []));
      }
      this.#paintStrip(cells, cursorStyle);
      this.#cut(placed);
    }
  }

  #paintStrip(cells: readonly ScreenCell[], cursorStyle: ScreenFrame['cursorStyle']): void {
    this.#painter.paint({
      cols: STRIP_COLS,
      rows: 1,
      cursorRow: 0,
      cursorCol: 0,
      cursorVisible: cursorStyle !== undefined,
      ...(cursorStyle === undefined ? {} : { cursorStyle }),
      ...(this.#colours === undefined ? {} : { colours: this.#colours }),
      cells: [{ lineNumber: 0, cells }],
    });
  }

  /** Cuts the strip into the tiles of the cells that were painted, from its first column on. */
  #cut(placed: readonly { readonly key: string; readonly cols: number }[]): void {
    const { cellWidth, cellHeight, padding } = this.#metrics;
    const { width } = pictureSize({ cols: STRIP_COLS, rows: 1 }, this.#metrics);
    const pixels = this.#strip.pixels(padding, cellHeight);
    let col = 0;
    for (const { key, cols } of placed) {
      this.#numbers.set(key, this.#count);
      for (let part = 0; part < cols; part += 1, col += 1) {
        const tile = new Uint8Array(cellWidth * cellHeight * CHANNELS);
        for (let y = 0; y < cellHeight; y += 1) {
          const from = (y * width + padding + col * cellWidth) * CHANNELS;
          tile.set(pixels.subarray(from, from + cellWidth * CHANNELS), y * cellWidth * CHANNELS);
        }
        this.#fresh.push(tile);
        this.#count += 1;
      }
    }
  }
}
