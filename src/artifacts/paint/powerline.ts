/**
 * Draws the separators of prompts and status lines (U+E0B0 to U+E0BF, and the signs for a branch and a lock, as the Powerline and Nerd fonts have them) over the whole
 * height and width of their cell.
 */
import type { Box, Surface } from './surface.ts';

const FIRST = 0xe0b0;
const LAST = 0xe0bf;
/** Distance of the control points of a Bezier curve that is a quarter of an ellipse, as a part of the radius. */
const ROUND = 0.5523;

const BRANCH = 0xe0a0;
const LOCK = 0xe0a2;

/** Draws `code` into `box`; `false` for another character. `line`: pixels of a light line. */
export function drawSeparator(surface: Surface, code: number, box: Box, line: number): boolean {
  surface.lineWidth = line;
  if (code === BRANCH) return drawBranch(surface, box);
  if (code === LOCK) return drawLock(surface, box);
  if (code < FIRST || code > LAST) return false;
  const index = code - FIRST;
  surface.beginPath();
  if (index < 4) wedge(surface, box, index >= 2);
  else if (index < 8) halfRound(surface, box, index >= 6);
  else corner(surface, box, index);
  if (isThin(index)) {
    surface.stroke();
  } else {
    surface.closePath();
    surface.fill();
  }
  return true;
}

/** A line, and another one that leaves it and goes on beside it. */
function drawBranch(surface: Surface, { x, y, width, height }: Box): true {
  const [left, right] = [x + width * 0.3, x + width * 0.75];
  surface.beginPath();
  surface.moveTo(left, y + height * 0.15);
  surface.lineTo(left, y + height * 0.85);
  surface.moveTo(left, y + height * 0.7);
  surface.quadraticCurveTo(right, y + height * 0.6, right, y + height * 0.4);
  surface.lineTo(right, y + height * 0.25);
  surface.stroke();
  return true;
}

function drawLock(surface: Surface, { x, y, width, height }: Box): true {
  surface.fillRect(
    x + Math.round(width * 0.125),
    y + Math.round(height * 0.5),
    Math.round(width * 0.75),
    Math.round(height * 0.3),
  );
  const [left, right, middle] = [x + width * 0.3, x + width * 0.7, x + width / 2];
  surface.beginPath();
  surface.moveTo(left, y + height * 0.5);
  surface.lineTo(left, y + height * 0.35);
  surface.quadraticCurveTo(left, y + height * 0.22, middle, y + height * 0.22);
  surface.quadraticCurveTo(right, y + height * 0.22, right, y + height * 0.35);
  surface.lineTo(right, y + height * 0.5);
  surface.stroke();
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
