/** What a film will be: its options checked, its size known. */
import { quote, TtyError } from '../../protocol/errors.ts';
import { DEFAULT_FILM_SCALE, DEFAULT_THEME, MAX_SCALE, THEME_NAMES, TIMINGS } from '../../protocol/limits.ts';
import { MAX_PIXELS, type ThemeName } from '../../protocol/picture.ts';
import type { FilmFacts, FilmOptions, Timing } from '../../protocol/recording.ts';
import { type Metrics, metricsOf, pictureSize } from '../paint/metrics.ts';
import type { Plan } from '../recordingFile.ts';
import type { Frames } from './frames.ts';
import { type CellSize, largestSize } from './survey.ts';
import type { CanvasShape } from './tileCanvas.ts';

const MICROS = 1_000_000;

/** The look and pace of a film. */
export interface FilmLook {
  readonly timing: Timing;
  readonly fps: number;
  readonly frameUs: number;
  readonly scale: number;
  readonly theme: ThemeName;
  readonly showCursor: boolean;
  readonly metrics: Metrics;
}

/** Throws `INVALID_INPUT` for an option out of its range. */
export function lookOf(
  options: FilmOptions,
  { fps: usual, max }: { readonly fps: number; readonly max: number },
): FilmLook {
  const { timing = 'recorded', fps = usual, scale = DEFAULT_FILM_SCALE, theme = DEFAULT_THEME } = options;
  if (!TIMINGS.includes(timing)) throw invalid(`timing must be one of ${TIMINGS.join(', ')}, got ${quote(timing)}`);
  if (!THEME_NAMES.includes(theme))
    throw invalid(`theme must be one of ${THEME_NAMES.join(', ')}, got ${quote(theme)}`);
  assertWhole('fps', fps, max);
  assertWhole('scale', scale, MAX_SCALE);
  const frameUs = Math.ceil(MICROS / fps);
  return { timing, fps, frameUs, scale, theme, showCursor: options.showCursor === true, metrics: metricsOf(scale) };
}

/** The size of a film in cells and in pixels. */
export interface FilmSize {
  readonly cells: CellSize;
  readonly shape: CanvasShape;
}

/** Throws `EXPORT_ERROR` for a picture that would be too large, and as reading the log does. */
export async function filmSize(plan: Plan, look: FilmLook, signal: AbortSignal | undefined): Promise<FilmSize> {
  const cells = await largestSize(plan, signal);
  const { width, height } = pictureSize(cells, look.metrics);
  if (width * height > MAX_PIXELS) {
    throw new TtyError(
      'EXPORT_ERROR',
      `a picture of ${cells.cols}x${cells.rows} cells at scale ${look.scale} would have ${width}x${height} pixels, more than ${MAX_PIXELS}`,
      {
        details: { reason: 'too_large', maxPixels: MAX_PIXELS },
        hint: look.scale > 1 ? 'take a smaller scale' : 'export it as asciicast or html',
      },
    );
  }
  const { cellWidth, cellHeight, padding } = look.metrics;
  return { cells, shape: { width, height, cellWidth, cellHeight, padding } };
}

/** What a result tells of a film whose last frame was made. */
export function filmFacts(plan: Plan, look: FilmLook, { cells, shape }: FilmSize, frames: Frames): FilmFacts {
  const { timing, fps, scale, theme } = look;
  const { fonts, missing } = frames.use;
  return {
    timing,
    fps,
    scale,
    theme,
    fromSeq: plan.from,
    ...cells,
    pixelWidth: shape.width,
    pixelHeight: shape.height,
    frames: frames.count,
    fonts,
    missingGlyphs: missing,
  };
}

function assertWhole(name: string, value: number, max: number): void {
  if (!(Number.isInteger(value) && value >= 1 && value <= max))
    throw invalid(`${name} must be a whole number from 1 to ${max}, got ${value}`);
}

function invalid(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'range' } });
}
