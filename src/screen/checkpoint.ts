/**
 * A screen as bytes that draw it again: what a rebuild starts from instead of a whole log. Keeps what a snapshot shows and
 * what decides where later output goes: both buffers with their wrapped lines, scrollback, cursor, margins, title and modes.
 * Not kept: colours, tab stops, character sets, the cursor that a program saved (`docs/decisions/0010`).
 */
import type { IBuffer, Terminal } from '@xterm/headless';

/** Where output scrolls; rows from 0. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
}

/** What the emulator does not tell of itself. */
export interface ScreenFacts {
  readonly title: string;
  readonly cursorVisible: boolean;
  /** `undefined` when the whole screen scrolls. */
  readonly margins: Margins | undefined;
  /** The margins of the normal screen while the alternate one shows. */
  readonly normalMargins: Margins | undefined;
}

const CSI = '\u001b[';
/** C0 and C1 controls, which would end the string that sets the title. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** The bytes that make a blank screen of the same size into this one. */
export function drawScreen(terminal: Terminal, facts: ScreenFacts): string {
  const { normal, active } = terminal.buffer;
  const { rows, cols } = terminal;
  const drawn = [drawLines(normal, 0, normal.length, cols)];
  if (active.type === 'normal') drawn.push(drawMargins(facts.margins));
  else {
    drawn.push(drawMargins(facts.normalMargins), moveTo(normal, cols, 0), `${CSI}?1049h`, `${CSI}H`);
    drawn.push(drawLines(active, active.baseY, rows, cols), drawMargins(facts.margins));
  }
  const { modes } = terminal;
  // origin mode moves the cursor, and makes its place one within the margins
  drawn.push(
    modes.originMode ? `${CSI}?6h` : '',
    moveTo(active, cols, modes.originMode ? (facts.margins?.top ?? 0) : 0),
  );
  drawn.push(modes.insertMode ? `${CSI}4h` : '', modes.wraparoundMode ? '' : `${CSI}?7l`);
  // what the answers to queries depend on
  drawn.push(modes.bracketedPasteMode ? `${CSI}?2004h` : '');
  drawn.push(modes.reverseWraparoundMode ? `${CSI}?45h` : '', facts.cursorVisible ? '' : `${CSI}?25l`);
  const title = facts.title.replaceAll(CONTROLS, '');
  return `${title === '' ? '' : `\u001b]2;${title}\u0007`}${drawn.join('')}`;
}

/** Lines one below the other from the top of a blank screen; those above the last `rows` scroll out of it. */
function drawLines(buffer: IBuffer, from: number, count: number, cols: number): string {
  const lines: string[] = [];
  for (let row = 0; row < count; row++) {
    const line = buffer.getLine(from + row);
    const next = row + 1 < count ? buffer.getLine(from + row + 1) : undefined;
    if (next?.isWrapped !== true) {
      const text = (line?.translateToString(true) ?? '').trimEnd();
      // a line that only goes on with blanks is there because of one that was written
      lines.push(text === '' && line?.isWrapped === true ? ' ' : text, row + 1 < count ? '\r\n' : '');
      continue;
    }
    // all columns, so that what follows wraps; the last one stays empty where a wide character did not fit
    const isShort = next.getCell(0)?.getWidth() === 2 && line?.getCell(cols - 1)?.getChars() === '';
    lines.push(line?.translateToString(false, 0, isShort ? cols - 1 : cols) ?? '');
  }
  return lines.join('');
}

function drawMargins(margins: Margins | undefined): string {
  return margins === undefined ? '' : `${CSI}${margins.top + 1};${margins.bottom + 1}r`;
}

/** Puts the cursor where it is; behind the last column by writing that one again. @param originRow row that counts as the first */
function moveTo(buffer: IBuffer, cols: number, originRow: number): string {
  const row = buffer.cursorY + 1 - originRow;
  if (buffer.cursorX < cols) return `${CSI}${row};${buffer.cursorX + 1}H`;
  const line = buffer.getLine(buffer.baseY + buffer.cursorY);
  const isWide = line?.getCell(cols - 1)?.getWidth() === 0;
  const at = isWide ? cols - 2 : cols - 1;
  const written = line?.getCell(at)?.getChars() ?? '';
  return `${CSI}${row};${at + 1}H${written === '' ? ' ' : written}`;
}
