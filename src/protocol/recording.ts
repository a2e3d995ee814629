/** Recordings that are made from the log of a session: what may be asked for, and what is told of the file. */

import type { RECORDING_FORMATS, TIMINGS } from './limits.ts';
import type { ThemeName } from './picture.ts';

/** Version of asciinema's format. */
export type AsciicastVersion = 2 | 3;

/** A name of {@link RECORDING_FORMATS}. */
export type RecordingFormat = (typeof RECORDING_FORMATS)[number];
/** A name of {@link TIMINGS}. */
export type Timing = (typeof TIMINGS)[number];

/** How far an export is. */
export interface ExportProgress {
  readonly doneEvents: number;
  readonly totalEvents: number;
}

/** What every recording may be told. */
export interface RecordingOptions {
  /** Path of the new file; among the session's artifacts by default. */
  readonly out?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
  /** First event that takes time; what was on the screen before stands at time 0. */
  readonly from?: number;
  /** Last event, itself included. */
  readonly to?: number;
  /** Stops the export, which then leaves no file and rejects with `CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Called now and then. */
  readonly onProgress?: (progress: ExportProgress) => void;
}

/** What is exported, and where to. */
export interface ExportAsciicastOptions extends RecordingOptions {
  /** Version of the format, 3 by default. */
  readonly version?: AsciicastVersion;
  /** Puts in what was typed; without it only what the program wrote. */
  readonly includeInput?: boolean;
  /** `recorded` by default. */
  readonly timing?: Timing;
  /** Colours that are named in the header, for players; none by default. */
  readonly theme?: ThemeName;
}

/** How the frames of a video or GIF are made. */
export interface FilmOptions extends RecordingOptions {
  /** `recorded` by default. */
  readonly timing?: Timing;
  /** Most frames a second. */
  readonly fps?: number;
  /** 1 to 4, 1 by default. */
  readonly scale?: number;
  /** `dark` by default. */
  readonly theme?: ThemeName;
  /** Draws the cursor where the screen shows one. */
  readonly showCursor?: boolean;
  /** The directory of the package's own files: fonts, and what runs in a browser. */
  readonly assets: string;
}

/** What is told of every recording that was made. */
export interface MadeRecording {
  readonly sessionId: string;
  /** Absolute. */
  readonly artifactPath: string;
  readonly bytes: number;
  /** Of the file, in hex. */
  readonly sha256: string;
  /** The last event that is in it. */
  readonly capturedAtSeq: number;
  /** Of the recording. */
  readonly durationMs: number;
}

/** A recording that was made. */
export interface ExportResult extends MadeRecording {
  readonly format: 'asciicast';
  readonly metadata: CastFacts;
}

/** What is told of a cast, or of the one in a page. */
export interface CastFacts {
  readonly asciicastVersion: AsciicastVersion;
  readonly timing: Timing;
  readonly cols: number;
  readonly rows: number;
  readonly fromSeq: number;
  /** Lines after the header. */
  readonly events: number;
  /** U+FFFD characters that stand for bytes which were no UTF-8: a recording is text. */
  readonly replacedCharacters: number;
  /** Lines at time 0 that bring the screen to where it was at `fromSeq`. */
  readonly leadInEvents: number;
  readonly includesInput: boolean;
}

/** What is told of the frames of a video or GIF. */
export interface FilmFacts {
  readonly timing: Timing;
  /** Most frames a second. */
  readonly fps: number;
  readonly scale: number;
  readonly theme: ThemeName;
  readonly fromSeq: number;
  /** Of the largest screen; a smaller one stands in the upper left corner. */
  readonly cols: number;
  readonly rows: number;
  readonly pixelWidth: number;
  readonly pixelHeight: number;
  /** One for each time that the screen had changed. */
  readonly frames: number;
  /** Names of the fonts that drew its text. */
  readonly fonts: readonly string[];
  /** Characters that no font has; a box stands for each. */
  readonly missingGlyphs: readonly string[];
}

/** Makes a recording of the session `reference` of `home`. */
export type ExportAsciicast = (
  home: string,
  reference: string,
  options: ExportAsciicastOptions,
) => Promise<ExportResult>;
