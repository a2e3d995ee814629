import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputText, incompleteUtf8Tail, outputText } from '../../../src/protocol/outputText.ts';
import { splitAt } from '../../support/splits.ts';

const text = (input: string): string => outputText(Buffer.from(input));

describe('outputText', () => {
  it.each([
    ['plain lines as they are, tabs and trailing spaces too', 'a\tb  \nc \n', 'a\tb  \nc \n'],
    ['CRLF as LF', 'a\r\nb\r\n', 'a\nb\n'],
    ['several CR before LF as one line end', 'a\r\r\nb', 'a\nb'],
    ['an unfinished last line without a line end', 'a\nb', 'a\nb'],
    ['text after CR over the old text', 'abcdef\rXY', 'XYcdef'],
    ['a progress bar as its last state', '10%\r50%\r100%\r\n', '100%\n'],
    ['a status wiped with spaces as nothing', 'working...\r          \r\nok\n', '\nok\n'],
    ['backspace as one column to the left', 'abc\b\bX', 'aXc'],
    ['no backspace beyond the start', '\b\ba', 'a'],
    ['erase to the end of line', 'abcdef\r\x1b[2Cx\x1b[K\n', 'abx\n'],
    ['erase to the start of line', 'abcdef\x1b[3D\x1b[1K\n', '    ef\n'],
    ['erase of the whole line, the cursor staying', 'abc\x1b[2Kd\n', '   d\n'],
    ['cursor moves within the line', 'abc\x1b[2Dx\x1b[5Gy\x1b[1Cz', 'axc y z'],
    ['moves without text as nothing', 'ab\x1b[900C\n', 'ab\n'],
    ['moves bounded by the widest terminal', 'a\x1b[999999999Cb\n', `a${' '.repeat(998)}b\n`],
    ['colours as nothing', '\x1b[1;31mred\x1b[0m \x1b[38:2::1:2:3mx\x1b[m', 'red x'],
    ['titles and links as nothing', '\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\', 'ab'],
    ['DCS, APC, PM and SOS strings as nothing', 'a\x1bPq#0;1\x1b\\b\x1b_x\x1b\\c\x1b^é\x1b\\d\x1bXy\x1b\\e', 'abcde'],
    ['charset and other escapes as nothing', '\x1b(0a\x1b)Bb\x1b=c\x1b>', 'abc'],
    ['8-bit controls like their escapes', 'a\u009b1mb\u009d0;t\u009cc\u0085d', 'abc\nd'],
    ['other controls as nothing', '\x07a\0b\x0cc\x7fd\x0ee', 'abcde'],
    ['a line feed inside a sequence as a line feed', '\x1b[1\n;2mx', '\nx'],
    ['a sequence cut off by CAN as nothing', '\x1b[12\x18x', 'x'],
    ['wide characters by their columns', '漢字\b\bX', '漢X'],
    ['half of an overprinted wide character as a blank', '漢字\rX', 'X 字'],
    ['combining marks with their character', 'e\u0301x\rA', 'Ax'],
    ['a tab by its columns', 'a\tb\r123456789', '123456789'],
    ['a tab over text as a move', 'abcdefghij\r\tX', 'abcdefghXj'],
    ['a tab that is overprinted as blanks', 'a\tb\r\x1b[2CX', 'a X     b'],
  ])('shows %s', (_, input, expected) => {
    expect(text(input)).toBe(expected);
  });

  it('replaces what is no UTF-8, once for each ill-formed part', () => {
    expect(outputText(Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x0a, 0xc3, 0xa9]))).toBe('a\ufffd\ufffd\né');
  });

  it('gives the text of completed lines at once and the rest at the end', () => {
    const model = new OutputText();
    expect([
      model.feed(Buffer.from('one\r\ntw')),
      model.feed(Buffer.from('o\r\x1b[31mT')),
      model.feed(Buffer.from('\nthree')),
    ]).toEqual(['one\n', '', 'Two\n']);
    expect(model.end()).toBe('three');
  });

  it('gives a line that grows without end out in parts', () => {
    const model = new OutputText();
    const chunk = Buffer.from(`${'é'.repeat(30_000)}\x1b[m`);
    let given = 0;
    for (let i = 0; i < 100; i += 1) given += model.feed(chunk).length;
    expect(given).toBeGreaterThan(1_000_000);
    expect(given + model.end().length).toBe(3_000_000);
  });

  it('is linear in a line of many megabytes', () => {
    expect(text(`${'x'.repeat(8 * 1024 * 1024)}\n`)).toHaveLength(8 * 1024 * 1024 + 1);
  });

  it.each([
    '\x1b[?1049h',
    '\x1b[?1;47l',
    '\x1b[H',
    '\x1b[3;4f',
    '\x1b[A',
    '\x1b[2B',
    '\x1b[J',
    '\x1b[5d',
    '\x1bM',
    '\x1bc',
    '\x1b8',
    '\x1b[u',
  ])('tells that %j addresses the screen', (sequence) => {
    const model = new OutputText();
    model.feed(Buffer.from(sequence));
    expect(model.usesScreen).toBe(true);
  });

  it.each(['\x1b[1m', '\x1b[K', '\x1b[5G', '\x1b[?25l', '\x1b[?2004h', '\x1b[>1u', '\x1b]0;A\x07', 'AHJ'])(
    'does not take %j for screen addressing',
    (sequence) => {
      const model = new OutputText();
      model.feed(Buffer.from(sequence));
      expect(model.usesScreen).toBe(false);
    },
  );
});

const piece = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '\n',
    '\r\n',
    '\r',
    '\b',
    '\t',
    '\x1b',
    '\x1b[',
    '\x1b]0;t\x07',
    '\x1b[K',
    '\x1b[1K',
    '\x1b[3G',
    '\x1b[2C',
    '\x1b[4D',
    '漢',
    '\x18',
  ),
  fc.constantFrom('\x1b[?1049h', '\x1bP', '\x1b\\', '\u009b', '\u009c', 'plain text\n', '2;3', 'm', '\u0301', '😀'),
);
const bytes = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
);

describe('any split of the bytes', () => {
  it('gives the same text and the same flag', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), (input, cuts) => {
        const whole = new OutputText();
        const split = new OutputText();
        const expected = whole.feed(input) + whole.end();
        const parts = splitAt(input, cuts).map((part) => split.feed(part));
        expect(parts.join('') + split.end()).toBe(expected);
        expect(split.usesScreen).toBe(whole.usesScreen);
      }),
      { numRuns: 1_000 },
    );
  });

  it('decodes to the same text when cut before an incomplete tail', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (input, cut) => {
        const at = input.length === 0 ? 0 : cut % input.length;
        const edge = at - incompleteUtf8Tail(input.subarray(0, at));
        expect(input.toString('utf8', 0, edge) + input.toString('utf8', edge)).toBe(input.toString('utf8'));
      }),
      { numRuns: 1_000 },
    );
  });
});
