import { describe, expect, it } from 'vitest';
import { matchableText, regexMatcher, textMatcher } from '../../../src/screen/textMatch.ts';

const row = (text: string, isWrapped = false): { text: string; isWrapped: boolean } => ({ text, isWrapped });

describe('matchableText', () => {
  it('joins wrapped rows to lines and trims them on the right', () => {
    expect(matchableText([row('ab '), row('cd'), row('ef ', true), row('  g  ')])).toBe('ab\ncdef\n  g');
  });

  it('takes a row whose beginning scrolled off as a line', () => {
    expect(matchableText([row('tail', true), row('x')])).toBe('tail\nx');
  });
});

describe('textMatcher', () => {
  it('finds text across a wrap, exactly as written', () => {
    const text = matchableText([row('needle in hay'), row('stack', true)]);
    expect(textMatcher('haystack')(text)).toBe('haystack');
    expect(textMatcher('Haystack')(text)).toBeUndefined();
  });
});

describe('regexMatcher', () => {
  it('gives what matched, with ^ and $ at the edges of lines', () => {
    expect(regexMatcher('^b.$')('ab\nbc\n')).toBe('bc');
    expect(regexMatcher('^c')('ab\nbc')).toBeUndefined();
  });

  it('counts an empty match as one', () => {
    expect(regexMatcher('x*')('')).toBe('');
  });

  it('refuses what is no pattern, with the reason', () => {
    expect(() => regexMatcher('a(')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => regexMatcher('a(')).toThrow('"a(" is no regular expression: Invalid regular expression');
  });

  it('stops a pattern that backtracks without end within its budget', () => {
    const start = process.hrtime.bigint();
    expect(() => regexMatcher('^(a|a)*$X')('a'.repeat(200))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(1_000);
  });

  it('works on after a pattern was stopped', () => {
    expect(() => regexMatcher('^(a|a)*$X')('a'.repeat(200))).toThrow(
      'the pattern "^(a|a)*$X" took more than 100 ms on the screen',
    );
    expect(regexMatcher('b+')('abbb')).toBe('bbb');
  });
});
