/** The fonts of the package. Only these are used, never those of the system: a picture looks the same on every machine. */
import fs from 'node:fs';
import path from 'node:path';
import { quote, TtyError } from '../protocol/errors.ts';
import { readCoverage } from './fontFile.ts';
import type { Face, FaceList, Fitting } from './paint/faces.ts';

/** DejaVu Sans Mono is 1233 of 2048 units wide; a cell has 8 pixels at scale 1. The baseline lets the longest descender in. */
const MONO: Fitting = { kind: 'grid', em: (8 * 2048) / 1233, baseline: 12.4, isRoomy: true };
const SLANTED: Fitting = { ...MONO, isRoomy: false };
/** Drawn on a grid of 16 dots, 8 to the cell, 2 of them below the baseline. */
const UNIFONT: Fitting = { kind: 'grid', em: 16, baseline: 14 };
const EMOJI: Fitting = { kind: 'fit', em: 12.5 };

/** Places below the directory of fonts, which are those of the packages that they come from. */
const FILES = {
  regular: ['DejaVu Sans Mono', 'dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf', MONO],
  bold: ['DejaVu Sans Mono Bold', 'dejavu-fonts-ttf/ttf/DejaVuSansMono-Bold.ttf', MONO],
  italic: ['DejaVu Sans Mono Oblique', 'dejavu-fonts-ttf/ttf/DejaVuSansMono-Oblique.ttf', SLANTED],
  boldItalic: ['DejaVu Sans Mono Bold Oblique', 'dejavu-fonts-ttf/ttf/DejaVuSansMono-BoldOblique.ttf', SLANTED],
  emoji: ['Noto Emoji', '@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf', EMOJI],
  rest: ['UnifontEX', '@fontsource/unifontex/files/unifontex-latin-400-normal.woff', UNIFONT],
} as const satisfies Record<string, readonly [name: string, file: string, fitting: Fitting]>;

/** What makes a font known to a canvas under a family name; says whether that worked. */
export type RegisterFont = (file: string, family: string) => boolean;

/** The fonts below `directory`. Each file is read when it is first asked for. */
export function bundledFaces(directory: string, register: RegisterFont): FaceList {
  const face = (key: keyof typeof FILES): Face => new FileFace(directory, FILES[key], register);
  return {
    regular: face('regular'),
    bold: face('bold'),
    italic: face('italic'),
    boldItalic: face('boldItalic'),
    emoji: face('emoji'),
    fallbacks: [face('rest')],
  };
}

class FileFace implements Face {
  readonly name: string;
  readonly fitting: Fitting;
  readonly #file: string;
  readonly #register: RegisterFont;
  #coverage: ((code: number) => boolean) | undefined;
  #isRegistered = false;

  constructor(
    directory: string,
    [name, file, fitting]: readonly [name: string, file: string, fitting: Fitting],
    register: RegisterFont,
  ) {
    this.name = name;
    this.fitting = fitting;
    this.#file = path.join(directory, file);
    this.#register = register;
  }

  /** Throws `EXPORT_ERROR` when the file is not there, or no font. */
  covers(code: number): boolean {
    this.#coverage ??= this.#read();
    return this.#coverage(code);
  }

  family(): string {
    const family = `agent-tty ${this.name}`;
    if (!this.#isRegistered && !this.#register(this.#file, family)) throw broken(this.#file, 'the canvas refuses it');
    this.#isRegistered = true;
    return family;
  }

  #read(): (code: number) => boolean {
    let bytes: Buffer;
    try {
      bytes = fs.readFileSync(this.#file);
    } catch (cause) {
      throw broken(this.#file, cause instanceof Error ? cause.message : String(cause), cause);
    }
    const coverage = readCoverage(bytes);
    if (coverage === undefined) throw broken(this.#file, 'it has no table of characters');
    return coverage;
  }
}

function broken(file: string, why: string, cause?: unknown): TtyError {
  return new TtyError('EXPORT_ERROR', `cannot use the font ${quote(file)}: ${why}`, {
    details: { path: file, reason: 'font' },
    hint: 'install agent-tty again; its fonts are part of the package',
    cause,
  });
}
