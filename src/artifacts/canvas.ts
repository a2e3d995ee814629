/** Node's canvas: pixels without a browser. The only user of the package, which is optional and loaded when it is needed. */
import { TtyError } from '../protocol/errors.ts';
import { bundledFaces } from './fonts.ts';
import type { FaceList } from './paint/faces.ts';
import type { Surface } from './paint/surface.ts';
import type { PixelSource } from './png.ts';

const PACKAGE = '@napi-rs/canvas';
/** As results name it. */
export const RENDERER = 'skia (@napi-rs/canvas)';

/** A surface of its own, and what it becomes. */
export interface Picture {
  readonly surface: Surface;
  /** What it shows by then. */
  readonly pixels: PixelSource;
}

/** What makes pictures. */
export interface CanvasKit {
  readonly faces: FaceList;
  picture(size: { readonly width: number; readonly height: number }): Picture;
}

/** Font files that the canvas knows; it keeps them for the life of the process. */
const registered = new Set<string>();

/**
 * Loads the canvas. `fonts` is the directory that the package's fonts lie in.
 *
 * @throws TtyError `EXPORT_ERROR` when the package is not installed, or not for this system
 */
export async function loadCanvas(fonts: string): Promise<CanvasKit> {
  const { createCanvas, GlobalFonts } = await load();
  return {
    faces: bundledFaces(fonts, (file, family) => {
      if (registered.has(file)) return true;
      const isKnown = GlobalFonts.registerFromPath(file, family) !== null;
      if (isKnown) registered.add(file);
      return isKnown;
    }),
    picture({ width, height }) {
      const canvas = createCanvas(width, height);
      const surface = canvas.getContext('2d');
      return {
        surface,
        pixels: (y, rows) => surface.getImageData(0, y, width, rows).data,
      };
    },
  };
}

async function load(): Promise<typeof import('@napi-rs/canvas')> {
  try {
    return await import('@napi-rs/canvas');
  } catch (cause) {
    throw new TtyError('EXPORT_ERROR', `pictures need the package ${PACKAGE}, which cannot be loaded here`, {
      details: { reason: 'canvas', package: PACKAGE },
      hint: 'install agent-tty again with its optional dependencies: npm install --include=optional; or take a snapshot as svg',
      cause,
    });
  }
}
