import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MatchableText,
  matchableText,
  LookInterrupted,
  regexMatcher,
  textMatcher,
} from '../../../../src/screen/worker/textMatch.ts';

const row = (text: string, isWrapped = false): { text: string; isWrapped: boolean } => ({ text, isWrapped });

const plain = (text: string): MatchableText => matchableText(text.split('\n').map((line) => row(line)));

describe('matchableText', () => {
  it('joins wrapped rows to lines and trims them on the right', () => {
    expect(matchableText([row('ab '), row('cd'), row('ef ', true), row('  g  ')]).text).toBe('ab\ncdef\n  g');
  });

  it('takes a row whose beginning scrolled off as a line', () => {
    expect(matchableText([row('tail', true), row('x')]).text).toBe('tail\nx');
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
  /** The processor time, on a system that does not tell it. */
  const unknown = (): undefined => undefined;

  it('gives what matched, with ^ and $ at the edges of lines', () => {
    expect(regexMatcher('^b.$')(plain('ab\nbc\n'))).toBe('bc');
    expect(regexMatcher('^c')(plain('ab\nbc'))).toBeUndefined();
  });

  it('counts an empty match as one', () => {
    expect(regexMatcher('x*')(plain(''))).toBe('');
  });

  it('refuses what is no pattern, with the reason', () => {
    expect(() => regexMatcher('a(')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => regexMatcher('a(')).toThrow('"a(" is no regular expression: Invalid regular expression');
  });

  it('stops a pattern that backtracks without end within its budget', () => {
    const start = process.hrtime.bigint();
    expect(() => regexMatcher('^(a|a)*$X', unknown)(plain('a'.repeat(200)))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(1_000);
  });

  it('does not take a pattern for endless that had no processor, until it has had it', () => {
    const endless = '^(a|a)*$X';
    const screen = plain('a'.repeat(200));
    let cpuMs = 0;
    const match = regexMatcher(endless, () => (cpuMs += 15));
    for (let look = 0; look < 5; look += 1) expect(() => match(screen)).toThrow(LookInterrupted);
    expect(() => match(screen)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('forgets what it was interrupted for once it has ended', () => {
    let cpuMs = 0;
    const match = regexMatcher('^(a|a)*$X', () => (cpuMs += 70));
    expect(() => match(plain('a'.repeat(200)))).toThrow(LookInterrupted);
    expect(match(plain('b'))).toBeUndefined();
    expect(() => match(plain('a'.repeat(200)))).toThrow(LookInterrupted);
  });

  it('counts all the time where the processor time is unknown', () => {
    expect(() => regexMatcher('^(a|a)*$X', unknown)(plain('a'.repeat(200)))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });

  it('works on after a pattern was stopped', () => {
    expect(() => regexMatcher('^(a|a)*$X', unknown)(plain('a'.repeat(200)))).toThrow(
      'the pattern "^(a|a)*$X" took more than 100 ms on the screen',
    );
    expect(regexMatcher('b+')(plain('abbb'))).toBe('bbb');
  });
});

describe('a match among rows that count', () => {
  const screen = matchableText([row('old stop'), row('long begin'), row('ning', true), row(''), row('stop')]);

  it('is none when all of it stands in other rows', () => {
    for (const match of [textMatcher('stop'), regexMatcher('st.p')]) {
      expect([match(screen), match(screen, new Set([1, 2])), match(screen, new Set())]).toEqual([
        'stop',
        undefined,
        undefined,
      ]);
      expect(match(screen, new Set([4]))).toBe('stop');
    }
  });

  it('needs no more than one character in one of them', () => {
    for (const match of [textMatcher('beginning'), regexMatcher('b\\w+')]) {
      expect([match(screen, new Set([1])), match(screen, new Set([2]))]).toEqual(['beginning', 'beginning']);
      expect(match(screen, new Set([0, 4]))).toBeUndefined();
    }
    expect(textMatcher('ning\n\nstop')(screen, new Set([4]))).toBe('ning\n\nstop');
  });

  it('may be empty, in the row where it stands', () => {
    expect(regexMatcher('(?=long)')(screen, new Set([1]))).toBe('');
    expect(regexMatcher('(?=long)')(screen, new Set([2]))).toBeUndefined();
  });

  it('is none in a row without a character, in the middle of a line', () => {
    const rows = [row('a'), row('', true), row('b', true)];
    for (const match of [textMatcher('ab'), regexMatcher('ab')])
      expect([0, 1, 2].map((at) => match(matchableText(rows), new Set([at])))).toEqual(['ab', undefined, 'ab']);
  });

  it('is found by text and by pattern alike, wherever rows are cut', () => {
    const line = fc.record({ text: fc.stringMatching(/^[ab ]{0,4}$/), isWrapped: fc.boolean() });
    const pick = fc.uniqueArray(fc.nat(7));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.stringMatching(/^[ab ]{1,3}$/), pick, (rows, wanted, picked) => {
        const made = matchableText(rows);
        const { text, rowStarts } = made;
        const counts = new Set(picked);
        const touches = (from: number): boolean =>
          rowStarts.some((start, at) => {
            const end = rowStarts[at + 1] ?? text.length + 1;
            return counts.has(at) && start < end && start < from + wanted.length && end > from;
          });
        const starts = Array.from({ length: text.length }, (_, from) => from);
        const some = starts.some((from) => text.startsWith(wanted, from) && touches(from));
        expect(textMatcher(wanted)(made, counts) === wanted).toBe(some);
        expect(textMatcher(wanted)(made) === regexMatcher(wanted)(made)).toBe(true);
      }),
    );
  });
});
