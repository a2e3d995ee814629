/** Recordings that are made from the log of a session: what may be asked for, and what is told of the file. */

/** Version of asciinema's format. */
export type AsciicastVersion = 2 | 3;

/** How far an export is. */
export interface ExportProgress {
  readonly doneEvents: number;
  readonly totalEvents: number;
}

/** What is exported, and where to. */
export interface ExportAsciicastOptions {
  /** Version of the format, 3 by default. */
  readonly version?: AsciicastVersion;
  /** Path of the new file; among the session's artifacts by default. */
  readonly out?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
  /** First event that takes time; what was on the screen before stands at time 0. */
  readonly from?: number;
  /** Last event, itself included. */
  readonly to?: number;
  /** Puts in what was typed; without it only what the program wrote. */
  readonly includeInput?: boolean;
  /** Stops the export, which then leaves no file and rejects with `CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Called now and then. */
  readonly onProgress?: (progress: ExportProgress) => void;
}

/** A recording that was made. */
export interface ExportResult {
  readonly sessionId: string;
  readonly format: 'asciicast';
  /** Absolute. */
  readonly artifactPath: string;
  readonly bytes: number;
  /** Of the file, in hex. */
  readonly sha256: string;
  /** The last event that is in it. */
  readonly capturedAtSeq: number;
  /** Of the recording. */
  readonly durationMs: number;
  readonly metadata: {
    readonly asciicastVersion: AsciicastVersion;
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
  };
}

/** Makes a recording of the session `reference` of `home`. */
export type ExportAsciicast = (
  home: string,
  reference: string,
  options: ExportAsciicastOptions,
) => Promise<ExportResult>;
