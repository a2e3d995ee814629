/** Pictures of a screen: what may be asked for, and what is told of the file. */
import type { THEME_NAMES } from './limits.ts';
import type { ScreenState } from './snapshot.ts';

/** A name of {@link THEME_NAMES}. */
export type ThemeName = (typeof THEME_NAMES)[number];

/** Width times height of a picture; a screen of 240 x 67 has 8.5 million at scale 2, one of 400 x 170 at scale 1. */
export const MAX_PIXELS = 9_000_000;
/** Columns times rows of a screen whose look is told as text: ANSI, HTML or SVG. */
export const MAX_FORM_CELLS = 100_000;

/** What is drawn, and where to. */
export interface ScreenshotOptions {
  /** Path of the new file; among the session's artifacts by default. */
  readonly out?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
  /** The screen as it stood after this event; the last screen by default. */
  readonly at?: number;
  /** `dark` by default. */
  readonly theme?: ThemeName;
  /** Draws the cursor where the screen shows one. */
  readonly showCursor?: boolean;
  /** 1 to 4; 2 by default, or less for a large screen. */
  readonly scale?: number;
}

/** A picture that was made. The same log, version and options give the same bytes. */
export interface ScreenshotResult {
  readonly sessionId: string;
  /** The last event that the screen had seen. */
  readonly capturedAtSeq: number;
  /** The theme. */
  readonly profileName: ThemeName;
  readonly cols: number;
  readonly rows: number;
  /** Absolute. */
  readonly artifactPath: string;
  readonly pngSizeBytes: number;
  /** Whether the screen showed its cursor; it is in the picture only if that was asked for. */
  readonly cursorVisible: boolean;
  readonly pixelWidth: number;
  readonly pixelHeight: number;
  /** Of the file, in hex. */
  readonly sha256: string;
  readonly rendererBackend: string;
  readonly scale: number;
  /** Names of the fonts that drew its text, in the order in which they were needed. */
  readonly fonts: readonly string[];
  /** Characters that no font has; a box stands for each. */
  readonly missingGlyphs: readonly string[];
}

/** Draws a screen of the session `reference` of `home`. */
export type TakeScreenshot = (
  home: string,
  reference: string,
  options: ScreenshotOptions & {
    /** Tells the last screen with its cells, quicker than the log does. Asked only for that one, when everything else is right. */
    readonly live?: () => Promise<ScreenState>;
    /** The directory that the package's fonts lie in. */
    readonly fonts: string;
  },
) => Promise<ScreenshotResult>;
