/** The pixels of a film, put together from tiles. Knows neither Node nor files: the same code runs in the browser. */

/** What changes from one frame to the next. */
export interface Patch {
  /** All tiles before are void; those that follow are numbered from 0. */
  readonly isFresh: boolean;
  /** Fills the whole picture with this colour (0xRRGGBB) first. */
  readonly fill?: number;
  /** For each row that changed its number and its tiles; those at the end that are missing are tile 0. */
  readonly rows: readonly (readonly [row: number, tiles: readonly number[]])[];
  /** Columns of the screen. */
  readonly cols: number;
}

/** Sizes in pixels: of the picture, of a cell, and from the picture's edge to the first cell. */
export interface CanvasShape {
  readonly width: number;
  readonly height: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly padding: number;
}

const OPAQUE = 0xff000000;

/** A picture of the largest screen of a film. */
export class TileCanvas {
  readonly #shape: CanvasShape;
  /** One word a pixel: red in the lowest byte, as the bytes of a picture stand in memory. */
  readonly #words: Uint32Array<ArrayBuffer>;
  #tiles: Uint32Array[] = [];

  constructor(shape: CanvasShape) {
    this.#shape = shape;
    this.#words = new Uint32Array(shape.width * shape.height);
  }

  /** Red, green, blue and opacity of each pixel; the canvas's own memory. */
  get pixels(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#words.buffer);
  }

  /** Tiles that a patch brings, whose pixels lie one behind the other in `bytes`. */
  addTiles(bytes: Uint8Array): void {
    const { cellWidth, cellHeight } = this.#shape;
    const size = cellWidth * cellHeight;
    const words = new Uint32Array(bytes.slice().buffer);
    for (let at = 0; at < words.length; at += size) this.#tiles.push(words.subarray(at, at + size));
  }

  /** Forgets all tiles. */
  forgetTiles(): void {
    this.#tiles = [];
  }

  apply({ fill, rows, cols }: Patch): void {
    if (fill !== undefined) this.#words.fill(wordOf(fill));
    for (const [row, tiles] of rows) {
      for (let col = 0; col < cols; col += 1) this.#put(this.#tiles[tiles[col] ?? 0], row, col);
    }
  }

  #put(tile: Uint32Array | undefined, row: number, col: number): void {
    if (tile === undefined) throw new RangeError(`row ${row}, column ${col} names a tile that is not there`);
    const { width, cellWidth, cellHeight, padding } = this.#shape;
    let to = (padding + row * cellHeight) * width + padding + col * cellWidth;
    for (let from = 0; from < tile.length; from += cellWidth, to += width) {
      for (let x = 0; x < cellWidth; x += 1) this.#words[to + x] = tile[from + x] ?? 0;
    }
  }
}

function wordOf(colour: number): number {
  return (OPAQUE | ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >> 16)) >>> 0;
}
