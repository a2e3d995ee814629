/** The colours of one terminal: the palette, what its program changed of it, and how a program writes a colour. */
import { DEFAULT_BACKGROUND, DEFAULT_CURSOR, DEFAULT_FOREGROUND, PALETTE } from '../../protocol/palette.ts';
import type { Rgb } from '../../protocol/palette.ts';

/** The colours that have an OSC number of their own: 10, 11 and 12. */
export const SPECIAL_COLOURS = ['foreground', 'background', 'cursor'] as const;
export type SpecialColour = (typeof SPECIAL_COLOURS)[number];

const SPECIAL_DEFAULTS: Readonly<Record<SpecialColour, Rgb>> = {
  foreground: DEFAULT_FOREGROUND,
  background: DEFAULT_BACKGROUND,
  cursor: DEFAULT_CURSOR,
};

/** A colour by its number in the palette or by its name. */
export type ColourKey = number | SpecialColour;

export class Colours {
  readonly #changed = new Map<ColourKey, Rgb>();

  /** The colour as it is now; `undefined` for a number that the palette does not have. */
  get(key: ColourKey): Rgb | undefined {
    return this.#changed.get(key) ?? (typeof key === 'number' ? PALETTE[key] : SPECIAL_DEFAULTS[key]);
  }

  /** Changes a colour. A number that the palette does not have is passed over. */
  set(key: ColourKey, colour: Rgb): void {
    if (this.get(key) !== undefined) this.#changed.set(key, colour);
  }

  /** The colours that were changed, in the order of their first change. */
  changes(): (readonly [ColourKey, Rgb])[] {
    return [...this.#changed];
  }

  /** Gives a colour back its default. */
  reset(key: ColourKey): void {
    this.#changed.delete(key);
  }

  /** Gives all numbered colours their defaults. */
  resetNumbered(): void {
    for (const key of this.#changed.keys()) if (typeof key === 'number') this.#changed.delete(key);
  }

  resetAll(): void {
    this.#changed.clear();
  }
}

/** `rgb:` with one to four hexadecimal digits for each of red, green and blue. */
const RGB_FORM = /^rgb:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})$/iu;
/** `#` with the same number of digits for each. */
const HASH_FORM = /^#(?:[\da-f]{3}|[\da-f]{6}|[\da-f]{9}|[\da-f]{12})$/iu;

/**
 * The colour that a program wrote, as XParseColor(3) reads it; `undefined` for anything else. Names of colours are not
 * known, as they are not to the emulator.
 */
export function parseColour(text: string): Rgb | undefined {
  const parts = RGB_FORM.exec(text);
  if (parts !== null) {
    // a digit says which part of the whole range it is: `f`, `ff` and `ffff` are all full
    const [, red = '', green = '', blue = ''] = parts;
    return joined([red, green, blue].map((part) => (parseInt(part, 16) / (16 ** part.length - 1)) * 255));
  }
  if (!HASH_FORM.test(text)) return undefined;
  // here digits are the most significant ones: `#f00` is f0/00/00
  const digits = (text.length - 1) / 3;
  return joined(
    [0, 1, 2].map((part) =>
      parseInt(
        text
          .slice(1 + part * digits)
          .slice(0, digits)
          .padEnd(2, '0')
          .slice(0, 2),
        16,
      ),
    ),
  );
}

function joined([red = 0, green = 0, blue = 0]: readonly number[]): Rgb {
  return (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
}

/** The colour in the form in which terminals tell colours: `rgb:RRRR/GGGG/BBBB`. */
export function formatColour(colour: Rgb): string {
  const parts = [colour >> 16, colour >> 8, colour].map((part) =>
    ((part & 0xff) * 0x0101).toString(16).padStart(4, '0'),
  );
  return `rgb:${parts.join('/')}`;
}
