import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutMiddle } from '../../../src/protocol/textCut.ts';

describe('cutting a text in the middle', () => {
  const piece = fc.constantFrom(
    'a',
    'é',
    '€',
    '😀',
    '\n',
    'words and words',
    '\u001b[31m',
    '\u001b[0m',
    '\u001b[38;5;100m',
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('gives head, what is counted, and tail: together the whole, whole characters and sequences, within the bound', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 200 }), (whole, max) => {
        const bytes = Buffer.from(whole);
        const { head, tail, omittedBytes } = cutMiddle(bytes, max);
        const [headBytes, tailBytes] = [Buffer.byteLength(head), Buffer.byteLength(tail)];
        if (bytes.length > max) expect(headBytes + tailBytes).toBeLessThanOrEqual(max);
        expect(headBytes + omittedBytes + tailBytes).toBe(bytes.length);
        expect(bytes.toString('utf8', 0, headBytes)).toBe(head);
        expect(bytes.toString('utf8', bytes.length - tailBytes)).toBe(tail);
        // what is left of a sequence when it is taken out whole holds no part of one
        for (const part of [head, tail])
          expect(part.replaceAll(/\u001b\[[0-9;]*m/g, '')).not.toMatch(/\u001b|\[|[0-9]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('cuts between lines where there are lines', () => {
    const { head, tail, omittedBytes } = cutMiddle(Buffer.from('one\ntwo\nthree\nfour\n'), 12);
    expect({ head, tail, omittedBytes }).toEqual({ head: 'one\n', tail: 'four\n', omittedBytes: 10 });
  });
});
