/** Draws characters that are made of filled parts of their cell: block elements, braille, sextants, scan lines. */
import type { Box, Surface } from './surface.ts';

/** Upper left, upper right, lower left, lower right of U+2596 to U+259F, as bits from the lowest. */
const QUADRANTS: readonly number[] = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14];
/** Column and row of each bit of a braille pattern. */
const DOTS: readonly (readonly [col: number, row: number])[] = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
];
/** Sextants that have no character of their own here, because they are half blocks: left and right. */
const LEFT_HALF = 21;
const RIGHT_HALF = 42;
const EIGHTH = 8;

/** Draws `code` into `box`; `false` for a character of another kind. `line`: pixels of a light line. */
export function drawBlockCharacter(surface: Surface, code: number, box: Box, line: number): boolean {
  if (code >= 0x2580 && code <= 0x259f) return drawBlock(surface, code, box);
  if (code >= 0x2800 && code <= 0x28ff) return drawBraille(surface, code - 0x2800, box);
  if (code >= 0x1fb00 && code <= 0x1fb3b) return drawSextant(surface, code - 0x1fb00, box);
  if (code >= 0x23ba && code <= 0x23bd) return drawScanLine(surface, code - 0x23ba, box, line);
  return false;
}

function drawBlock(surface: Surface, code: number, box: Box): true {
  const { x, y, width, height } = box;
  const wide = (eighths: number): number => Math.round((width * eighths) / EIGHTH);
  const high = (eighths: number): number => Math.round((height * eighths) / EIGHTH);
  if (code === 0x2580) surface.fillRect(x, y, width, high(4));
  else if (code <= 0x2588) {
    const part = high(code - 0x2580);
    surface.fillRect(x, y + height - part, width, part);
  } else if (code <= 0x258f) surface.fillRect(x, y, wide(0x2590 - code), height);
  else if (code === 0x2590) surface.fillRect(x + wide(4), y, width - wide(4), height);
  else if (code <= 0x2593) {
    surface.globalAlpha = (code - 0x2590) / 4;
    surface.fillRect(x, y, width, height);
    surface.globalAlpha = 1;
  } else if (code === 0x2594) surface.fillRect(x, y, width, high(1));
  else if (code === 0x2595) surface.fillRect(x + width - wide(1), y, wide(1), height);
  else fillGrid(surface, QUADRANTS[code - 0x2596] ?? 0, { cols: 2, rows: 2 }, box);
  return true;
}

/** Fills parts of a grid; bit 0 is the upper left part, the next ones are to its right. */
function fillGrid(
  surface: Surface,
  bits: number,
  grid: { readonly cols: number; readonly rows: number },
  box: Box,
): true {
  for (let part = 0; part < grid.cols * grid.rows; part += 1) {
    if ((bits & (1 << part)) === 0) continue;
    const [col, row] = [part % grid.cols, Math.floor(part / grid.cols)];
    const left = Math.round((box.width * col) / grid.cols);
    const top = Math.round((box.height * row) / grid.rows);
    const right = Math.round((box.width * (col + 1)) / grid.cols);
    const bottom = Math.round((box.height * (row + 1)) / grid.rows);
    surface.fillRect(box.x + left, box.y + top, right - left, bottom - top);
  }
  return true;
}

function drawBraille(surface: Surface, bits: number, { x, y, width, height }: Box): true {
  const size = Math.max(1, Math.round(width / 4));
  for (const [bit, [col, row]] of DOTS.entries()) {
    if ((bits & (1 << bit)) === 0) continue;
    const left = Math.round((width * (2 * col + 1)) / 4 - size / 2);
    const top = Math.round((height * (2 * row + 1)) / 8 - size / 2);
    surface.fillRect(x + left, y + top, size, size);
  }
  return true;
}

function drawSextant(surface: Surface, index: number, box: Box): true {
  let bits = index + 1;
  if (bits >= LEFT_HALF) bits += 1;
  if (bits >= RIGHT_HALF) bits += 1;
  return fillGrid(surface, bits, { cols: 2, rows: 3 }, box);
}

/** Lines 1, 3, 7 and 9 of the nine that a character of the VT100 has. */
function drawScanLine(surface: Surface, index: number, { x, y, width, height }: Box, line: number): true {
  const at = [0, 2, 6, 8][index] ?? 0;
  surface.fillRect(x, y + Math.round(((height - line) * at) / 8), width, line);
  return true;
}
