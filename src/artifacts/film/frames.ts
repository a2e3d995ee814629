/** The frames of a film: what changed on the screen, when, and for how long it stays. One engine for videos and GIFs. */
import type { ScreenFrame } from '../../protocol/snapshot.ts';
import { Colours, type Theme } from '../paint/themes.ts';
import type { Metrics } from '../paint/metrics.ts';
import type { CanvasKit } from '../canvas.ts';
import type { GlyphUse } from '../paint/glyphs.ts';
import type { Plan } from '../recordingFile.ts';
import { screensOf, type ScreensOptions } from './screens.ts';
import type { Patch } from './tileCanvas.ts';
import { TilePainter } from './tilePainter.ts';

/** A frame, for as long as the next one is not there. */
export interface FilmFrame {
  readonly atUs: number;
  readonly durationUs: number;
  readonly patch: Patch;
  /** The tiles that the patch brings, numbered on from those before. */
  readonly tiles: readonly Uint8Array[];
}

export interface FramesOptions extends ScreensOptions {
  readonly metrics: Metrics;
  readonly theme: Theme;
  readonly showCursor: boolean;
}

/** Makes the frames of one film. */
export class Frames {
  readonly #plan: Plan;
  readonly #options: FramesOptions;
  readonly #painter: TilePainter;
  /** The rows of the frame before as words, to see which changed. */
  #rows: readonly string[] = [];
  #size = '';
  #count = 0;
  #endUs = 0;

  constructor(plan: Plan, kit: CanvasKit, options: FramesOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#painter = new TilePainter(kit, options);
  }

  /** What the frames so far were drawn with. */
  get use(): GlyphUse {
    return this.#painter.use;
  }

  /** Frames so far. */
  get count(): number {
    return this.#count;
  }

  /** When the film is over; known after its last frame. */
  get endUs(): number {
    return this.#endUs;
  }

  /** The frames, of screens that differ from the one before. Throws what reading and replaying the log throws. */
  async *all(): AsyncGenerator<FilmFrame, void> {
    let waiting: Omit<FilmFrame, 'durationUs'> | undefined;
    const screens = screensOf(this.#plan, this.#options);
    try {
      for (;;) {
        const next = await screens.next();
        if (next.done === true) {
          this.#endUs = next.value;
          break;
        }
        const { atUs, model } = next.value;
        const made = this.#frameOf(model.frame());
        if (made === undefined) continue;
        if (waiting !== undefined) yield { ...waiting, durationUs: atUs - waiting.atUs };
        waiting = { atUs, ...made };
        this.#count += 1;
      }
    } finally {
      await screens.return(0);
    }
    if (waiting !== undefined) yield { ...waiting, durationUs: this.#endUs - waiting.atUs };
  }

  /** `undefined` for a screen that looks as the one before. */
  #frameOf(frame: ScreenFrame): Pick<FilmFrame, 'patch' | 'tiles'> | undefined {
    const isFresh = this.#painter.begin(frame.colours, frame.cols * frame.rows);
    const size = `${frame.cols}x${frame.rows}`;
    const isWhole = isFresh || size !== this.#size;
    this.#size = size;
    const rows: (readonly [number, readonly number[]])[] = [];
    this.#rows = Array.from({ length: frame.rows }, (_, row) => {
      const tiles = this.#rowOf(frame, row);
      const word = tiles.join(' ');
      if (isWhole || word !== this.#rows[row]) rows.push([row, tiles]);
      return word;
    });
    if (rows.length === 0) return undefined;
    const { background } = new Colours(this.#options.theme, frame.colours);
    const patch = { isFresh, ...(isWhole ? { fill: background } : {}), rows, cols: frame.cols };
    return { patch, tiles: this.#painter.takeFresh() };
  }

  #rowOf(frame: ScreenFrame, row: number): number[] {
    const cells = frame.cells[row]?.cells ?? [];
    const tiles = this.#painter.rowOf(cells, frame.cols);
    if (this.#options.showCursor && frame.cursorVisible && frame.cursorRow === row)
      this.#painter.addCursor(tiles, cells, frame);
    return tiles;
  }
}
