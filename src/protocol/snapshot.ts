/** What a screen looks like, as data. Rows and columns count from 0. */
import { createHash } from 'node:crypto';

export interface ScreenLine {
  readonly row: number;
  /** The row's text, trailing spaces trimmed. */
  readonly text: string;
}

export type UnderlineStyle = 'single' | 'double' | 'curly' | 'dotted' | 'dashed';

/** Colours as the program changed them, each `#rrggbb`; one that it left as it was is absent. */
export interface ScreenColours {
  readonly foreground?: string;
  readonly background?: string;
  readonly cursor?: string;
  /** By number, 0 to 255. */
  readonly palette?: Readonly<Record<string, string>>;
}

/** One cell. What it does not name is as the terminal's defaults have it. */
export interface ScreenCell {
  /** The character with its combining marks; a space for a blank cell. */
  readonly char: string;
  /** Columns, where they are not 1: 2 for a wide character, 0 for the cell that its right half takes, whose `char` is empty. */
  readonly width?: number;
  /** `#rrggbb`, or `palette:N` (0 to 255) for a colour that the terminal's palette decides. */
  readonly fg?: string;
  readonly bg?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  /** Where the line is no single one. */
  readonly underlineStyle?: Exclude<UnderlineStyle, 'single'>;
  /** As `fg`; where the line has a colour of its own. */
  readonly underlineColor?: string;
  readonly blink?: boolean;
  readonly inverse?: boolean;
  readonly invisible?: boolean;
  readonly strikethrough?: boolean;
  readonly overline?: boolean;
  /** Target of the hyperlink that the cell belongs to: a URI in printable ASCII, of any scheme. */
  readonly link?: string;
}

/** The cells of one line: the item at index `n` is the cell in column `n`. Blank cells in default colours at the end are left out. */
export interface LineCells {
  /** The `row` of the line. */
  readonly lineNumber: number;
  readonly cells: readonly ScreenCell[];
}

/** A screen at the moment it had seen every event up to `capturedAtSeq`. */
export interface ScreenState {
  readonly capturedAtSeq: number;
  readonly cols: number;
  readonly rows: number;
  readonly cursorRow: number;
  readonly cursorCol: number;
  readonly cursorVisible: boolean;
  /** The shape that the program asked for; absent for the terminal's own, a block. */
  readonly cursorStyle?: 'block' | 'underline' | 'bar';
  readonly isAltScreen: boolean;
  readonly title: string;
  /** Exactly `rows` lines. */
  readonly visibleLines: readonly ScreenLine[];
  /** Oldest first; only when asked for. */
  readonly scrollbackLines?: readonly ScreenLine[];
  /** The cells of `visibleLines`; only when asked for. */
  readonly cells?: readonly LineCells[];
  /** The cells of `scrollbackLines`; only when both were asked for. */
  readonly scrollbackCells?: readonly LineCells[];
  /** Where the program changed any. */
  readonly colours?: ScreenColours;
  /** See {@link screenHash}. */
  readonly screenHash: string;
}

/** What of a {@link ScreenState} with cells is seen. */
export type ScreenFrame = Pick<
  ScreenState,
  'cols' | 'rows' | 'cursorRow' | 'cursorCol' | 'cursorVisible' | 'cursorStyle' | 'colours'
> & {
  /** One for each row, from the top. */
  readonly cells: readonly LineCells[];
};

/** Lowercase hex SHA-256 of exactly `rows` lines, trailing spaces trimmed, joined by LF. */
export function screenHash(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
