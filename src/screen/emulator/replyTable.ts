/**
 * The answers of a session's terminal to programs that ask, and the only place where one is put together. No byte of an
 * answer is chosen by a program: what varies are numbers that this project knows (a position, a size, a colour, the state
 * of a mode) and two that are given back because the protocol asks for it, the number of a mode (0 to 9998) and of a
 * colour (0 to 255). Never answered: XTGETTCAP, reports of titles and icons, reading of the clipboard (OSC 52), checksums
 * of the screen (DECRQCRA).
 *
 * Nor is the query of kitty's keyboard protocol (`CSI ? u`): any answer to it says that the protocol is there, and
 * programs send DA1 after it so as not to wait (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). Besides, the answer
 * `CSI ? 0 u` reads as the query again, so that a program that echoes its input would ask for ever.
 *
 * Source of the forms: xterm's ctlseqs.txt.
 */
import { CELL_HEIGHT_PX, CELL_WIDTH_PX } from '../../protocol/palette.ts';
import type { Rgb } from '../../protocol/palette.ts';
import { PACKAGE_VERSION } from '../../protocol/version.ts';
import { formatColour, SPECIAL_COLOURS } from './colours.ts';
import type { ColourKey } from './colours.ts';

const ESC = '\u001b';
const CSI = `${ESC}[`;
const OSC = `${ESC}]`;
const DCS = `${ESC}P`;
/** The two ways to end a string; an answer ends as its question did. */
export const ST = `${ESC}\\`;
export const BEL = '\u0007';

/** One answer: the name of the query as it goes on record, and the bytes, all of them ASCII. */
export interface Reply {
  readonly query: string;
  readonly data: string;
}

/** Where the cursor is; both from 1. */
export interface ReportedPosition {
  readonly row: number;
  readonly col: number;
}

/** Answers without anything that varies. What the terminal says that it is follows the emulator. */
export const FIXED_REPLIES = {
  /** A VT100 with the advanced video option. */
  primaryAttributes: { query: 'DA1', data: `${CSI}?1;2c` },
  /** Of xterm's kind, at the patch level whose features the emulator has. */
  secondaryAttributes: { query: 'DA2', data: `${CSI}>0;276;0c` },
  /** No unit number. */
  tertiaryAttributes: { query: 'DA3', data: `${DCS}!|00000000${ST}` },
  version: { query: 'XTVERSION', data: `${DCS}>|agent-tty(${PACKAGE_VERSION})${ST}` },
  operatingStatus: { query: 'DSR', data: `${CSI}0n` },
  /** No setting is told; this says that the request is not valid, for programs that wait. */
  settingInvalid: { query: 'DECRQSS', data: `${DCS}0$r${ST}` },
} as const satisfies Record<string, Reply>;

export function positionReply({ row, col }: ReportedPosition): Reply {
  return { query: 'CPR', data: `${CSI}${row};${col}R` };
}

export function extendedPositionReply({ row, col }: ReportedPosition): Reply {
  return { query: 'DECXCPR', data: `${CSI}?${row};${col}R` };
}

/** The report of XTWINOPS for request `operation`; `undefined` for one that is not answered. */
export function windowReply(operation: number, size: { cols: number; rows: number }): Reply | undefined {
  const { cols, rows } = size;
  const report = (code: number, height: number, width: number): Reply => ({
    query: `XTWINOPS ${operation}`,
    data: `${CSI}${code};${height};${width}t`,
  });
  if (operation === 14) return report(4, rows * CELL_HEIGHT_PX, cols * CELL_WIDTH_PX);
  if (operation === 16) return report(6, CELL_HEIGHT_PX, CELL_WIDTH_PX);
  if (operation === 18) return report(8, rows, cols);
  if (operation === 19) return report(9, rows, cols);
  return undefined;
}

/** `state` as DECRPM has it: 0 not known, 1 set, 2 reset, 3 and 4 permanently so. */
export function modeReply(mode: number, state: number, isPrivate: boolean): Reply {
  return { query: 'DECRQM', data: `${CSI}${isPrivate ? '?' : ''}${mode};${state}$y` };
}

export function colourReply(key: ColourKey, colour: Rgb, end: typeof ST | typeof BEL): Reply {
  const number = typeof key === 'number' ? `4;${key}` : String(10 + SPECIAL_COLOURS.indexOf(key));
  return {
    query: typeof key === 'number' ? 'OSC 4' : `OSC ${number}`,
    data: `${OSC}${number};${formatColour(colour)}${end}`,
  };
}
