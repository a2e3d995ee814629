/**
 * A screen as bytes that draw it again: what a rebuild starts from instead of a whole log. Keeps what a snapshot shows, cells in
 * their colours too, and what decides where later output goes and how it looks: both buffers with their wrapped lines,
 * scrollback, cursor, attributes, saved cursors, margins, title and modes. What cannot be drawn (character sets, tab stops,
 * protected cells, half a wide character) makes the whole screen one that is not drawn (`docs/decisions/0010`).
 */
import type { IBuffer, IModes, Terminal } from '@xterm/headless';
import { formatColour, type Colours } from './colours.ts';
import { cursorShape, type HiddenState, hiddenState, type SavedCursor } from './emulatorState.ts';
import type { Links } from './links.ts';
import { Painter } from './painter.ts';

/** Where output scrolls; rows from 0. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
}

/** What is known of the emulator by watching it. */
export interface ScreenFacts {
  readonly title: string;
  readonly cursorVisible: boolean;
  readonly links: Links;
  readonly colours: Colours;
  /** `undefined` when the whole screen scrolls. */
  readonly margins: Margins | undefined;
  /** The margins of the normal screen while the alternate one shows. */
  readonly normalMargins: Margins | undefined;
  /** Cells that are drawn at most, scrollback and all. */
  readonly maxCells: number;
}

/** A drawing, and what of the screen it does not say. Two screens whose drawings are the same go on in the same way. */
export interface Drawing {
  readonly bytes: string;
  readonly joinState: number;
}

const CSI = '\u001b[';
/** C0 and C1 controls, which would end the string that sets the title. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** The bytes that make a blank screen of the same size into this one; `undefined` when there are none. A line a step. */
export function* drawScreen(terminal: Terminal, facts: ScreenFacts): Generator<void, Drawing | undefined> {
  const { normal, active } = terminal.buffer;
  const { rows, cols } = terminal;
  const hidden = hiddenState(terminal);
  const isTopWrapped = active.baseY === 0 && active.getLine(0)?.isWrapped === true;
  if (hidden === undefined || isTopWrapped || normal.length * cols > facts.maxCells) return undefined;
  const painter = new Painter(cols, active.getNullCell(), facts.links);
  const title = facts.title.replaceAll(CONTROLS, '');
  painter.add(title === '' ? '' : `\u001b]2;${title}\u0007`);
  const isAlternate = active.type === 'alternate';
  saveCursor(painter, hidden.savedAlternate, ['1047h', '1047l']);
  painter.add(`${CSI}H`);
  yield* painter.lines(normal, 0, normal.length);
  saveCursor(painter, hidden.savedNormal);
  painter.add(drawMargins(isAlternate ? facts.normalMargins : facts.margins));
  if (isAlternate) {
    painter.usePen('');
    painter.add(`${CSI}?1047h${CSI}H`);
    yield* painter.lines(active, active.baseY, rows);
    painter.add(drawMargins(facts.margins));
  }
  finish(painter, terminal, { facts, hidden });
  const bytes = painter.drawn;
  return bytes === undefined ? undefined : { bytes, joinState: hidden.joinState };
}

/** Modes, cursor and attributes: once everything is there. */
function finish(
  painter: Painter,
  terminal: Terminal,
  { facts, hidden }: { facts: ScreenFacts; hidden: HiddenState },
): void {
  const { modes, cols, buffer } = terminal;
  // origin mode moves the cursor, and makes its place one within the margins
  painter.add(`${modes.originMode ? `${CSI}?6h` : ''}${drawModes(modes)}${facts.cursorVisible ? '' : `${CSI}?25l`}`);
  const lateModes = `${modes.insertMode ? `${CSI}4h` : ''}${modes.wraparoundMode ? '' : `${CSI}?7l`}`;
  const originRow = modes.originMode ? (facts.margins?.top ?? 0) : 0;
  const pen = painter.penOf(hidden.pen, true);
  const shape = cursorShape(terminal);
  painter.add(`${shape === 0 ? '' : `${CSI}${shape} q`}${drawColours(facts.colours)}`);
  // what may be joined by the next character has to be the last that is written
  const isJoined = hidden.joinState !== 0;
  if (isJoined) painter.add(lateModes);
  moveTo(painter, buffer.active, { cols, originRow, isJoined, pen });
  if (!isJoined) {
    painter.add(lateModes);
    painter.usePen(pen);
  }
}

/** What the program changed of the colours. */
function drawColours(colours: Colours): string {
  return colours
    .changes()
    .map(([key, colour]) => {
      const code = typeof key === 'number' ? `4;${key}` : OSC_SPECIAL[key];
      return `\u001b]${code};${formatColour(colour)}\u0007`;
    })
    .join('');
}

const OSC_SPECIAL = { foreground: '10', background: '11', cursor: '12' } as const;

function drawMargins(margins: Margins | undefined): string {
  return margins === undefined ? '' : `${CSI}${margins.top + 1};${margins.bottom + 1}r`;
}

const MOUSE = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' } as const;

/** What only the answers to queries depend on. */
function drawModes(modes: IModes): string {
  const on = [
    modes.bracketedPasteMode ? '2004' : '',
    modes.reverseWraparoundMode ? '45' : '',
    modes.applicationCursorKeysMode ? '1' : '',
    modes.applicationKeypadMode ? '66' : '',
    modes.sendFocusMode ? '1004' : '',
    MOUSE[modes.mouseTrackingMode],
  ];
  return on.map((mode) => (mode === '' ? '' : `${CSI}?${mode}h`)).join('');
}

/** Saves a cursor as DECSC does, if there is anything but the one of a new screen. `around` goes to the screen and back. */
function saveCursor(painter: Painter, { row, col, pen }: SavedCursor, around: readonly string[] = []): void {
  const saved = painter.penOf(pen, true);
  if (row === 0 && col === 0 && saved === '') return;
  const [there, back] = around;
  painter.usePen('');
  if (there !== undefined) painter.add(`${CSI}?${there}`);
  painter.add(`${CSI}${row + 1};${col + 1}H`);
  painter.usePen(saved);
  painter.add('\u001b7');
  painter.usePen('');
  if (back !== undefined) painter.add(`${CSI}?${back}`);
}

interface CursorPlace {
  readonly cols: number;
  /** The row that counts as the first. */
  readonly originRow: number;
  /** Whether the character before the cursor is to be written last. */
  readonly isJoined: boolean;
  readonly pen: string;
}

/** Puts the cursor where it is; behind the last column by writing that one again. */
function moveTo(painter: Painter, buffer: IBuffer, { cols, originRow, isJoined, pen }: CursorPlace): void {
  const row = buffer.cursorY + 1 - originRow;
  const isBehind = buffer.cursorX >= cols;
  if (!isBehind && !isJoined) return painter.add(`${CSI}${row};${buffer.cursorX + 1}H`);
  const line = buffer.getLine(buffer.baseY + buffer.cursorY);
  const before = Math.min(buffer.cursorX, cols) - 1;
  const start = line?.getCell(before)?.getWidth() === 0 ? before - 1 : before;
  if (line === undefined || start < 0) return painter.giveUp();
  painter.add(`${CSI}${row};${start + 1}H`);
  if (isJoined) painter.usePen(pen);
  painter.cellAt(line, start);
}
