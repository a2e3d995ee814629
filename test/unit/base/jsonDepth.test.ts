import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestsDeeper } from '../../../src/base/jsonDepth.ts';

/** The same, by parsing. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the nesting of JSON', () => {
  it('is what a parser finds, whatever stands in its strings', () => {
    const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a', 'é') });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, text, fc.array(tie('value')), fc.dictionary(text, tie('value'))),
    }));
    fc.assert(
      fc.property(value, fc.nat(6), (json, levels) => {
        expect(nestsDeeper(Buffer.from(JSON.stringify(json)), levels)).toBe(depthOf(json) > levels);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is told of text that is no JSON, and of none', () => {
    expect(nestsDeeper(Buffer.from('"[[['), 2)).toBe(false);
    expect(nestsDeeper(Buffer.from('[[['), 2)).toBe(true);
    expect(nestsDeeper(Buffer.from(']]]['), 2)).toBe(false);
    expect(nestsDeeper(Buffer.alloc(0), 0)).toBe(false);
  });
});
