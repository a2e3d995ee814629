/** Which font draws a character: the first of a list that has it. The list is bundled, so every machine draws the same. */
import type { ScreenCell } from '../../protocol/snapshot.ts';

/** How characters of a font are put into their cells. */
export type Fitting =
  /** Made for a grid: stands as it is. `em` and `baseline` in pixels at scale 1; `isRoomy`: ASCII stays within its cell. */
  | { readonly kind: 'grid'; readonly em: number; readonly baseline: number; readonly isRoomy?: boolean }
  /** Of any size: centred, and made smaller until it fits. */
  | { readonly kind: 'fit'; readonly em: number };

/** One font file. */
export interface Face {
  /** As a result names it. */
  readonly name: string;
  readonly fitting: Fitting;
  /** Whether it has a glyph of its own for a code point. */
  covers(code: number): boolean;
  /** The family name under which a canvas knows it; loads it there if need be. */
  family(): string;
}

/** The fonts in the order in which they are asked. */
export interface FaceList {
  /** The main font in its four shapes. */
  readonly regular: Face;
  readonly bold: Face;
  readonly italic: Face;
  readonly boldItalic: Face;
  /** Pictures of emoji; asked first for what is an emoji by itself or by its selector. */
  readonly emoji: Face;
  /** Asked last. */
  readonly fallbacks: readonly Face[];
}

/** A part of what stands in a cell, and the font that draws it. */
export interface Piece {
  readonly text: string;
  readonly face: Face;
  /** The font is not bold itself, the text is meant to be. */
  readonly isEmboldened: boolean;
}

/** What has no ink: joiners, variation selectors, tags. No font needs to have it. */
const INVISIBLE = /^(?:\p{Default_Ignorable_Code_Point}|\p{Variation_Selector})$/u;
const EMOJI_SELECTOR = '\ufe0f';
const EMOJI = /^\p{Emoji_Presentation}/u;

/** How to draw a cell's text; `undefined` when no font has its first character. Marks that no font has are left out. */
export function choosePieces(cell: ScreenCell, faces: FaceList): readonly Piece[] | undefined {
  const order = faceOrder(cell, faces);
  const pieces: { text: string; face: Face; isEmboldened: boolean }[] = [];
  for (const char of cell.char) {
    if (INVISIBLE.test(char)) continue;
    const code = char.codePointAt(0) ?? 0;
    const last = pieces.at(-1);
    const face = last?.face.covers(code) === true ? last.face : order.find((one) => one.covers(code));
    if (face === undefined && last === undefined) return undefined;
    if (face === undefined) continue;
    if (last?.face === face) last.text += char;
    else {
      const isBoldFace = face === faces.bold || face === faces.boldItalic;
      pieces.push({ text: char, face, isEmboldened: cell.bold === true && !isBoldFace });
    }
  }
  return pieces;
}

function faceOrder(cell: ScreenCell, faces: FaceList): readonly Face[] {
  const { regular, bold, italic, boldItalic, emoji, fallbacks } = faces;
  const main =
    cell.bold === true ? [cell.italic === true ? boldItalic : bold, bold] : [cell.italic === true ? italic : regular];
  const isEmoji = cell.char.includes(EMOJI_SELECTOR) || EMOJI.test(cell.char);
  return isEmoji ? [emoji, ...main, regular, ...fallbacks] : [...main, regular, emoji, ...fallbacks];
}
