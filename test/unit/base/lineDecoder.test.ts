import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder, LineTooLongError } from '../../../src/base/lineDecoder.ts';
import { splitAt } from '../../support/splits.ts';

function decode(chunks: readonly Buffer[]): { lines: string[]; pending: number } {
  const decoder = new LineDecoder(1024);
  const lines = chunks.flatMap((chunk) => [...decoder.feed(chunk)].map((line) => line.toString('latin1')));
  return { lines, pending: decoder.pendingBytes };
}

describe('LineDecoder', () => {
  it('gives the same lines however the bytes are split', () => {
    const lineText = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r', '\0'), maxLength: 60 });
    fc.assert(
      fc.property(lineText, fc.array(fc.nat(80), { maxLength: 6 }), (text, cuts) => {
        const bytes = Buffer.from(text);
        expect(decode(splitAt(bytes, cuts))).toEqual(decode([bytes]));
      }),
    );
  });

  it('keeps what has no LF yet and says how much it is', () => {
    expect(decode([Buffer.from('a\nbc')])).toEqual({ lines: ['a'], pending: 2 });
  });

  it('refuses a line over its bound, whole or in parts', () => {
    expect(() => [...new LineDecoder(3).feed(Buffer.from('abcd\n'))]).toThrow(LineTooLongError);
    const decoder = new LineDecoder(3);
    expect([...decoder.feed(Buffer.from('ab'))]).toEqual([]);
    expect(() => [...decoder.feed(Buffer.from('cd'))]).toThrow(LineTooLongError);
  });
});
