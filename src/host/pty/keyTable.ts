/** The keys that have names, and what xterm sends for them. Source: xterm's ctlseqs.txt, "PC-Style Function Keys". */

/** How a named key becomes bytes. */
export type KeyForm =
  /** `CSI letter`; `SS3 letter` when the application asked for cursor keys; `CSI 1 ; m letter` with modifiers. */
  | { readonly kind: 'cursor'; readonly letter: string }
  /** `SS3 letter`; `CSI 1 ; m letter` with modifiers. */
  | { readonly kind: 'ss3'; readonly letter: string }
  /** `CSI number ~`; `CSI number ; m ~` with modifiers. */
  | { readonly kind: 'tilde'; readonly number: number }
  /** Plain bytes, other ones with Ctrl or Shift where terminals tell them apart; Alt puts ESC before them. */
  | { readonly kind: 'plain'; readonly text: string; readonly ctrl?: string; readonly shift?: string };

const cursor = (letter: string): KeyForm => ({ kind: 'cursor', letter });
const ss3 = (letter: string): KeyForm => ({ kind: 'ss3', letter });
const tilde = (number: number): KeyForm => ({ kind: 'tilde', number });

/** By name, as it is shown; names are looked up without regard to case. */
export const NAMED_KEYS: ReadonlyMap<string, KeyForm> = new Map<string, KeyForm>([
  ['Enter', { kind: 'plain', text: '\r' }],
  ['Tab', { kind: 'plain', text: '\t', shift: '\u001b[Z' }],
  ['Escape', { kind: 'plain', text: '\u001b' }],
  ['Backspace', { kind: 'plain', text: '\u007f', ctrl: '\b' }],
  ['Space', { kind: 'plain', text: ' ', ctrl: '\0' }],
  ['Up', cursor('A')],
  ['Down', cursor('B')],
  ['Right', cursor('C')],
  ['Left', cursor('D')],
  ['Home', cursor('H')],
  ['End', cursor('F')],
  ['Insert', tilde(2)],
  ['Delete', tilde(3)],
  ['PageUp', tilde(5)],
  ['PageDown', tilde(6)],
  ['F1', ss3('P')],
  ['F2', ss3('Q')],
  ['F3', ss3('R')],
  ['F4', ss3('S')],
  // the numbers skip 16 and 22, as the function keys of the VT220 did
  ['F5', tilde(15)],
  ['F6', tilde(17)],
  ['F7', tilde(18)],
  ['F8', tilde(19)],
  ['F9', tilde(20)],
  ['F10', tilde(21)],
  ['F11', tilde(23)],
  ['F12', tilde(24)],
]);

/** What Ctrl makes of a character that is no letter. Keys of ASCII that are missing here have no code with Ctrl. */
export const CTRL_CODES: ReadonlyMap<string, number> = new Map([
  [' ', 0x00],
  ['@', 0x00],
  ['`', 0x00],
  ['2', 0x00],
  ['[', 0x1b],
  ['{', 0x1b],
  ['3', 0x1b],
  ['\\', 0x1c],
  ['|', 0x1c],
  ['4', 0x1c],
  [']', 0x1d],
  ['}', 0x1d],
  ['5', 0x1d],
  ['^', 0x1e],
  ['~', 0x1e],
  ['6', 0x1e],
  ['_', 0x1f],
  ['/', 0x1f],
  ['7', 0x1f],
  ['?', 0x7f],
  ['8', 0x7f],
]);

export const MODIFIERS = ['Ctrl', 'Alt', 'Shift'] as const;
export type Modifier = (typeof MODIFIERS)[number];
