import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptPaint } from '../../../../src/host/run/promptPaint.ts';
import { splitAt } from '../../../support/splits.ts';

const MARK = `\u001b]29417;${'0a'.repeat(16)};D;12;0\u0007`;
const ON = '\u001b[?2004h';
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
    ['text came and no prompt was told', `text${ON}`, false],
    ['a prompt was told', `out\n${MARK}`, true],
    ['the editor reads', `${MARK}${ON}`, true],
    ['a title and colours came', `${MARK}${ON}${BLANK}`, true],
    ['part of a title came', `${MARK}\u001b]0;~`, true],
    ['the prompt came', `${MARK}${ON}${BLANK}${PROMPT}`, false],
    ['the prompt came before the editor reads', `${MARK}${BLANK}${PROMPT}${ON}`, false],
    ['the prompt came before', `${PROMPT}${MARK}`, true],
    ['the next prompt was told', `${MARK}${PROMPT}out\n${MARK}`, true],
    ['another mark came', `${MARK}${PROMPT}${MARK.replace(';D;', ';O;')}`, false],
    ['it gave up waiting', `${MARK}${BLANK.repeat(300)}`, false],
  ])('when %s', (_, text, isAwaited) => {
    expect(awaited(text)).toBe(isAwaited);
  });

  it('says the same however the bytes are split', () => {
    const part = fc.constantFrom(
      MARK,
      MARK.replace(';D;', ';C;'),
      MARK.slice(0, 20),
      ON,
      BLANK,
      PROMPT,
      '\r\n',
      '\u001b]0;',
      '\u0007',
      'x',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 12 }), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        expect(awaited(...splitAt(bytes, cuts))).toBe(awaited(bytes));
      }),
    );
  });
});
