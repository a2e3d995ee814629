/**
 * What a session's terminal looks like before a program changes it: colours and the size of a cell. Answers to programs
 * that ask and pictures of a screen come from this one table, so that both say the same.
 *
 * The first sixteen colours are those of xterm.js, 16 to 255 the colour cube and the greys that every terminal with 256
 * colours has (xterm's 256colres.h).
 */

/** A colour as `0xRRGGBB`. */
export type Rgb = number;

export const DEFAULT_FOREGROUND: Rgb = 0xffffff;
export const DEFAULT_BACKGROUND: Rgb = 0x000000;
export const DEFAULT_CURSOR: Rgb = 0xffffff;

/** Pixels of one cell as programs are told; the screen of 80 x 24 has 640 x 384. */
export const CELL_WIDTH_PX = 8;
export const CELL_HEIGHT_PX = 16;

const ANSI: readonly Rgb[] = [
  0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf, 0x555753, 0xef2929, 0x8ae234,
  0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec,
];
const CUBE_LEVELS: readonly number[] = [0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff];
const GREYS = 24;

/** Colours 0 to 255: 16 of ANSI, a cube of 6 x 6 x 6, 24 greys. */
export const PALETTE: readonly Rgb[] = [
  ...ANSI,
  ...CUBE_LEVELS.flatMap((red) =>
    CUBE_LEVELS.flatMap((green) => CUBE_LEVELS.map((blue) => (red << 16) | (green << 8) | blue)),
  ),
  ...Array.from({ length: GREYS }, (_, step) => (8 + 10 * step) * 0x010101),
];
