import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../../src/host/run/refusal.ts';
import { splitAt } from '../../../support/splits.ts';

/** What a Refusal makes of `text` when nothing tells where the editor's own output ends. */
function unheard(command: string, text: string, cuts: readonly number[] = []): string {
  const refusal = new Refusal(command);
  for (const piece of splitAt(Buffer.from(text), cuts)) refusal.push(piece);
  return refusal.take().toString();
}

describe('what a shell says of a line that it does not take', () => {
  it('is what follows the echo, where the editor does not say when it has the line', () => {
    expect(unheard('if; )', "if; )\r\nbash: syntax error\r\nbash: `if; )'\r\n")).toBe(
      "bash: syntax error\r\nbash: `if; )'\r\n",
    );
    // wrapped at the edge, painted in colours, with a paste of a blank
    expect(unheard('echo a b )', 'echo a\u001b[31m b\u001b[m \r\u001b[K)\r\nzsh: parse error\r\n')).toBe(
      'zsh: parse error\r\n',
    );
    // zsh draws the first character twice
    expect(unheard('echo a; )', "e\becho a; )\u001b[?1l\u001b>\r\r\nzsh: parse error near `)'\r\n")).toBe(
      "zsh: parse error near `)'\r\n",
    );
    expect(unheard('é )', 'é )\r\nno\r\n')).toBe('no\r\n');
  });

  it('is nothing where the echo is not found, or nothing follows it', () => {
    expect(unheard('if; )', 'i\u001b[1Dif; )\u001b[5Dif; )\r\n')).toBe('');
    expect(unheard('if; )', 'if; x\r\nno\r\n')).toBe('');
    expect(unheard('if; )', 'if; )')).toBe('');
    expect(unheard('if; )', 'if; )\r\n\r\n')).toBe('');
  });

  it('begins where the editor says so, whatever stood before', () => {
    const refusal = new Refusal('if; )');
    refusal.push(Buffer.from('if; )\r\nnot this\r\n'));
    refusal.begin(Buffer.from('\r\nthis'));
    refusal.push(Buffer.from(' too'));
    expect(refusal.take().toString()).toBe('this too');
  });

  it('is the same however the bytes are cut', () => {
    const text = 'echo \u001b[1m(\u001b[m \r\u001b[K)\r\nbash: no\r\n';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        expect(unheard('echo ()', text, cuts)).toBe('bash: no\r\n');
      }),
    );
  });
});
