import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScreenUse } from '../../../src/protocol/screenUse.ts';
import { splitAt } from '../../support/splits.ts';

function use(text: string | Buffer, cuts: readonly number[] = []): ScreenUse {
  const scanner = new ScreenUse();
  for (const chunk of splitAt(Buffer.from(text), cuts)) scanner.feed(chunk);
  return scanner;
}

describe('whether output uses the screen', () => {
  it.each([
    '\u001b[?1049h',
    '\u001b[?25;1047l',
    '\u001b[2;3H',
    '\u001b[A',
    '\u001b[J',
    '\u001b[1;5r',
    '\u001b7\u001b8',
    '\u001bM',
    '\u009b2J',
  ])('is told by %j, wherever it is cut', (sequence) => {
    for (let cut = 0; cut <= Buffer.byteLength(sequence); cut++)
      expect(use(`plain é text${sequence}`, [Buffer.byteLength('plain é text') + cut]).usesScreen).toBe(true);
  });

  it.each([
    'plain',
    '\u001b[1;31mred\u001b[0m',
    '50%\r\u001b[K100%',
    '\u001b[?25l',
    '\u001b[>1u',
    '\u001b]0;\u009c[2J\u0007',
    '\u001b]8;;http://x/[2J\u0007',
    '\u001bP1;[2J',
    '\u001b\u0018[2J',
    '\u001b[é2J',
    '[2J',
    'é[2J',
    '\u00a0[2J',
  ])('is not told by %j', (text) => {
    expect(use(text).usesScreen).toBe(false);
  });

  it('counts how often the lines above the screen were erased', () => {
    expect(use('\u001b[3J\u001b[2J\u001b[03J\u001bc').scrollbackErasures).toBe(3);
  });

  it('is the same for any split of any bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\u001b',
        '[',
        '?1049',
        'h',
        '2',
        ';',
        'J',
        'm',
        '\u009b',
        '\u009c',
        ']',
        '\u0007',
        'é',
        'P',
        '\u0018',
        '\n',
        'c',
      ),
      fc.constantFrom('\u001b[', '\u001b]', '\u001bP', 'text'),
    );
    const bytes = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), (input, cuts) => {
        const [whole, parts] = [use(input), use(input, cuts)];
        expect([parts.usesScreen, parts.scrollbackErasures]).toEqual([whole.usesScreen, whole.scrollbackErasures]);
      }),
      { numRuns: 1_000 },
    );
  });
});
