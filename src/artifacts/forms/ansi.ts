/** A screen as the bytes that draw it on a terminal of its size that is blank. */
import type { ScreenCell, ScreenState, UnderlineStyle } from '../../protocol/snapshot.ts';
import { wholeCells } from '../paint/wholeCells.ts';
import { looksAlike, shownText } from './cellRuns.ts';

const CSI = '\u001b[';
const OSC = '\u001b]';
const BEL = '\u0007';
const BLANK: ScreenCell = { char: ' ' };
/** C0 and C1 controls, which would end the string that sets the title. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Everything that is seen of `screen`, which must have its cells: text and attributes, links, title, colours, cursor. */
export function ansiOf(screen: ScreenState): string {
  const { cursorRow, cursorCol, cursorVisible, isAltScreen } = screen;
  const title = screen.title.replaceAll(CONTROLS, '');
  return [
    title === '' ? '' : `${OSC}2;${title}${BEL}`,
    coloursOf(screen),
    isAltScreen ? `${CSI}?1049h` : '',
    (screen.cells ?? []).map(({ cells }) => rowText(cells, (cell) => cell.char)).join('\r\n'),
    `${CSI}${cursorRow + 1};${cursorCol + 1}H`,
    screen.cursorStyle === undefined ? '' : `${CSI}${CURSOR_SHAPES[screen.cursorStyle]} q`,
    cursorVisible ? '' : `${CSI}?25l`,
  ].join('');
}

/** The rows by themselves, without characters that hide or turn round text: what can be printed on any terminal. */
export function ansiRows(screen: ScreenState): string[] {
  return (screen.cells ?? []).map(({ cells }) => rowText(cells, shownText));
}

const CURSOR_SHAPES = { block: 2, underline: 4, bar: 6 } as const;

function coloursOf({ colours }: ScreenState): string {
  if (colours === undefined) return '';
  const { foreground, background, cursor, palette = {} } = colours;
  const special = [foreground, background, cursor].map((colour, index) =>
    colour === undefined ? '' : `${OSC}${10 + index};${colour}${BEL}`,
  );
  return [...special, ...Object.entries(palette).map(([index, colour]) => `${OSC}4;${index};${colour}${BEL}`)].join('');
}

function rowText(cells: readonly ScreenCell[], textOf: (cell: ScreenCell) => string): string {
  let text = '';
  let before = BLANK;
  for (const cell of wholeCells(cells)) {
    if (cell.width === 0) continue;
    if (!looksAlike(cell, before)) text += changeOf(cell, before);
    text += textOf(cell);
    before = cell;
  }
  return text + (looksAlike(BLANK, before) ? '' : changeOf(BLANK, before));
}

function changeOf(cell: ScreenCell, before: ScreenCell): string {
  const link = cell.link === before.link ? '' : `${OSC}8;;${cell.link ?? ''}${BEL}`;
  const sgr = sgrOf(cell);
  return `${link}${CSI}${sgr === '' ? '' : `0;${sgr}`}m`;
}

const UNDERLINES: Readonly<Record<UnderlineStyle, string>> = {
  single: '4',
  double: '4:2',
  curly: '4:3',
  dotted: '4:4',
  dashed: '4:5',
};

/** The parameters of SGR (ECMA-48 8.3.117, and those of kitty for lines) that give the attributes of a cell. */
function sgrOf(cell: ScreenCell): string {
  const params: string[] = [];
  if (cell.bold === true) params.push('1');
  if (cell.dim === true) params.push('2');
  if (cell.italic === true) params.push('3');
  if (cell.underline === true) params.push(UNDERLINES[cell.underlineStyle ?? 'single']);
  if (cell.blink === true) params.push('5');
  if (cell.inverse === true) params.push('7');
  if (cell.invisible === true) params.push('8');
  if (cell.strikethrough === true) params.push('9');
  if (cell.overline === true) params.push('53');
  if (cell.fg !== undefined) params.push(colourParams('38;', cell.fg, ';'));
  if (cell.bg !== undefined) params.push(colourParams('48;', cell.bg, ';'));
  if (cell.underlineColor !== undefined) params.push(colourParams('58:', cell.underlineColor, ':'));
  return params.join(';');
}

/** `name`: `#rrggbb` or `palette:N`. With colons an empty parameter stands for the colour space. */
function colourParams(code: string, name: string, separator: string): string {
  if (!name.startsWith('#')) return `${code}5${separator}${name.slice('palette:'.length)}`;
  const rgb = parseInt(name.slice(1), 16);
  const parts = [(rgb >> 16) & 0xff, (rgb >> 8) & 0xff, rgb & 0xff].join(separator);
  return `${code}2${separator}${separator === ':' ? ':' : ''}${parts}`;
}
