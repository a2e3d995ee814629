/** Draws box drawing characters so that they meet their neighbours without a gap. */
import {
  ARCS,
  ARMS,
  type Arms,
  CROSSED,
  type Dashes,
  DASHES,
  DOUBLE,
  FALLING,
  HEAVY,
  LIGHT,
  NONE,
  RISING,
  type Weight,
} from './boxTable.ts';
import type { Box, Surface } from './surface.ts';

/** Draws `code` into `box` with light lines of `line` pixels, in the colours that are set; `false` for another character. */
export function drawBoxCharacter(surface: Surface, code: number, box: Box, line: number): boolean {
  const arms = ARMS.get(code);
  if (arms !== undefined) return drawArms(surface, arms, box, line);
  const dashes = DASHES.get(code);
  if (dashes !== undefined) return drawDashes(surface, dashes, box, line);
  const arc = ARCS.get(code);
  if (arc !== undefined) return drawArc(surface, arc, box, line);
  const { x, y, width, height } = box;
  const isRising = code === RISING || code === CROSSED;
  const isFalling = code === FALLING || code === CROSSED;
  if (!isRising && !isFalling) return false;
  surface.lineWidth = line;
  // a little beyond the corners, so that lines through several cells have no notches
  const over = line;
  surface.beginPath();
  if (isRising) {
    surface.moveTo(x - over, y + height + 2 * over);
    surface.lineTo(x + width + over, y - 2 * over);
  }
  if (isFalling) {
    surface.moveTo(x - over, y - 2 * over);
    surface.lineTo(x + width + over, y + height + 2 * over);
  }
  surface.stroke();
  return true;
}

/** Edges of lines through the middle across one axis, from the start of the cell. A double line is two light ones, a light one apart. */
interface Track {
  readonly lightFrom: number;
  readonly lightTo: number;
  readonly heavyFrom: number;
  readonly heavyTo: number;
  readonly doubleFrom: number;
  readonly doubleTo: number;
}

function trackOf(size: number, line: number): Track {
  const lightFrom = Math.floor((size - line) / 2);
  const heavyFrom = Math.floor((size - 2 * line) / 2);
  return {
    lightFrom,
    lightTo: lightFrom + line,
    heavyFrom,
    heavyTo: heavyFrom + 2 * line,
    doubleFrom: lightFrom - line,
    doubleTo: lightFrom + 2 * line,
  };
}

/** Where an arm that comes from the start of the cell has to end, so that it meets the lines across it, and none sticks out. */
function endOf(across: Track, { before, after, opposite, own }: Meeting): number {
  if (before === HEAVY || after === HEAVY) return across.heavyTo;
  if (before !== after || own === opposite)
    return before === DOUBLE || after === DOUBLE ? across.doubleTo : across.lightTo;
  return before === NONE && after === NONE ? across.lightTo : across.lightFrom;
}

/** The same for an arm that goes to the end of the cell: where it begins. */
function beginningOf(across: Track, { before, after, opposite, own }: Meeting): number {
  if (before === HEAVY || after === HEAVY) return across.heavyFrom;
  if (before !== after || own === opposite)
    return before === DOUBLE || after === DOUBLE ? across.doubleFrom : across.lightFrom;
  return before === NONE && after === NONE ? across.lightFrom : across.lightTo;
}

/** An arm, the one that goes on with it, and the two that it meets. */
interface Meeting {
  readonly own: Weight;
  readonly opposite: Weight;
  readonly before: Weight;
  readonly after: Weight;
}

