/** What a screen looks like, as data. Rows and columns count from 0. */
import { createHash } from 'node:crypto';

export interface ScreenLine {
  readonly row: number;
  /** The row's text, trailing spaces trimmed. */
  readonly text: string;
}

/** A screen at the moment it had seen every event up to `capturedAtSeq`. */
export interface ScreenState {
  readonly capturedAtSeq: number;
  readonly cols: number;
  readonly rows: number;
  readonly cursorRow: number;
  readonly cursorCol: number;
  readonly cursorVisible: boolean;
  readonly isAltScreen: boolean;
  readonly title: string;
  /** Exactly `rows` lines. */
  readonly visibleLines: readonly ScreenLine[];
  /** Oldest first; only when asked for. */
  readonly scrollbackLines?: readonly ScreenLine[];
  /** See {@link screenHash}. */
  readonly screenHash: string;
}

/** Lowercase hex SHA-256 of exactly `rows` lines, trailing spaces trimmed, joined by LF. */
export function screenHash(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
