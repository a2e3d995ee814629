import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCoverage } from '../../../src/artifacts/fontFile.ts';
import { FONTS } from './paint/support.ts';

const coverageOf = (file: string): ReturnType<typeof readCoverage> =>
  readCoverage(fs.readFileSync(path.join(FONTS, file)));

describe('the characters of a font', () => {
  it('are read from its table, packed or not', () => {
    const mono = coverageOf('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf');
    const rest = coverageOf('@fontsource/unifontex/files/unifontex-latin-400-normal.woff');
    const has = (text: string): unknown[] =>
      [...text].map((char) => [mono, rest].map((one) => one?.(char.codePointAt(0) ?? 0)));
    expect(has('Aя→漢😀\u{20000}\u{10ffff}')).toEqual([
      [true, true],
      [true, true],
      [true, true],
      [false, true],
      [false, true],
      [false, false],
      [false, false],
    ]);
  });

  it('are unknown for what is no font', () => {
    expect(readCoverage(Buffer.from('no font'))).toBeUndefined();
    expect(readCoverage(Buffer.alloc(64))).toBeUndefined();
  });
});
