import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EchoRegion, removeText, synthesizeEcho } from '../../../../src/host/run/echoRegion.ts';
import { EditorWatch } from '../../../../src/host/run/editorWatch.ts';
import { escapeTokens } from '../../../../src/host/run/escapeTokens.ts';
import { splitAt } from '../../../support/splits.ts';

const BEFORE = " \\builtin eval 'start'; ";
const AFTER = "; \\builtin eval 'end'";

function region(typedBytes = 100): EchoRegion {
  return new EchoRegion({ command: 'ls\n-l', frameParts: [BEFORE, AFTER], typedBytes });
}

describe('synthesizeEcho', () => {
  it('shows the command, the modes and the last colours, and nothing of what was painted', () => {
    const painted = `\u001b[34m${BEFORE}\u001b[0m\r\u001b[Kls\u001b[33m\b\b\u001b]0;title\u0007\u001b=\u001b[?1h\r\n\u001b[?2004l\u001b[>4;1m`;
    expect(synthesizeEcho(Buffer.from(painted), 'ls\n-l').toString()).toBe(
      '\u001b=\u001b[?1h\u001b[?2004l\u001b[>4;1m\u001b[0m\u001b[33mls\r\n-l\r\n',
    );
  });

  it('shows no command where nothing was echoed', () => {
    expect(synthesizeEcho(Buffer.from('\r\n \u001b[?2004l'), 'secret').toString()).toBe('\u001b[?2004l');
    expect(synthesizeEcho(Buffer.alloc(0), 'secret')).toHaveLength(0);
  });
});

describe('EchoRegion', () => {
  it('gives the raw echo and its replacement when the command begins', () => {
    const echo = region();
    expect(echo.push(Buffer.from(`${BEFORE}ls`))).toBe(true);
    expect(echo.push(Buffer.from('\r\n'))).toBe(true);
    const { echo: raw, shown } = echo.take();
    expect([raw.toString(), shown.toString()]).toEqual([`${BEFORE}ls\r\n`, 'ls\r\n-l\r\n']);
  });

  it('tells when it has grown beyond any echo', () => {
    const echo = region(10);
    expect(echo.push(Buffer.alloc(64 * 1024 + 160))).toBe(true);
    expect(echo.push(Buffer.alloc(1))).toBe(false);
  });

  it('gives the same for any split', () => {
    const parts = fc.constantFrom(
      BEFORE,
      AFTER,
      '\r\n',
      '\u001b[31m',
      '\u001b[?2004l',
      'C:\\path 141',
      '\b',
      'ls',
      ' ',
      '\u001b',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (texts, cuts) => {
        const bytes = Buffer.from(texts.join(''));
        const [whole, split, whole2, split2] = [region(), region(), region(), region()];
        for (const each of [whole, whole2]) each.push(bytes);
        for (const chunk of splitAt(bytes, cuts)) {
          split.push(chunk);
          split2.push(chunk);
        }
        expect(split.take()).toEqual(whole.take());
        expect(split2.release()).toEqual(whole2.release());
      }),
    );
  });
});

describe('removeText', () => {
  it('removes whole occurrences, through wraps and colours, and leaves those', () => {
    const painted = `$ ${BEFORE.slice(0, 5)}\r\n\u001b[1m${BEFORE.slice(5)}ls${AFTER}\r\nout`;
    expect(removeText(Buffer.from(painted), [BEFORE, AFTER]).toString()).toBe('$ \r\n\u001b[1mls\r\nout');
  });

  it('removes every occurrence', () => {
    expect(removeText(Buffer.from(`${AFTER}x${AFTER}`), [AFTER]).toString()).toBe('x');
  });

  it('passes every byte of what does not hold the texts whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(removeText(Buffer.from(bytes), [BEFORE, AFTER])).toEqual(Buffer.from(bytes));
      }),
    );
    const almost = `\u001b[31mred\r C:\\path 141 ${BEFORE.slice(0, -2)}\u001b[0m`;
    expect(removeText(Buffer.from(almost), [BEFORE, AFTER]).toString()).toBe(almost);
  });
});

describe('escapeTokens', () => {
  it('covers any bytes without a gap', () => {
    const bytes = fc.array(fc.constantFrom(0x1b, 0x5b, 0x5d, 0x3f, 0x32, 0x68, 0x07, 0x5c, 0x41, 0x0d, 0xe2), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(bytes, (list) => {
        let at = 0;
        for (const token of escapeTokens(Buffer.from(list))) {
          expect(token.start).toBe(at);
          expect(token.end).toBeGreaterThan(at);
          at = token.end;
        }
        expect(at).toBe(list.length);
      }),
    );
  });
});

describe('EditorWatch', () => {
  it('finds the same switches for any split', () => {
    const parts = fc.constantFrom('\u001b[?2004h', '\u001b[?2004l', '\u001b[?2004', '\u001b[?200', 'x', '\u001b', 'h');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 10 }), fc.array(fc.nat(), { maxLength: 20 }), (texts, cuts) => {
        const bytes = Buffer.from(texts.join(''));
        const watch = new EditorWatch();
        let fed = 0;
        const found = splitAt(bytes, cuts).flatMap((chunk) => {
          const switches = watch.feed(chunk).map(({ reading, at }) => ({ reading, at: at + fed }));
          fed += chunk.length;
          return switches;
        });
        const expected = [...bytes.toString().matchAll(/\u001b\[\?2004([hl])/g)];
        expect(found).toEqual(expected.map((match) => ({ reading: match[1] === 'h', at: match.index })));
      }),
    );
  });
});
