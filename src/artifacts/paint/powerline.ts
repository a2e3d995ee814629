/**
 * Draws the separators of prompts and status lines (U+E0B0 to U+E0BF, as the Powerline and Nerd fonts have them) over the whole
 * height and width of their cell.
 */
import type { Box, Surface } from './surface.ts';

const FIRST = 0xe0b0;
const LAST = 0xe0bf;
/** Distance of the control points of a Bezier curve that is a quarter of an ellipse, as a part of the radius. */
const ROUND = 0.5523;

/** Draws `code` into `box`; `false` for another character. `line`: pixels of a light line. */
export function drawSeparator(surface: Surface, code: number, box: Box, line: number): boolean {
  if (code < FIRST || code > LAST) return false;
  const index = code - FIRST;
  surface.beginPath();
  if (index < 4) wedge(surface, box, index >= 2);
  else if (index < 8) halfRound(surface, box, index >= 6);
  else corner(surface, box, index);
  if (isThin(index)) {
    surface.lineWidth = line;
    surface.stroke();
  } else {
    surface.closePath();
    surface.fill();
  }
  return true;
}

function isThin(index: number): boolean {
  return index % 2 === 1;
}

function wedge(surface: Surface, { x, y, width, height }: Box, pointsLeft: boolean): void {
  const [base, tip] = pointsLeft ? [x + width, x] : [x, x + width];
  surface.moveTo(base, y);
  surface.lineTo(tip, y + height / 2);
  surface.lineTo(base, y + height);
}

function halfRound(surface: Surface, { x, y, width, height }: Box, bulgesLeft: boolean): void {
  const [base, tip] = bulgesLeft ? [x + width, x] : [x, x + width];
  const towards = base + (tip - base) * ROUND;
  const middle = y + height / 2;
  surface.moveTo(base, y);
  surface.bezierCurveTo(towards, y, tip, middle - (height / 2) * ROUND, tip, middle);
  surface.bezierCurveTo(tip, middle + (height / 2) * ROUND, towards, y + height, base, y + height);
}

/** 8: the lower left triangle, 10: lower right, 12: upper left, 14: upper right; each is followed by the line along its long side. */
function corner(surface: Surface, { x, y, width, height }: Box, index: number): void {
  const isFalling = index === 8 || index === 9 || index === 14 || index === 15;
  surface.moveTo(x, isFalling ? y : y + height);
  surface.lineTo(x + width, isFalling ? y + height : y);
  if (isThin(index)) return;
  const isRight = index === 10 || index === 14;
  surface.lineTo(isRight ? x + width : x, index < 12 ? y + height : y);
}
