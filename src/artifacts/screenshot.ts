/** A session's screen as a picture, from its log or from what its host tells. */
import path from 'node:path';
import { makePrivateDirectory } from '../base/atomicFile.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import { DEFAULT_SCALE, DEFAULT_THEME, MAX_SCALE, THEME_NAMES } from '../protocol/limits.ts';
import {
  MAX_PIXELS,
  type ScreenshotOptions,
  type ScreenshotResult,
  type TakeScreenshot,
  type ThemeName,
} from '../protocol/picture.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import { removeStaleParts } from '../store/artifacts.ts';
import { findSession } from '../store/sessions.ts';
import { type CanvasKit, loadCanvas, RENDERER } from './canvas.ts';
import { checkOutputPlace, OutputFile } from './outputFile.ts';
import { metricsOf, pictureSize } from './paint/metrics.ts';
import { Painter } from './paint/painter.ts';
import { THEMES } from './paint/themes.ts';
import { encodePng } from './png.ts';
import type { ReplaySnapshotOptions } from './replaySnapshot.ts';
import type { ScreenModel } from '../screen/emulator/screenModel.ts';

/**
 * Draws the screen of a session, alive or not, and writes it as PNG.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written, a picture that would be too large, or a canvas that is not
 *   there; `INVALID_INPUT` for a theme or scale that there is not; `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, `LOG_CORRUPT`,
 *   `REPLAY_ERROR`, `STORAGE_READ_ERROR`
 */
export const takeScreenshot: TakeScreenshot = async (home, reference, options) => {
  const record = findSession(home, reference);
  const { log, artifacts } = sessionPaths(home, record.sessionId);
  const look = checkLook(options);
  const force = options.force === true;
  const out = options.out === undefined ? undefined : path.resolve(options.out);
  if (out !== undefined) checkOutputPlace(out, { force });
  const { at, live } = options;
  const onSize = (size: CellSize): unknown => scaleFor(size, look.scale);
  if (at === undefined) onSize(record);
  const screenComes =
    at === undefined && live !== undefined
      ? live()
      : replayed(log, { includeCells: true, onSize, ...(at === undefined ? {} : { toSeq: at }) });
  // the canvas is loaded while the host answers
  const [screen, kit] = await Promise.all([screenComes, loadCanvas(options.fonts)]);
  const scale = scaleFor(screen, look.scale);
  const drawn = await draw(screen, kit, { ...look, scale });
  if (out === undefined) makePrivateDirectory(artifacts);
  const place = out ?? path.join(artifacts, artifactName(screen, { ...look, scale }));
  using file = new OutputFile(place);
  if (out === undefined) removeStaleParts(artifacts, file.madeMs);
  file.writeBytes(drawn.png);
  // what lies among the artifacts is named for what it shows
  const { bytes, sha256 } = file.commit({ force: force || out === undefined, durable: false });
  const { capturedAtSeq, cols, rows, cursorVisible } = screen;
  const about = { sessionId: record.sessionId, capturedAtSeq, profileName: look.theme, cols, rows, cursorVisible };
  return {
    ...about,
    ...drawn.about,
    artifactPath: place,
    pngSizeBytes: bytes,
    sha256,
    rendererBackend: RENDERER,
    scale,
  };
};

/** The emulator is not loaded for a screen that a host tells. */
async function replayed(log: string, options: ReplaySnapshotOptions): Promise<ScreenState> {
  const { replaySnapshot } = await import('./replaySnapshot.ts');
  return replaySnapshot(log, options);
}

interface CellSize {
  readonly cols: number;
  readonly rows: number;
}

interface Look {
  readonly theme: ThemeName;
  readonly scale: number | undefined;
  readonly showCursor: boolean;
}

function checkLook({ theme = DEFAULT_THEME, scale, showCursor = false }: ScreenshotOptions): Look {
  if (!THEME_NAMES.includes(theme))
    throw invalid(`theme must be one of ${THEME_NAMES.join(', ')}, got ${quote(theme)}`);
  if (scale !== undefined && !(Number.isInteger(scale) && scale >= 1 && scale <= MAX_SCALE))
    throw invalid(`scale must be a whole number from 1 to ${MAX_SCALE}, got ${scale}`);
  return { theme, scale, showCursor };
}

/** The scale that is wanted, or the largest one up to the usual that a screen of this size allows. Throws when there is none. */
function scaleFor(size: CellSize, wanted: number | undefined): number {
  for (let scale = wanted ?? DEFAULT_SCALE; scale >= 1; scale -= 1) {
    const { width, height } = pictureSize(size, metricsOf(scale));
    if (width * height <= MAX_PIXELS) return scale;
    if (wanted === undefined && scale > 1) continue;
    throw new TtyError(
      'EXPORT_ERROR',
      `a picture of ${size.cols}x${size.rows} cells at scale ${scale} would have ${width}x${height} pixels, more than ${MAX_PIXELS}`,
      {
        details: { reason: 'too_large', maxPixels: MAX_PIXELS },
        hint: scale > 1 ? 'take a smaller scale' : 'take a snapshot as svg',
      },
    );
  }
  throw invalid(`scale must be at least 1, got ${String(wanted)}`);
}

/**
 * The picture of a replayed screen in the usual theme and scale, without its cursor, as PNG.
 *
 * @throws TtyError `EXPORT_ERROR`: `reason` in its details is `canvas` where that is missing, `too_large` for such a screen
 */
export async function drawPicture(model: ScreenModel, fonts: string): Promise<Buffer> {
  const scale = scaleFor(model.size, undefined);
  const kit = await loadCanvas(fonts);
  const screen = model.state({ includeScrollback: false, includeCells: true });
  return (await draw(screen, kit, { theme: DEFAULT_THEME, scale, showCursor: false })).png;
}

interface Drawn {
  readonly png: Buffer;
  readonly about: Pick<ScreenshotResult, 'pixelWidth' | 'pixelHeight' | 'fonts' | 'missingGlyphs'>;
}

async function draw(
  screen: ScreenState,
  kit: CanvasKit,
  { theme, scale, showCursor }: Look & { readonly scale: number },
): Promise<Drawn> {
  const metrics = metricsOf(scale);
  const { width, height } = pictureSize(screen, metrics);
  const picture = kit.picture({ width, height });
  const painter = new Painter(picture.surface, { metrics, theme: THEMES[theme], faces: kit.faces, showCursor });
  painter.paint({ ...screen, cells: screen.cells ?? [] });
  const { fonts: used, missing } = painter.use;
  return {
    png: await encodePng({ width, height }, picture.pixels),
    about: { pixelWidth: width, pixelHeight: height, fonts: used, missingGlyphs: missing },
  };
}

function artifactName(
  { capturedAtSeq }: ScreenState,
  { theme, scale, showCursor }: Look & { readonly scale: number },
): string {
  return `screenshot-${capturedAtSeq}-${theme}-${scale}x${showCursor ? '-cursor' : ''}.png`;
}

function invalid(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'range' } });
}
