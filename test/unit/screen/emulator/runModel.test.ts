import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunModel } from '../../../../src/screen/emulator/runModel.ts';
import { splitAt } from '../../../support/splits.ts';

const SIZE = { cols: 20, rows: 5, cursorRow: 0, cursorCol: 0, ansi: false };

function shown(text: string | Buffer, options: Partial<typeof SIZE> = {}, cuts: readonly number[] = []): string {
  using model = new RunModel({ ...SIZE, ...options });
  for (const chunk of splitAt(Buffer.from(text), cuts)) model.write(chunk, () => true);
  return model.text();
}

describe('what a run leaves on a terminal', () => {
  it.each<[what: string, bytes: string, expected: string]>([
    ['plain lines', 'a\r\nb\r\n', 'a\nb\n'],
    ['no newline at the end', 'a\r\nb', 'a\nb'],
    ['nothing', '', ''],
    ['only blank', ' \r\n \u001b[K', ''],
    ['a progress display that moves up', 'a\r\nb\r\nc\r\n\u001b[2A\u001b[KB\r\n\u001b[KC\r\n', 'a\nB\nC\n'],
    ['clear', 'junk\r\n\u001b[H\u001b[2J\u001b[3Jx\r\n', 'x\n'],
    ['a place that is addressed', '\u001b[3;4Hx', '\n\n   x'],
    ['the alternate screen, left', 'a\r\n\u001b[?1049hfull\u001b[?1049lb\r\n', 'a\nb\n'],
    ['the alternate screen, still there', 'a\r\n\u001b[?1049h\u001b[2;1Hfull', '\nfull'],
    ['a line wider than the terminal', `${'x'.repeat(45)}\r\nend\r\n`, `${'x'.repeat(45)}\nend\n`],
    ['a wide character that did not fit', `${'x'.repeat(19)}漢字\r\n`, `${'x'.repeat(19)}漢字\n`],
    ['a line of just the width', `${'x'.repeat(20)}\r\nend\r\n`, `${'x'.repeat(20)}\nend\n`],
    ['colours', '\u001b[31mred\u001b[0m\r\n', 'red\n'],
  ])('is right for %s', (_what, bytes, expected) => {
    expect(shown(bytes)).toBe(expected);
  });

  it('begins where the command began: blank rows above are not its own, those it writes to are', () => {
    expect(shown('a\r\n\r\nb\r\n', { cursorRow: 2 })).toBe('a\n\nb\n');
    expect(shown('\u001b[1Aabove\r\nb\r\n', { cursorRow: 3 })).toBe('above\nb\n');
    expect(shown('\r\n\r\nb\r\n', { cursorRow: 1 })).toBe('\n\nb\n');
  });

  it('keeps every line of long output, and what was drawn over later', () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}`);
    const text = shown(`${lines.join('\r\n')}\r\n\u001b[1Alast\u001b[K\r\n`, { cursorRow: 3 });
    expect(text).toBe(`${[...lines.slice(0, -1), 'last'].join('\n')}\n`);
  });

  it('forgets long output that was cleared away', () => {
    expect(shown(`${'line\r\n'.repeat(20_000)}\u001b[H\u001b[2J\u001b[3Jx\r\n`)).toBe('x\n');
  });

  it('keeps looks when asked to, each line plain at its ends', () => {
    const bytes =
      '\u001b[H\u001b[1;31mred\u001b[0m \u001b[38;5;208;48;2;1;2;3mx\u001b[m\r\n\u001b[96;4mnext\u001b[m\r\n';
    expect(shown(bytes, { ansi: true })).toBe(
      '\u001b[1;31mred\u001b[0m \u001b[38;5;208;48;2;1;2;3mx\u001b[0m\n\u001b[4;96mnext\u001b[0m\n',
    );
    const spaced = `${'a'.repeat(18)}  ${'b'.repeat(10)}\r\n`;
    expect(shown(spaced, { ansi: true })).toBe(shown(spaced));
  });

  it('stops when it may not go on', () => {
    using model = new RunModel({ ...SIZE, cols: 1_000, rows: 1_000 });
    let slices = 0;
    expect(model.write(Buffer.from('\u001b[1000T'.repeat(10_000)), () => ++slices <= 3)).toBe(false);
    expect(slices).toBe(4);
  });

  it('follows a new size', () => {
    using model = new RunModel(SIZE);
    model.write(Buffer.from('\u001b[5;1Hlow'), () => true);
    model.resize(40, 10);
    model.write(Buffer.from(`\u001b[10;1H${'x'.repeat(40)}`), () => true);
    expect(model.text()).toContain('x'.repeat(40));
  });

  it('is the same for any split of the bytes', () => {
    const piece = fc.constantFrom(
      'text',
      '\r\n',
      '\u001b[2A',
      '\u001b[K',
      '\u001b[3;7H',
      '\u001b[2J',
      '\u001b[?1049h',
      '\u001b[?1049l',
      '漢',
      '\u001b[31m',
      '\u001b[1J',
      'long long long line',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 6 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        for (const ansi of [false, true]) expect(shown(bytes, { ansi }, cuts)).toBe(shown(bytes, { ansi }));
      }),
      { numRuns: 200 },
    );
  });

  it('shows lines as the line model gives them when nothing moves', () => {
    const line = fc
      .string({ unit: fc.constantFrom('a', 'b', ' ', 'x', 'yz'), maxLength: 50 })
      .map((text) => text.trimEnd());
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = [...lines, 'end'].map((one) => `${one}\n`).join('');
        expect(shown(text.replaceAll('\n', '\r\n'))).toBe(text);
      }),
    );
  });
});
