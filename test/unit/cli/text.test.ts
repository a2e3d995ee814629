import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/cli/durations.ts';
import { escapeLine, escapeLines, showCommand } from '../../../src/cli/escape.ts';
import { editDistance, nearest } from '../../../src/base/nearest.ts';

function read(text: string): number {
  return parseDuration('--timeout', text, { zeroAllowed: true });
}

describe('durations', () => {
  it('mean what their unit says', () => {
    expect(['500', '500ms', '30s', '5m', '1h', '0', '0s', '24h'].map(read)).toEqual([
      500, 500, 30_000, 300_000, 3_600_000, 0, 0, 86_400_000,
    ]);
  });

  it('are shown in the largest unit that fits', () => {
    expect([20, 999.6, 1_500, 2_000, 60_000, 90_000, 3_600_000, 86_400_000].map(formatDuration)).toEqual([
      '20ms',
      '1000ms',
      '1.5s',
      '2s',
      '1m',
      '90s',
      '1h',
      '24h',
    ]);
  });

  it('are shown in a form that reads back to the same, for whole milliseconds under a second and whole seconds', () => {
    const whole = fc.oneof(
      fc.integer({ min: 1, max: 999 }),
      fc.integer({ min: 1, max: 86_400 }).map((seconds) => seconds * 1_000),
    );
    fc.assert(fc.property(whole, (ms) => parseDuration('--x', formatDuration(ms), { zeroAllowed: true }) === ms));
  });
});

describe('escaping', () => {
  it('leaves no control and no bidi control, whatever the text; LF and TAB stay only in lines', () => {
    const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeLines(text)).not.toMatch(unsafe);
        expect(escapeLine(text)).not.toMatch(/[\n\t]/);
      }),
      { numRuns: 500 },
    );
  });

  it('shows what stood there', () => {
    expect(escapeLines('a\u001b[31mb\r\u009b\u202e\n\tc')).toBe('a\\x1b[31mb\\r\\x9b\\u202e\n\tc');
    expect(escapeLine('a\nb\tc')).toBe('a\\nb\\tc');
  });

  it('leaves letters of every script and joined emoji alone', () => {
    const text = 'naïve שלום 日本語 👩‍👧';
    expect(escapeLine(text)).toBe(text);
  });

  it('quotes the words of a command as a shell would want them', () => {
    expect(showCommand(['sh', '-c', "echo 'hi'", '', '\u001b'])).toBe(`sh -c 'echo '\\''hi'\\''' '' '\\x1b'`);
  });
});

describe('the nearest word', () => {
  it('forgives a third of the letters, swaps counting once', () => {
    expect(nearest('snapshoot', ['snapshot', 'send-keys'])).toBe('snapshot');
    expect(nearest('lsit', ['list', 'wait'])).toBe('list');
    expect(nearest('x', ['list', 'wait'])).toBeUndefined();
  });

  it('measures a distance that is symmetric and zero only for equal words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
