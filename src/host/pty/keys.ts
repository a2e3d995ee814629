import { TtyError, quote } from '../../protocol/errors.ts';
import { CTRL_CODES, MODIFIERS, NAMED_KEYS } from './keyTable.ts';
import type { KeyForm, Modifier } from './keyTable.ts';
import { nearestWords } from '../../base/nearest.ts';

/** The modes of the application that change what a key sends; part of `TerminalOutputModes`. */
export interface KeyModes {
  /** DECCKM: arrows, Home and End are sent as SS3. */
  readonly applicationCursorKeys: boolean;
}

interface Chord {
  readonly name: string;
  readonly modifiers: ReadonlySet<Modifier>;
  /** The key as written, without its modifiers. */
  readonly key: string;
}

const ESC = '\u001b';
const CSI = `${ESC}[`;
const SS3 = `${ESC}O`;
const MODIFIER_PREFIX = /^(ctrl|alt|shift)\+(?=.)/iu;
const MAX_SUGGESTIONS = 3;

const KEYS_BY_LOWER_NAME = new Map([...NAMED_KEYS].map(([name, form]) => [name.toLowerCase(), form]));
const MODIFIERS_BY_LOWER_NAME = new Map(MODIFIERS.map((name) => [name.toLowerCase(), name]));

/**
 * What the terminal sends for `keys`, pressed one after the other: named keys in any case, or one printable character
 * each, with `Ctrl+`, `Alt+` and `Shift+` before it in any order. Encoded as xterm does by default. No name means a key
 * of the number pad, so the keypad mode plays no part.
 *
 * @throws TtyError INVALID_KEYS naming the key, its place, and known ones like it; nothing is encoded then
 */
export function encodeKeys(keys: readonly string[], modes: KeyModes): Buffer {
  return Buffer.from(keys.map((name, index) => encodeChord(parseChord(name), modes, index)).join(''), 'utf8');
}

function parseChord(name: string): Chord {
  const modifiers = new Set<Modifier>();
  let key = name;
  for (let match = MODIFIER_PREFIX.exec(key); match !== null; match = MODIFIER_PREFIX.exec(key)) {
    const modifier = MODIFIERS_BY_LOWER_NAME.get(match[1]?.toLowerCase() ?? '');
    if (modifier !== undefined) modifiers.add(modifier);
    key = key.slice(match[0].length);
  }
  return { name, modifiers, key };
}

function encodeChord(chord: Chord, modes: KeyModes, index: number): string {
  const form = KEYS_BY_LOWER_NAME.get(chord.key.toLowerCase());
  if (form !== undefined) return encodeForm(form, chord.modifiers, modes);
  // one character as a person sees it may be several code points; those are typed with `type`, not pressed
  if ([...chord.key].length === 1 && /^[^\p{C}\p{Z}\p{M}]$|^ $/u.test(chord.key)) return encodeCharacter(chord, index);
  throw unknownKey(chord, index);
}

function encodeForm(form: KeyForm, modifiers: ReadonlySet<Modifier>, modes: KeyModes): string {
  const parameter = modifierParameter(modifiers);
  switch (form.kind) {
    case 'cursor':
      if (parameter > 1) return `${CSI}1;${parameter}${form.letter}`;
      return `${modes.applicationCursorKeys ? SS3 : CSI}${form.letter}`;
    case 'ss3':
      return parameter > 1 ? `${CSI}1;${parameter}${form.letter}` : `${SS3}${form.letter}`;
    case 'tilde':
      return parameter > 1 ? `${CSI}${form.number};${parameter}~` : `${CSI}${form.number}~`;
    case 'plain': {
      const shifted = modifiers.has('Shift') ? form.shift : undefined;
      const controlled = modifiers.has('Ctrl') ? form.ctrl : undefined;
      return `${modifiers.has('Alt') ? ESC : ''}${controlled ?? shifted ?? form.text}`;
    }
  }
}

/** 1 and the sum of Shift 1, Alt 2, Ctrl 4 (ctlseqs.txt, the table of modifier codes). */
function modifierParameter(modifiers: ReadonlySet<Modifier>): number {
  return 1 + (modifiers.has('Shift') ? 1 : 0) + (modifiers.has('Alt') ? 2 : 0) + (modifiers.has('Ctrl') ? 4 : 0);
}

function encodeCharacter(chord: Chord, index: number): string {
  const alt = chord.modifiers.has('Alt') ? ESC : '';
  if (chord.modifiers.has('Ctrl')) {
    const code = controlCode(chord.key);
    if (code === undefined) throw noSuchCode(chord, index, 'terminals have no code for it with Ctrl');
    return alt + String.fromCharCode(code);
  }
  if (!chord.modifiers.has('Shift')) return alt + chord.key;
  const upper = chord.key.toUpperCase();
  const isLetter = upper !== chord.key.toLowerCase() && [...upper].length === 1;
  if (!isLetter) throw noSuchCode(chord, index, 'what Shift makes of it depends on the keyboard; name that character');
  return alt + upper;
}

function controlCode(key: string): number | undefined {
  return /^[a-z]$/iu.test(key) && key.charCodeAt(0) < 0x80
    ? key.toLowerCase().charCodeAt(0) & 0x1f
    : CTRL_CODES.get(key);
}

function noSuchCode(chord: Chord, index: number, why: string): TtyError {
  return new TtyError('INVALID_KEYS', `key ${index + 1}, ${quote(chord.name)}, cannot be sent: ${why}`, {
    details: { key: chord.name, index, near: [] },
  });
}

function unknownKey(chord: Chord, index: number): TtyError {
  const near = suggestions(chord);
  const hint = near.length > 0 ? `; near: ${near.map((name) => quote(name)).join(', ')}` : '';
  return new TtyError('INVALID_KEYS', `unknown key ${quote(chord.name)} (number ${index + 1})${hint}`, {
    details: { key: chord.name, index, near },
    hint: `Keys are printable characters and ${[...NAMED_KEYS.keys()].join(' ')}, with Ctrl+ Alt+ Shift+ before them.`,
  });
}

/** The written chord with each part that is not known replaced by known ones like it. */
function suggestions(chord: Chord): string[] {
  const parts = chord.key.split('+');
  const last = parts.pop() ?? '';
  const prefix = [...chord.modifiers];
  for (const part of parts) {
    const [modifier] = nearestWords(part, MODIFIERS, 1);
    if (modifier === undefined) return [];
    prefix.push(modifier);
  }
  const isCharacter = parts.length > 0 && [...last].length === 1;
  const keys = isCharacter ? [last] : nearestWords(last, [...NAMED_KEYS.keys()], MAX_SUGGESTIONS);
  return keys.map((key) => [...prefix, key].join('+'));
}
