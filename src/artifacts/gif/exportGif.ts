/** A session's log as an animated GIF: painted and packed in this process, without a browser. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { DEFAULT_GIF_FPS, MAX_GIF_FPS } from '../../protocol/limits.ts';
import type { FilmFacts, FilmOptions, MadeRecording } from '../../protocol/recording.ts';
import path from 'node:path';
import { loadCanvas } from '../canvas.ts';
import { filmFacts, filmSize, lookOf } from '../film/filmPlan.ts';
import { type FilmFrame, Frames } from '../film/frames.ts';
import { type CanvasShape, TileCanvas } from '../film/tileCanvas.ts';
import { THEMES } from '../paint/themes.ts';
import { makeRecording, planRecording } from '../recordingFile.ts';
import { gifPicture, UNCHANGED } from './gifPicture.ts';

/** The clock of a GIF counts hundredths of a second, each delay in 16 bits. */
const TICK_US = 10_000;
const TICK_MS = 10;
const MAX_TICKS = 0xffff;
/** Readers show what is shorter for a tenth of a second. */
const MIN_TICKS = 2;
const MIN_COLOUR_BITS = 2;

/** A GIF that was made. */
export interface GifResult extends MadeRecording {
  readonly format: 'gif';
  readonly metadata: FilmFacts & {
    /** Frames with more than 255 new colours at once: some of theirs are only nearly right. */
    readonly framesWithReducedColours: number;
  };
}

/**
 * Exports the log of a session, ended or not, up to where it stands now. It is played over and over.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written, a range that holds nothing, a screen that is too large or a canvas
 *   that is not there; `INVALID_INPUT` for an option out of its range; `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, `LOG_CORRUPT`,
 *   `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function exportGif(home: string, reference: string, options: FilmOptions): Promise<GifResult> {
  const look = lookOf(options, { fps: DEFAULT_GIF_FPS, max: MAX_GIF_FPS });
  const plan = planRecording(home, reference, options);
  const kit = await loadCanvas(path.join(options.assets, 'fonts'));
  const size = await filmSize(plan, look, options.signal);
  const { timing, fps, scale, theme, showCursor } = look;
  const name = `recording-${plan.from}-${plan.toSeq}-${timing}-${fps}fps-${theme}-${scale}x${showCursor ? '-cursor' : ''}.gif`;
  const { made, facts } = await makeRecording(home, plan, { ...options, name }, async (file) => {
    const frames = new Frames(plan, kit, { ...options, ...look, theme: THEMES[theme] });
    const writer = new GifWriter(size.shape, (bytes) => file.writeBytes(bytes));
    for await (const frame of frames.all()) writer.add(frame);
    writer.end();
    const reducedFrames = writer.reducedFrames;
    const metadata = { ...filmFacts(plan, look, size, frames), framesWithReducedColours: reducedFrames };
    return { durationMs: writer.ticks * TICK_MS, metadata };
  });
  return { ...made, format: 'gif', ...facts };
}

class GifWriter {
  readonly #shape: CanvasShape;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #canvas: TileCanvas;
  readonly #encoder = GIFEncoder({ auto: false });
  /** The pixels as the frame before left them; nothing is opaque at first. */
  readonly #before: Uint32Array;
  #isFirst = true;
  #ticks = 0;
  #reducedFrames = 0;

  constructor(shape: CanvasShape, write: (bytes: Uint8Array) => void) {
    this.#shape = shape;
    this.#write = write;
    this.#canvas = new TileCanvas(shape);
    this.#before = new Uint32Array(shape.width * shape.height);
    this.#encoder.writeHeader();
  }

  /** How long the frames so far take, in hundredths of a second. */
  get ticks(): number {
    return this.#ticks;
  }

  get reducedFrames(): number {
    return this.#reducedFrames;
  }

  add({ atUs, durationUs, patch, tiles }: FilmFrame): void {
    if (patch.isFresh) this.#canvas.forgetTiles();
    for (const tile of tiles) this.#canvas.addTiles(tile);
    this.#canvas.apply(patch);
    const { index, palette, isReduced } = gifPicture(new Uint32Array(this.#canvas.pixels.buffer), this.#before, reduce);
    if (isReduced) this.#reducedFrames += 1;
    // from where the frames before end, so that roundings do not add up
    const ticks = Math.max(MIN_TICKS, Math.round((atUs + durationUs) / TICK_US) - this.#ticks);
    this.#put(index, palette, Math.min(ticks, MAX_TICKS));
    const nothing = ticks > MAX_TICKS ? new Uint8Array(index.length).fill(UNCHANGED) : index;
    for (let left = ticks - MAX_TICKS; left > 0; left -= MAX_TICKS)
      this.#put(nothing, [[0, 0, 0]], Math.min(left, MAX_TICKS));
  }

  end(): void {
    this.#encoder.finish();
    this.#flush();
  }

  #put(index: Uint8Array, palette: readonly (readonly number[])[], ticks: number): void {
    const { width, height } = this.#shape;
    const first = this.#isFirst;
    const options = { palette, first, transparent: !first, transparentIndex: UNCHANGED, dispose: 1, repeat: 0 };
    // fewer bits a colour, shorter codes for all that follows
    const colorDepth = Math.max(MIN_COLOUR_BITS, Math.ceil(Math.log2(palette.length)));
    this.#encoder.writeFrame(index, width, height, { ...options, colorDepth, delay: ticks * TICK_MS });
    this.#isFirst = false;
    this.#ticks += ticks;
    this.#flush();
  }

  #flush(): void {
    this.#write(this.#encoder.bytesView());
    this.#encoder.reset();
  }
}

function reduce(rgba: Uint8Array, max: number): { palette: readonly (readonly number[])[]; index: Uint8Array } {
  const palette = quantize(rgba, max);
  return { palette, index: applyPalette(rgba, palette) };
}
