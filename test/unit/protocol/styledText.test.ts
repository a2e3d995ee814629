import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputText, outputText } from '../../../src/protocol/outputText.ts';
import { splitAt } from '../../support/splits.ts';

const LOOKS = /\u001b\[[0-9;:]*m/g;

function styled(text: string): string {
  return outputText(Buffer.from(text), { ansi: true });
}

describe('output as text with its looks', () => {
  it.each([
    ['\u001b[31mred\u001b[m plain\n', '\u001b[31mred\u001b[0m plain\n'],
    ['\u001b[1m\u001b[31mboth\u001b[22m red\n', '\u001b[1;31mboth\u001b[0;31m red\u001b[0m\n'],
    ['\u001b[32mone\ntwo\u001b[0m\n', '\u001b[32mone\u001b[0m\n\u001b[32mtwo\u001b[0m\n'],
    ['\u001b[41mfail\rOK\u001b[K\n', '\u001b[41mOK\u001b[0m\n'],
    ['\u001b[31mred\u001b[0m\rb\n', 'b\u001b[31med\u001b[0m\n'],
    ['\u001b[38;5;208mx\u001b[48;2;1;2;3my\n', '\u001b[38;5;208mx\u001b[0;38;5;208;48;2;1;2;3my\u001b[0m\n'],
    ['\u001b[4:3mx\u001b[4:0my\n', '\u001b[4:3mx\u001b[0my\n'],
    ['\u001b[38;5mx\u001b[1;38;2;9;999;1my\n', 'x\u001b[1my\u001b[0m\n'],
    ['\u001b]8;;http://x\u0007link\u001b]8;;\u0007\u001b[?25l\n', 'link\n'],
    ['\u001b[>4;1mplain\n', 'plain\n'],
    ['plain\nlines\n', 'plain\nlines\n'],
  ])('gives %j as %j', (text, expected) => {
    expect(styled(text)).toBe(expected);
  });

  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom(
      '\n',
      '\r\n',
      '\r',
      '\b',
      '\t',
      '漢',
      '\u0301',
      '😀',
      '    ',
      '\u001b[K',
      '\u001b[1K',
      '\u001b[2K',
      '\u001b[3G',
    ),
    fc.constantFrom(
      '\u001b[2C',
      '\u001b[4D',
      '\u001b[31m',
      '\u001b[0m',
      '\u001b[1;44m',
      '\u001b[38;2;1;2;3m',
      '\u001b[',
      '\u001b[7',
    ),
  );
  const input = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join('')));

  it('reads as the plain text does once the looks are gone, each line plain at its ends', () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const text = outputText(bytes, { ansi: true });
        expect(text.replaceAll(LOOKS, '')).toBe(outputText(bytes));
        for (const line of text.split('\n')) expect([undefined, '\u001b[0m']).toContain(line.match(LOOKS)?.at(-1));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is the same for any split of the bytes', () => {
    fc.assert(
      fc.property(input, fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        const model = new OutputText({ ansi: true });
        const parts = splitAt(bytes, cuts).map((part) => model.feed(part));
        expect(parts.join('') + model.end()).toBe(outputText(bytes, { ansi: true }));
      }),
      { numRuns: 2_000 },
    );
  });
});
