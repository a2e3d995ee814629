/**
 * What the emulator keeps to itself and a screen that is drawn again must have: the attributes that the next character gets, the
 * saved cursors, and whether the next character may join the last one. Read from xterm.js 6 by the names that its own sources
 * give them (`InputHandler.ts`, `Buffer.ts`, `CharsetService.ts`); another version that has them no more gives `undefined`.
 */
import type { IBufferCell, Terminal } from '@xterm/headless';
import { isPlainPen, isPlainSaved } from './extended.ts';

/** What DECSC saved. */
export interface SavedCursor {
  readonly row: number;
  readonly col: number;
  readonly pen: IBufferCell;
}

export interface HiddenState {
  /** A cell in the attributes that the next character gets. */
  readonly pen: IBufferCell;
  readonly savedNormal: SavedCursor;
  readonly savedAlternate: SavedCursor;
  /** What the next character sees of the last one; 0 after anything but a character. */
  readonly joinState: number;
}

/** The shape of the cursor that the program asked for (DECSCUSR), as its parameter; 0 for the terminal's own. */
export function cursorShape(terminal: Terminal): number {
  const modes = at(terminal, '_core', 'coreService', 'decPrivateModes');
  const shape = CURSOR_SHAPES.indexOf(String(at(modes, 'cursorStyle')));
  if (shape === -1) return 0;
  return shape * 2 + (at(modes, 'cursorBlink') === false ? 2 : 1);
}

const CURSOR_SHAPES: readonly string[] = ['block', 'underline', 'bar'];

/** `undefined` when there is something that cannot be drawn (a character set, tab stops of its own), or the emulator is another. */
export function hiddenState(terminal: Terminal): HiddenState | undefined {
  const core = at(terminal, '_core');
  const pen = penOf(terminal, at(core, '_inputHandler', '_curAttrData'));
  const joinState = at(core, '_inputHandler', '_parser', 'precedingJoinState');
  const savedNormal = savedIn(terminal, at(core, 'buffers', 'normal'));
  const savedAlternate = savedIn(terminal, at(core, 'buffers', 'alt'));
  if (pen === undefined || savedNormal === undefined || savedAlternate === undefined) return undefined;
  if (!isPlainPen(pen) || !isPlainSaved(savedNormal.pen) || !isPlainSaved(savedAlternate.pen)) return undefined;
  if (typeof joinState !== 'number' || !hasPlainCharset(at(core, '_charsetService'))) return undefined;
  return { pen, savedNormal, savedAlternate, joinState };
}

function savedIn(terminal: Terminal, buffer: unknown): SavedCursor | undefined {
  const [x, y, base] = [at(buffer, 'savedX'), at(buffer, 'savedY'), at(buffer, 'ybase')];
  const pen = penOf(terminal, at(buffer, 'savedCurAttrData'));
  if (typeof x !== 'number' || typeof y !== 'number' || typeof base !== 'number' || pen === undefined) return undefined;
  if (at(buffer, 'savedCharset') !== undefined || !hasUsualTabs(at(buffer, 'tabs'), terminal.cols)) return undefined;
  // as it would come back
  const row = Math.min(Math.max(y - base, 0), terminal.rows - 1);
  return { row, col: Math.min(x, terminal.cols - 1), pen };
}

/** A cell whose attributes can be asked for, from what holds them. */
function penOf(terminal: Terminal, attributes: unknown): IBufferCell | undefined {
  const [fg, bg] = [at(attributes, 'fg'), at(attributes, 'bg')];
  if (typeof fg !== 'number' || typeof bg !== 'number') return undefined;
  return Object.assign(terminal.buffer.active.getNullCell(), { fg, bg, extended: at(attributes, 'extended') });
}

function hasPlainCharset(service: unknown): boolean {
  const sets = at(service, '_charsets');
  return (
    at(service, 'glevel') === 0 &&
    at(service, 'charset') === undefined &&
    Array.isArray(sets) &&
    sets.every((set) => set === undefined)
  );
}

/** Every eighth column, and after a change of the size those of the old one as well, which are the same. */
function hasUsualTabs(tabs: unknown, cols: number): boolean {
  if (typeof tabs !== 'object' || tabs === null) return false;
  for (let col = 0; col < cols; col += 1) if ((at(tabs, String(col)) === true) !== (col % 8 === 0)) return false;
  return true;
}

/** What lies at `path` in `value`, by the names of the emulator's sources; `undefined` where there is nothing. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}
