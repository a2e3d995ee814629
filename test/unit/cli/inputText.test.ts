import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readText, type TextSource } from '../../../src/cli/inputText.ts';
import { newDirectory } from './support.ts';

function source(changes: Partial<TextSource>): TextSource {
  return { what: 'text', word: undefined, file: undefined, stdin: () => Readable.from([]), maxBytes: 10, ...changes };
}

/** A character in two chunks. */
function splitInput(): Readable {
  return Readable.from([Buffer.from([0xc3]), Buffer.from([0xa5])]);
}

describe('text for a command', () => {
  it('comes as a word, from a file, or from standard input, characters split over chunks included', async () => {
    const file = path.join(newDirectory(), 'f');
    fs.writeFileSync(file, 'från fil');
    expect(await readText(source({ word: 'word' }))).toBe('word');
    expect(await readText(source({ file }))).toBe('från fil');
    expect(await readText(source({ word: '-', stdin: splitInput }))).toBe('å');
  });

  it('may not be longer than allowed, wherever it comes from', async () => {
    const file = path.join(newDirectory(), 'f');
    fs.writeFileSync(file, 'x'.repeat(11));
    const long = { details: { reason: 'limit' }, code: 'INVALID_INPUT' };
    await expect(readText(source({ word: 'x'.repeat(11) }))).rejects.toMatchObject(long);
    await expect(readText(source({ file }))).rejects.toMatchObject(long);
    await expect(
      readText(source({ word: '-', stdin: () => Readable.from([Buffer.alloc(6), Buffer.alloc(6)]) })),
    ).rejects.toMatchObject(long);
    expect(await readText(source({ word: 'x'.repeat(10) }))).toHaveLength(10);
  });

  it('must be UTF-8', async () => {
    await expect(
      readText(source({ word: '-', stdin: () => Readable.from([Buffer.from([0xff])]) })),
    ).rejects.toMatchObject({
      message: 'standard input is not UTF-8',
    });
  });
});
