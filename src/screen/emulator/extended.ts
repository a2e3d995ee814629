/**
 * What the emulator knows of a cell beyond its public interface: how it is underlined, and which link it belongs to. Read from
 * xterm.js 6 by the names of its own sources (`AttributeData.ts`, `Constants.ts`); of another version that has them no more
 * nothing is told.
 */
import type { IBufferCell } from '@xterm/headless';
import type { UnderlineStyle } from '../../protocol/snapshot.ts';

/** How a cell is underlined and linked. */
export interface Extended {
  /** `undefined` when the cell is not underlined. */
  readonly underline: UnderlineStyle | undefined;
  /** As an SGR parameter of 58: `palette` or `rgb`; `undefined` for the colour of the text. */
  readonly colour: { readonly isRgb: boolean; readonly value: number } | undefined;
  /** Number of the link, 0 for none. */
  readonly link: number;
}

const UNDERLINE_FLAG = 0x10000000;
const EXTENDED_FLAG = 0x10000000;
const STYLE_SHIFT = 26;
const STYLE_MASK = 7;
const COLOUR_MODE = 0x3000000;
const COLOUR_RGB = 0x3000000;
const COLOUR_VALUE = 0xffffff;
/** What SGR 59 leaves, which is meant to be no colour. */
const COLOUR_RESET = 0x3ffffff;

/** By the second parameter of SGR 4. */
const STYLES: readonly (UnderlineStyle | undefined)[] = [undefined, 'single', 'double', 'curly', 'dotted', 'dashed'];

const NOTHING: Extended = { underline: undefined, colour: undefined, link: 0 };
const UNDERLINED: Extended = { underline: 'single', colour: undefined, link: 0 };

/** The private names of what a cell has beside its colours and flags. */
const EXT = '_ext';
const URL_ID = '_urlId';

interface RawAttributes {
  readonly fg: number;
  readonly bg: number;
  readonly extended: { readonly [EXT]: number; readonly [URL_ID]: number };
}

/** `asPen`: also what the next character will get only once it is underlined. */
export function extendedOf(cell: IBufferCell, asPen = false): Extended {
  if (!hasRaw(cell)) return cell.isUnderline() ? UNDERLINED : NOTHING;
  const isUnderlined = (cell.fg & UNDERLINE_FLAG) !== 0;
  if ((cell.bg & EXTENDED_FLAG) === 0 && !asPen) return isUnderlined ? UNDERLINED : NOTHING;
  const { [EXT]: ext, [URL_ID]: link } = cell.extended;
  return {
    underline: isUnderlined ? (STYLES[(ext >>> STYLE_SHIFT) & STYLE_MASK] ?? 'single') : undefined,
    colour: colourOf(ext & (COLOUR_MODE | COLOUR_VALUE)),
    link,
  };
}

/** Whether two cells may differ in what {@link extendedOf} tells: equal numbers and equal links mean the same. */
export function extendedKey(cell: IBufferCell): number {
  return hasRaw(cell) && (cell.bg & EXTENDED_FLAG) !== 0 ? cell.extended[EXT] : 0;
}

/**
 * Whether the attributes of the next character are what sequences set, no more. The emulator restores colours and flags of a
 * saved cursor, but not what is told here: until the next SGR 0 a line or a link may be there that only comes back later.
 */
export function isPlainPen(pen: IBufferCell): boolean {
  if (!hasRaw(pen)) return true;
  const { [EXT]: ext, [URL_ID]: link } = pen.extended;
  const hasLine = ((ext >>> STYLE_SHIFT) & STYLE_MASK) !== 0;
  const isUnderlined = (pen.fg & UNDERLINE_FLAG) !== 0;
  return hasLine === isUnderlined && ((pen.bg & EXTENDED_FLAG) !== 0) === (hasLine || link !== 0);
}

/** The same for the attributes of a saved cursor, which have no line and no link of their own. */
export function isPlainSaved(pen: IBufferCell): boolean {
  return !hasRaw(pen) || ((pen.bg & EXTENDED_FLAG) !== 0) === ((pen.fg & UNDERLINE_FLAG) !== 0);
}

/** The number of the link that a cell belongs to, 0 for none. */
export function linkOf(cell: IBufferCell): number {
  return hasRaw(cell) && (cell.bg & EXTENDED_FLAG) !== 0 ? cell.extended[URL_ID] : 0;
}

function colourOf(bits: number): Extended['colour'] {
  if (bits === COLOUR_RESET || (bits & COLOUR_MODE) === 0) return undefined;
  const isRgb = (bits & COLOUR_MODE) === COLOUR_RGB;
  return { isRgb, value: isRgb ? bits & COLOUR_VALUE : bits & 0xff };
}

function hasRaw(cell: object): cell is RawAttributes {
  if (!('fg' in cell && 'bg' in cell && 'extended' in cell)) return false;
  const { fg, bg, extended } = cell;
  if (typeof fg !== 'number' || typeof bg !== 'number' || typeof extended !== 'object' || extended === null)
    return false;
  return EXT in extended && URL_ID in extended;
}
