import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertCanonicalLines, findLongLine } from '../../../../src/host/pty/canonicalLimit.ts';

const CANONICAL = { canonical: true, echo: true };
const long = (bytes: number): string => 'x'.repeat(bytes);

describe('assertCanonicalLines', () => {
  it.each([
    ['4,095 bytes', long(4_095)],
    ['4,095 bytes and a newline', `${long(4_095)}\n`],
    ['many lines of 4,095 bytes', `${long(4_095)}\n${long(4_095)}\r${long(4_095)}\u0004${long(4_095)}`],
    ['nothing', ''],
    ['newlines alone', '\n'.repeat(10_000)],
  ])('passes %s', (_what, text) => {
    expect(() => assertCanonicalLines(Buffer.from(text), CANONICAL)).not.toThrow();
  });

  it.each([
    ['a first line', long(4_096), 1, 4_096],
    ['a line with its newline', `${long(4_096)}\n`, 1, 4_096],
    ['a middle line', `a\nb\r${long(5_000)}\nc\n`, 3, 5_000],
    ['a last line without an end', `a\n${long(4_097)}`, 2, 4_097],
    ['characters of several bytes', 'é'.repeat(2_048), 1, 4_096],
    ['a newline that Ctrl+V takes into the line', `${long(3_000)}\u0016\n${long(3_000)}`, 1, 6_002],
    ['a Ctrl+V at the very end', `${long(4_095)}\u0016`, 1, 4_096],
  ])('refuses %s', (_what, text, lineNumber, bytes) => {
    expect(() => assertCanonicalLines(Buffer.from(text), CANONICAL)).toThrow(
      expect.objectContaining({
        code: 'CANONICAL_LINE_TOO_LONG',
        message: `line ${lineNumber} has ${bytes} bytes; the program reads at most 4095 a line (canonical mode), so nothing was typed`,
        details: { lineNumber, bytes, maxBytes: 4_095 },
      }),
    );
  });

  it('passes anything when the terminal is raw or its modes are unknown', () => {
    const bytes = Buffer.alloc(10_000, 'x');
    expect(() => assertCanonicalLines(bytes, { canonical: false, echo: false })).not.toThrow();
    expect(() => assertCanonicalLines(bytes, undefined)).not.toThrow();
  });
});

describe('findLongLine', () => {
  it('finds a line exactly when one of the parts between newlines is too long', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab\n\r]{0,60}$/), fc.integer({ min: 0, max: 6 }), (text, maxBytes) => {
        const index = text.split(/[\n\r]/).findIndex((line) => line.length > maxBytes);
        const found = findLongLine(Buffer.from(text), maxBytes);
        expect(found?.lineNumber).toBe(index === -1 ? undefined : index + 1);
      }),
    );
  });
});
