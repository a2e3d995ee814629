/** Colours of pictures. What a program asked of its terminal and what it changed stands above them. */
import { DEFAULT_BACKGROUND, DEFAULT_CURSOR, DEFAULT_FOREGROUND, PALETTE, type Rgb } from '../../protocol/palette.ts';
import type { ThemeName } from '../../protocol/picture.ts';
import type { ScreenCell, ScreenColours } from '../../protocol/snapshot.ts';

/** Where a screen's colours come from when its program names none, or one by its number. */
export interface Theme {
  readonly foreground: Rgb;
  readonly background: Rgb;
  readonly cursor: Rgb;
  /** Colours 0 to 15. */
  readonly ansi: readonly Rgb[];
}

const ANSI = 16;

/** From Ethan Schoonover's Solarized (MIT), in its own order of the sixteen. */
const SOLARIZED: readonly Rgb[] = [
  0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16, 0x586e75,
  0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3,
];

/** `dark` is what programs are told when they ask. */
export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  dark: {
    foreground: DEFAULT_FOREGROUND,
    background: DEFAULT_BACKGROUND,
    cursor: DEFAULT_CURSOR,
    ansi: PALETTE.slice(0, ANSI),
  },
  light: {
    foreground: 0x1f2328,
    background: 0xffffff,
    cursor: 0x1f2328,
    ansi: [
      0x24292f, 0xcf222e, 0x116329, 0x7d4e00, 0x0969da, 0x8250df, 0x1b7c83, 0x6e7781, 0x57606a, 0xa40e26, 0x1a7f37,
      0x9a6700, 0x218bff, 0xa475f9, 0x3192aa, 0x8c959f,
    ],
  },
  'solarized-dark': { foreground: 0x839496, background: 0x002b36, cursor: 0x93a1a1, ansi: SOLARIZED },
  'solarized-light': { foreground: 0x657b83, background: 0xfdf6e3, cursor: 0x586e75, ansi: SOLARIZED },
};

/** The colours of one screen. */
export class Colours {
  readonly foreground: Rgb;
  readonly background: Rgb;
  readonly cursor: Rgb;
  readonly #ansi: readonly Rgb[];
  readonly #palette: ScreenColours['palette'];

  constructor(theme: Theme, changed: ScreenColours = {}) {
    this.foreground = hexOr(changed.foreground, theme.foreground);
    this.background = hexOr(changed.background, theme.background);
    this.cursor = hexOr(changed.cursor, theme.cursor);
    this.#ansi = theme.ansi;
    this.#palette = changed.palette;
  }

  /** The colour that `name` (`#rrggbb` or `palette:N`) stands for; `otherwise` for nothing. */
  of(name: string | undefined, otherwise: Rgb): Rgb {
    if (name === undefined) return otherwise;
    if (name.startsWith('#')) return hexOr(name, otherwise);
    const index = Number(name.slice('palette:'.length));
    return hexOr(this.#palette?.[String(index)], this.#ansi[index] ?? PALETTE[index] ?? otherwise);
  }

  /** What a cell is drawn in: inverse and faint are worked out, a hidden character has the colour of what is behind it. */
  ofCell(cell: ScreenCell): CellColours {
    const own = this.of(cell.fg, this.foreground);
    const behind = this.of(cell.bg, this.background);
    const [full, background] = cell.inverse === true ? [behind, own] : [own, behind];
    const seen = cell.dim === true ? mix(full, background) : full;
    const foreground = cell.invisible === true ? background : seen;
    const line = cell.invisible === true ? background : this.of(cell.underlineColor, foreground);
    return { foreground, background, line };
  }
}

export interface CellColours {
  readonly foreground: Rgb;
  readonly background: Rgb;
  /** Of the line below. */
  readonly line: Rgb;
}

/** As canvas, CSS and SVG write it. */
export function cssColour(colour: Rgb): string {
  const known = written.get(colour);
  if (known !== undefined) return known;
  if (written.size >= MAX_WRITTEN) written.clear();
  const css = `#${colour.toString(16).padStart(6, '0')}`;
  written.set(colour, css);
  return css;
}

/** A screen has few colours, each in many cells. */
const written = new Map<Rgb, string>();
const MAX_WRITTEN = 1_000;

/** Half way between two colours. */
function mix(one: Rgb, other: Rgb): Rgb {
  return [16, 8, 0].reduce((all, shift) => {
    const half = (((one >> shift) & 0xff) + ((other >> shift) & 0xff)) >> 1;
    return all | (half << shift);
  }, 0);
}

function hexOr(text: string | undefined, otherwise: Rgb): Rgb {
  return text !== undefined && /^#[\da-f]{6}$/i.test(text) ? parseInt(text.slice(1), 16) : otherwise;
}
