import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonText, PageText } from '../../../../src/artifacts/scan/plainText.ts';
import { splitAt } from '../../../support/splits.ts';

function plain(form: JsonText | PageText, text: string, cuts: readonly number[] = []): string {
  const given = splitAt(Buffer.from(text), cuts).map((chunk) => form.feed(chunk));
  return Buffer.concat([...given, form.flush()]).toString();
}

describe('text as it was written down', () => {
  it.each([
    ['a\\u001b[31mb\\n\\"\\\\\\/', 'a\u001b[31mb\n"\\/'],
    ['\\ud83d\\ude00 \\u00e9', '😀 é'],
    ['\\ud83d alone, \\x, \\u12', '\ufffd alone, \\x, \\u12'],
  ])('in JSON: %s', (written, text) => {
    expect(plain(new JsonText(), written)).toBe(text);
  });

  it.each([
    ['a&amp;b&lt;c&#39;&#x41;&quot;', 'a&b<c\'A"'],
    ['<b class="x">se</b><i>cret</i>', 'secret'],
    ['5 < 6 && 7 &nothing; &#x110000;', '5 < 6 && 7 &nothing; &#x110000;'],
    [`<${'x'.repeat(5_000)}`, `<${'x'.repeat(5_000)}`],
  ])('in a page: %s', (written, text) => {
    expect(plain(new PageText(), written)).toBe(text);
  });

  it('is the same for any split', () => {
    const part = fc.constantFrom(
      '\\u00e9',
      '\\ud83d\\ude00',
      '\\',
      'u',
      '"',
      '&amp;',
      '&',
      '<b>',
      '<',
      '>',
      ';',
      'x',
      'é',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat({ max: 200 })), (parts, cuts) => {
        const text = parts.join('');
        for (const Form of [JsonText, PageText]) {
          expect(plain(new Form(), text, cuts)).toBe(plain(new Form(), text));
        }
      }),
    );
  });
});
