import { describe, expect, it } from 'vitest';
import { encodeKeys } from '../../../../src/host/pty/keys.ts';

const NORMAL = { applicationCursorKeys: false };
const APPLICATION = { applicationCursorKeys: true };
const encode = (key: string, modes = NORMAL): string => encodeKeys([key], modes).toString('utf8');

const ENCODINGS: readonly (readonly [string, string])[] = [
  ['a', 'a'],
  ['A', 'A'],
  ['é', 'é'],
  ['漢', '漢'],
  ['😀', '😀'],
  ['+', '+'],
  [' ', ' '],
  ['Shift+a', 'A'],
  ['Shift+A', 'A'],
  ['Shift+é', 'É'],
  ['Ctrl+a', '\u0001'],
  ['Ctrl+C', '\u0003'],
  ['ctrl+c', '\u0003'],
  ['CTRL+Z', '\u001a'],
  ['Ctrl+Shift+a', '\u0001'],
  ['Ctrl+Space', '\0'],
  ['Ctrl+@', '\0'],
  ['Ctrl+[', '\u001b'],
  ['Ctrl+\\', '\u001c'],
  ['Ctrl+]', '\u001d'],
  ['Ctrl+^', '\u001e'],
  ['Ctrl+_', '\u001f'],
  ['Ctrl+/', '\u001f'],
  ['Ctrl+?', '\u007f'],
  ['Ctrl+2', '\0'],
  ['Ctrl+8', '\u007f'],
  ['Alt+x', '\u001bx'],
  ['Alt+X', '\u001bX'],
  ['Alt++', '\u001b+'],
  ['Alt+Ctrl+c', '\u001b\u0003'],
  ['Ctrl+Alt+c', '\u001b\u0003'],
  ['Shift+Alt+f', '\u001bF'],
  ['Enter', '\r'],
  ['ENTER', '\r'],
  ['Alt+Enter', '\u001b\r'],
  ['Ctrl+Enter', '\r'],
  ['Shift+Enter', '\r'],
  ['Tab', '\t'],
  ['Shift+Tab', '\u001b[Z'],
  ['Alt+Shift+Tab', '\u001b\u001b[Z'],
  ['Ctrl+Tab', '\t'],
  ['Escape', '\u001b'],
  ['Alt+Escape', '\u001b\u001b'],
  ['Backspace', '\u007f'],
  ['Ctrl+Backspace', '\b'],
  ['Alt+Backspace', '\u001b\u007f'],
  ['Space', ' '],
  ['Shift+Space', ' '],
  ['Alt+Space', '\u001b '],
  ['Shift+Up', '\u001b[1;2A'],
  ['Alt+Down', '\u001b[1;3B'],
  ['Shift+Alt+Right', '\u001b[1;4C'],
  ['Ctrl+Left', '\u001b[1;5D'],
  ['Ctrl+Shift+Home', '\u001b[1;6H'],
  ['Ctrl+Alt+End', '\u001b[1;7F'],
  ['Ctrl+Alt+Shift+Up', '\u001b[1;8A'],
  ['Insert', '\u001b[2~'],
  ['Delete', '\u001b[3~'],
  ['PageUp', '\u001b[5~'],
  ['pagedown', '\u001b[6~'],
  ['Ctrl+Delete', '\u001b[3;5~'],
  ['Shift+PageUp', '\u001b[5;2~'],
  ['F1', '\u001bOP'],
  ['F2', '\u001bOQ'],
  ['F3', '\u001bOR'],
  ['F4', '\u001bOS'],
  ['Shift+F1', '\u001b[1;2P'],
  ['F5', '\u001b[15~'],
  ['F6', '\u001b[17~'],
  ['F7', '\u001b[18~'],
  ['F8', '\u001b[19~'],
  ['F9', '\u001b[20~'],
  ['F10', '\u001b[21~'],
  ['f11', '\u001b[23~'],
  ['F12', '\u001b[24~'],
  ['Ctrl+F5', '\u001b[15;5~'],
];

describe('encodeKeys', () => {
  it.each(ENCODINGS)('sends %s as %j', (key, text) => {
    expect(encode(key)).toBe(text);
  });

  it.each([
    ['Up', '\u001b[A', '\u001bOA'],
    ['Down', '\u001b[B', '\u001bOB'],
    ['Right', '\u001b[C', '\u001bOC'],
    ['Left', '\u001b[D', '\u001bOD'],
    ['Home', '\u001b[H', '\u001bOH'],
    ['End', '\u001b[F', '\u001bOF'],
    ['Ctrl+Up', '\u001b[1;5A', '\u001b[1;5A'],
    ['PageUp', '\u001b[5~', '\u001b[5~'],
    ['F1', '\u001bOP', '\u001bOP'],
  ])('sends %s as %j, and as %j in application cursor mode', (key, normal, application) => {
    expect([encode(key), encode(key, APPLICATION)]).toEqual([normal, application]);
  });

  it('joins the keys of one call', () => {
    expect(encodeKeys(['l', 's', 'Space', 'é', 'Enter'], NORMAL)).toEqual(Buffer.from('ls é\r'));
  });

  it.each([
    ['Ctrl+Enterr', ['Ctrl+Enter']],
    ['Esc', ['Escape']],
    ['Crtl+c', ['Ctrl+c']],
    ['PgUp', ['PageUp']],
    ['Del', ['Delete']],
    ['Controll', []],
    ['ab', ['Tab']],
    ['', []],
    ['Ctrl+', []],
    ['F13', ['F1', 'F3', 'F10']],
    ['\n', []],
    ['e\u0301', []],
  ])('refuses %j and names keys near to it', (key, near) => {
    expect(() => encodeKeys(['a', key], NORMAL)).toThrow(
      expect.objectContaining({ code: 'INVALID_KEYS', details: { key, index: 1, near } }),
    );
  });

  it('says in its message which key it was and which may be meant', () => {
    expect(() => encodeKeys(['a', 'Ctrl+Enterr'], NORMAL)).toThrow(
      'unknown key "Ctrl+Enterr" (number 2); near: "Ctrl+Enter"',
    );
  });

  it.each([
    ['Ctrl+1', 'terminals have no code for it with Ctrl'],
    ['Ctrl+é', 'terminals have no code for it with Ctrl'],
    ['Shift+1', 'what Shift makes of it depends on the keyboard'],
    ['Shift+ß', 'what Shift makes of it depends on the keyboard'],
  ])('refuses %s, which no terminal can send for sure', (key, why) => {
    expect(() => encodeKeys([key], NORMAL)).toThrow(why);
  });
});
