import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputCapture } from '../../../../src/host/run/outputCapture.ts';
import { splitAt } from '../../../support/splits.ts';

function capture(text: string | Buffer, window: number, cuts: readonly number[] = []): OutputCapture {
  const output = new OutputCapture(window);
  for (const chunk of splitAt(Buffer.from(text), cuts)) output.append(chunk);
  return output;
}

describe('OutputCapture', () => {
  it('gives all of what fits', () => {
    expect(capture('a\r\nb\r\n', 64).result(100)).toEqual({
      output: 'a\nb\n',
      outputBytes: 6,
      outputTruncated: false,
      outputOmittedBytes: 0,
      outputModel: 'lines',
      outputUsesScreen: false,
    });
    expect(capture('', 64).result(0)).toMatchObject({ output: '', outputTruncated: false });
  });

  it('cuts between lines when the text is larger than asked for, and counts what is missing', () => {
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i}\n`).join('');
    expect(capture(lines, 1024).result(30)).toEqual({
      output: 'line 0\nline 1\nline 8\nline 9\n',
      outputBytes: 70,
      outputTruncated: true,
      outputOmittedBytes: 42,
      outputModel: 'lines',
      outputUsesScreen: false,
    });
  });

  it('keeps head and tail of output that is larger than its windows', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${String(i).padStart(3, '0')}\n`).join('');
    const { output, outputBytes, outputTruncated, outputOmittedBytes } = capture(lines, 20, [7, 19, 20, 500]).result(
      1000,
    );
    expect(output).toBe('line 000\nline 001\nline 998\nline 999\n');
    expect([outputBytes, outputTruncated, outputOmittedBytes]).toEqual([9000, true, 9000 - output.length]);
  });

  it('cuts lines that are too long between characters', () => {
    const { output } = capture('é€😀'.repeat(100), 33).result(40);
    expect(output).not.toContain('\ufffd');
    expect(Buffer.byteLength(output)).toBeGreaterThan(30);
  });

  it('forgets what came after a cut', () => {
    const output = capture('command output\nprompt$ ', 1024);
    output.cutTo(15);
    expect(output.result(100)).toMatchObject({ output: 'command output\n', outputBytes: 15 });
    const long = capture('0123456789'.repeat(3), 20);
    long.cutTo(25);
    expect(long.result(100)).toMatchObject({ output: '0123456789012345678901234'.slice(0, 25), outputBytes: 25 });
  });

  it('gives the same for any split, within its bounds, and never half a character', () => {
    const words = fc.constantFrom('a', 'line\n', 'é', '€', '😀', 'long long line ', '\n');
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 80 }).map((list) => list.join('')),
        fc.array(fc.nat(), { maxLength: 10 }),
        fc.integer({ min: 4, max: 60 }),
        fc.nat({ max: 120 }),
        (text, cuts, window, max) => {
          const result = capture(text, window, cuts).result(max);
          expect(result).toEqual(capture(text, window).result(max));
          expect(Buffer.byteLength(result.output)).toBeLessThanOrEqual(Math.max(0, max));
          expect(result.output).not.toContain('\ufffd');
          expect(result.outputBytes).toBe(Buffer.byteLength(text));
          if (!result.outputTruncated) expect(result.output).toBe(text);
          else expect(result.outputOmittedBytes).toBe(Buffer.byteLength(text) - Buffer.byteLength(result.output));
        },
      ),
    );
  });

  it('gives the last bytes, wherever they are kept', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 }), { maxLength: 8 }), fc.nat(20), (pieces, count) => {
        const kept = new OutputCapture(20);
        const all: Buffer[] = pieces.map((piece) => Buffer.from(piece));
        for (const piece of all) kept.append(piece);
        const wanted = Buffer.concat(all);
        expect(kept.last(count)).toEqual(wanted.subarray(Math.max(0, wanted.length - count)));
      }),
    );
  });

  it('knows of the screen being used also where the output was not kept', () => {
    const plain = 'x\n'.repeat(500);
    expect(capture(`${plain}\u001b[2J${plain}`, 100, [1003]).result(100)).toMatchObject({ outputUsesScreen: true });
    expect(capture(`${plain}\u001b[31m${plain}`, 100, [1003]).result(100)).toMatchObject({ outputUsesScreen: false });
  });

  it('gives no part of a sequence as text when one long line is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 400 }),
        fc.nat({ max: 300 }),
        fc.nat({ max: 11 }),
        (window, max, shift) => {
          const line = `${'-'.repeat(shift)}${'\u001b[38;5;196m#\u001b[0m'.repeat(300)}`;
          const { output, outputBytes, outputOmittedBytes } = capture(line, window).result(max);
          expect(output).toMatch(/^[-#]*$/);
          expect(outputBytes).toBe(line.length);
          expect(outputOmittedBytes).toBeLessThan(line.length);
        },
      ),
    );
  });

  it('holds what was printed and no more once it is trimmed, and tells the same', () => {
    for (const length of [0, 5, 999, 1000, 1001, 1500, 2000, 2500]) {
      const text = Array.from({ length }, (_, i) => 'abcdefghi\n'[i % 10]).join('');
      const output = capture(text, 1000);
      const before = output.result(10_000);
      output.trim();
      expect(output.heldBytes).toBe(Math.min(length, 2000));
      expect(output.result(10_000)).toEqual(before);
    }
  });

  it('holds no more than its two windows', () => {
    const output = new OutputCapture(1000);
    for (let i = 0; i < 100; i++) output.append(Buffer.alloc(777, 0x61));
    expect(output.heldBytes).toBeLessThanOrEqual(2000);
    expect(output.totalBytes).toBe(77_700);
  });
});
