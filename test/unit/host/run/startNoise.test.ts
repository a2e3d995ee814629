import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StartNoise } from '../../../../src/host/run/startNoise.ts';
import { splitAt } from '../../../support/splits.ts';

/** Noise and rest as text, after all of `bytes` in pieces. */
function cut(pieces: readonly Buffer[]): [noise: string, rest: string] {
  const scanner = new StartNoise();
  for (const [index, piece] of pieces.entries()) {
    const found = scanner.push(piece);
    if (found === undefined) continue;
    const rest = Buffer.concat([found.rest, ...pieces.slice(index + 1)]);
    return [found.noise.toString('latin1'), rest.toString('latin1')];
  }
  const { noise, rest } = scanner.release();
  return [noise.toString('latin1'), rest.toString('latin1')];
}

const FISH = '\u001b[?2004l\u001b]0;printf abc /t/hk\u0007\u001b[30m\u001b(B\u001b[m\r';

describe('StartNoise', () => {
  it.each([
    [`${FISH}abc`, FISH, 'abc'],
    [`${FISH}\rabc`, FISH, '\rabc'],
    [`${FISH}\u001b[31mred`, FISH, '\u001b[31mred'],
    ['\rabc', '\r', 'abc'],
    ['abc\r', '', 'abc\r'],
    ['\u001b[?2004l\u001b[mabc\r', '', '\u001b[?2004l\u001b[mabc\r'],
    ['\u001b[?2004l', '\u001b[?2004l', ''],
    [`\u001b]0;${'t'.repeat(9000)}\u0007\rx`, '', `\u001b]0;${'t'.repeat(9000)}\u0007\rx`],
    ['', '', ''],
  ])('cuts %j', (text, noise, rest) => {
    expect(cut([Buffer.from(text, 'latin1')])).toEqual([noise, rest]);
  });

  it('cuts the same however the bytes are split', () => {
    const part = fc.constantFrom(
      '\u001b[?2004l',
      '\u001b]0;t\u0007',
      '\u001b]2;u\u001b\\',
      '\u001b(B',
      '\r',
      'a',
      '\u001b',
      '\u001b[',
      ';',
    );
    const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(60), { maxLength: 6 }), (whole, at) => {
        const bytes = Buffer.from(whole, 'latin1');
        expect(cut(splitAt(bytes, at))).toEqual(cut([bytes]));
      }),
    );
  });
});
