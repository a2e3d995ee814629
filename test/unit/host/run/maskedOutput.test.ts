import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskedOutput } from '../../../../src/host/run/maskedOutput.ts';
import { markIntroducer } from '../../../../src/host/run/marks.ts';
import { redactionOf } from '../../../support/redactions.ts';
import { splitAt } from '../../../support/splits.ts';

const NONCE = '5'.repeat(32);
const mark = `${markIntroducer(NONCE)}D;0;0\u0007`;
const SECRET = 'hunter2-Tr0ub4dor';

/** What comes out of `text`, marks as `<D>`. */
function read(text: string, cuts: readonly number[] = [], values = [SECRET]): string {
  const output = new MaskedOutput(NONCE, redactionOf(values).output);
  const pieces = splitAt(Buffer.from(text), cuts).flatMap((chunk) => output.feed(chunk));
  const shown = pieces.map((piece) => (piece.kind === 'mark' ? '<D>' : piece.bytes.toString()));
  return shown.join('') + output.flush().toString();
}

describe('output between marks', () => {
  it('is masked, and the marks are what they were', () => {
    expect(read(`a ${SECRET}${mark}$ `)).toBe(`a ${'*'.repeat(SECRET.length)}<D>$ `);
    // the digits of a nonce are ours, whatever somebody calls a secret
    expect(read(`x${mark}y`, [], ['55555555'])).toBe('x<D>y');
  });

  it('that may be the beginning of a secret comes before the mark that follows it', () => {
    expect(read(`hunter2${mark}-Tr0ub4dor`)).toBe('hunter2<D>-Tr0ub4dor');
  });

  it('is the same for any split', () => {
    const part = fc.constantFrom(
      mark,
      SECRET,
      'hunt',
      ' ok\r\n',
      '\u001b[1m',
      `${SECRET.slice(0, 9)}\r\n${SECRET.slice(9)}`,
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat({ max: 800 })), (parts, cuts) => {
        const text = parts.join('');
        const whole = read(text);
        expect(read(text, cuts)).toBe(whole);
        expect(whole).not.toContain(SECRET);
        expect(whole.split('<D>')).toHaveLength(text.split(mark).length);
      }),
    );
  });
});
