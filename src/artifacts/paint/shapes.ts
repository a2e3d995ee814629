import { drawBlockCharacter } from './blocks.ts';
import { drawBoxCharacter } from './boxDrawing.ts';
import { drawSeparator } from './powerline.ts';
import type { Box, Surface } from './surface.ts';

/** First code point that is drawn by geometry; most text is below. */
const FIRST_SHAPE = 0x23ba;

/** Draws within `box`, whatever it does. */
export function clipped(surface: Surface, { x, y, width, height }: Box, draw: () => void): void {
  surface.save();
  surface.beginPath();
  surface.rect(x, y, width, height);
  surface.clip();
  draw();
  surface.restore();
}

/** Whether {@link drawShape} draws this character. */
export function isShape(code: number): boolean {
  if (code < FIRST_SHAPE) return false;
  if (code >= 0x2500 && code <= 0x259f) return true;
  if (code >= 0x2800 && code <= 0x28ff) return true;
  if (code === 0xe0a0 || code === 0xe0a2 || (code >= 0xe0b0 && code <= 0xe0bf)) return true;
  return code <= 0x23bd || (code >= 0x1fb00 && code <= 0x1fb3b);
}

/**
 * Draws a character that is a shape exactly to its cell, with light lines of `line` pixels, in the fill and stroke that are set;
 * `false` for a character that a font has to draw.
 */
export function drawShape(surface: Surface, code: number, box: Box, line: number): boolean {
  if (!isShape(code)) return false;
  if (drawBlockCharacter(surface, code, box, line)) return true;
  clipped(surface, box, () => {
    if (!drawBoxCharacter(surface, code, box, line)) drawSeparator(surface, code, box, line);
  });
  return true;
}
