import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptPaint } from '../../../../src/host/run/promptPaint.ts';
import { splitAt } from '../../../support/splits.ts';

const ON = '\u001b[?2004h';
const OFF = '\u001b[?2004l';
/** What fish writes around its prompt: a title, colours, the prompt, and the way back to where the line begins. */
const BLANK = '\u001b]0;~\u0007\u001b[30m\u001b(B\u001b[m\r';
const PROMPT = '\u001b[92mroot\u001b[m> \u001b[K\r\u001b[6C';

function awaited(...chunks: (string | Buffer)[]): boolean {
  const paint = new PromptPaint();
  for (const chunk of chunks) paint.feed(Buffer.from(chunk));
  return paint.isAwaited;
}

describe('PromptPaint', () => {
  it.each([
    ['nothing has come', '', false],
    ['text came and no editor reads', 'text', false],
    ['the editor reads', `out\n${ON}`, true],
    ['a title and colours came', `${ON}${BLANK}`, true],
    ['part of a title came', `${ON}\u001b]0;~`, true],
    ['the prompt came', `${ON}${BLANK}${PROMPT}`, false],
    ['the prompt came before', `${PROMPT}${ON}`, true],
    ['the editor has its line', `${ON}${BLANK}${OFF}`, false],
    ['the editor has its line and text follows', `${ON}${BLANK}${OFF}text`, false],
    ['it reads again', `${ON}${PROMPT}${OFF}out\n${ON}`, true],
    ['it gave up waiting', `${ON}${BLANK.repeat(300)}`, false],
  ])('when %s', (_, text, isAwaited) => {
    expect(awaited(text)).toBe(isAwaited);
  });

  it('says the same however the bytes are split', () => {
    const part = fc.constantFrom(
      ON,
      OFF,
      BLANK,
      PROMPT,
      '\r\n',
      '\u001b[',
      '\u001b]0;',
      '\u0007',
      'x',
      '\u23ce',
      '?2004h',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 12 }), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        expect(awaited(...splitAt(bytes, cuts))).toBe(awaited(bytes));
      }),
    );
  });
});
