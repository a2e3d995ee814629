/** One frame of a GIF from the pixels that changed: at most 255 colours, and one number that leaves a pixel as it was. Pure. */

/** The number of a pixel that stays as it was; the first of each palette. */
export const UNCHANGED = 0;
/** Colours of one frame beside {@link UNCHANGED}. */
export const MAX_COLOURS = 255;

export interface GifPicture {
  /** For each pixel its number in the palette. */
  readonly index: Uint8Array;
  /** Red, green, blue; the first stands for no colour. */
  readonly palette: readonly (readonly number[])[];
  /** Whether there were more colours than a frame can have, so that some are only nearly right. */
  readonly isReduced: boolean;
}

/** Chooses at most `max` colours for `rgba`, and gives each of its pixels one of them. */
export type Reduce = (
  rgba: Uint8Array,
  max: number,
) => { readonly palette: readonly (readonly number[])[]; readonly index: Uint8Array };

/** What turns the pixels `before` into `now`; words as they stand in memory, red lowest. `before` is brought up to date. */
export function gifPicture(now: Uint32Array, before: Uint32Array, reduce: Reduce): GifPicture {
  const index = new Uint8Array(now.length);
  const numbers = new Map<number, number>();
  const changed: number[] = [];
  // most neighbours have the same colour
  let lastWord = -1;
  let lastNumber = UNCHANGED;
  for (let at = 0; at < now.length; at += 1) {
    const word = now[at] ?? 0;
    if (word === before[at]) continue;
    if (word !== lastWord) {
      lastWord = word;
      lastNumber = numbers.get(word) ?? numbers.size + 1;
      numbers.set(word, lastNumber);
    }
    if (lastNumber <= MAX_COLOURS) index[at] = lastNumber;
    changed.push(at);
  }
  const isReduced = numbers.size > MAX_COLOURS;
  const palette = isReduced ? reduced(now, changed, index, reduce) : [...numbers.keys()].map(coloursOf);
  for (const at of changed) before[at] = now[at] ?? 0;
  return { index, palette: [[0, 0, 0], ...palette], isReduced };
}

function reduced(
  now: Uint32Array,
  changed: readonly number[],
  index: Uint8Array,
  reduce: Reduce,
): readonly (readonly number[])[] {
  const words = Uint32Array.from(changed, (at) => now[at] ?? 0);
  const { palette, index: chosen } = reduce(new Uint8Array(words.buffer), MAX_COLOURS);
  for (const [place, at] of changed.entries()) index[at] = (chosen[place] ?? 0) + 1;
  return palette;
}

function coloursOf(word: number): readonly number[] {
  return [word & 0xff, (word >> 8) & 0xff, (word >> 16) & 0xff];
}