function drawArms(surface: Surface, { up, right, down, left }: Arms, { x, y, width, height }: Box, line: number): true {
  const columns = trackOf(width, line);
  const rows = trackOf(height, line);
  const vertical: Bar = (from, to, start, end) => surface.fillRect(x + from, y + start, to - from, end - start);
  const horizontal: Bar = (from, to, start, end) => surface.fillRect(x + start, y + from, end - start, to - from);
  const top = endOf(rows, { own: up, opposite: down, before: left, after: right });
  const bottom = beginningOf(rows, { own: down, opposite: up, before: left, after: right });
  const leftEnd = endOf(columns, { own: left, opposite: right, before: up, after: down });
  const rightStart = beginningOf(columns, { own: right, opposite: left, before: up, after: down });
  drawFirst(vertical, { weight: up, along: columns, across: rows, end: top, before: left, after: right });
  drawFirst(horizontal, { weight: left, along: rows, across: columns, end: leftEnd, before: up, after: down });
  drawLast(vertical, { weight: down, along: columns, across: rows, start: bottom, before: left, after: right }, height);
  drawLast(
    horizontal,
    { weight: right, along: rows, across: columns, start: rightStart, before: up, after: down },
    width,
  );
  return true;
}

/** Fills a bar: its edges across, then where it starts and ends. */
type Bar = (from: number, to: number, start: number, end: number) => void;

interface Arm {
  readonly weight: Weight;
  /** Edges of the arm itself, and of the lines that it meets. */
  readonly along: Track;
  readonly across: Track;
  readonly before: Weight;
  readonly after: Weight;
}

/** An arm from the start of the cell to its middle. */
function drawFirst(bar: Bar, { weight, along, across, end, before, after }: Arm & { readonly end: number }): void {
  if (weight === LIGHT) bar(along.lightFrom, along.lightTo, 0, end);
  if (weight === HEAVY) bar(along.heavyFrom, along.heavyTo, 0, end);
  if (weight !== DOUBLE) return;
  bar(along.doubleFrom, along.lightFrom, 0, before === DOUBLE ? across.lightFrom : end);
  bar(along.lightTo, along.doubleTo, 0, after === DOUBLE ? across.lightFrom : end);
}

/** An arm from the middle of the cell to its end. */
function drawLast(
  bar: Bar,
  { weight, along, across, start, before, after }: Arm & { readonly start: number },
  size: number,
): void {
  if (weight === LIGHT) bar(along.lightFrom, along.lightTo, start, size);
  if (weight === HEAVY) bar(along.heavyFrom, along.heavyTo, start, size);
  if (weight !== DOUBLE) return;
  bar(along.doubleFrom, along.lightFrom, before === DOUBLE ? across.lightTo : start, size);
  bar(along.lightTo, along.doubleTo, after === DOUBLE ? across.lightTo : start, size);
}

function drawDashes(surface: Surface, { count, isVertical, isHeavy }: Dashes, box: Box, line: number): true {
  const length = isVertical ? box.height : box.width;
  const thickness = isHeavy ? 2 * line : line;
  const middle = Math.floor(((isVertical ? box.width : box.height) - thickness) / 2);
  for (let index = 0; index < count; index += 1) {
    const from = Math.floor((index * length) / count);
    const gap = Math.max(1, Math.round(length / count / 3));
    const to = Math.floor(((index + 1) * length) / count) - gap;
    if (isVertical) surface.fillRect(box.x + middle, box.y + from, thickness, to - from);
    else surface.fillRect(box.x + from, box.y + middle, to - from, thickness);
  }
  return true;
}

function drawArc(
  surface: Surface,
  { toRight, toBottom }: { readonly toRight: boolean; readonly toBottom: boolean },
  { x, y, width, height }: Box,
  line: number,
): true {
  // along the middle of the straight lines that it joins
  const middleX = x + Math.floor((width - line) / 2) + line / 2;
  const middleY = y + Math.floor((height - line) / 2) + line / 2;
  const radius = Math.min(width, height) / 2;
  const [stepX, stepY] = [toRight ? radius : -radius, toBottom ? radius : -radius];
  surface.lineWidth = line;
  surface.beginPath();
  surface.moveTo(middleX, toBottom ? y + height : y);
  surface.lineTo(middleX, middleY + stepY);
  surface.quadraticCurveTo(middleX, middleY, middleX + stepX, middleY);
  surface.lineTo(toRight ? x + width : x, middleY);
  surface.stroke();
  return true;
}
