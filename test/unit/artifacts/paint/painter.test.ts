import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PALETTE } from '../../../../src/protocol/palette.ts';
import { canvasKit, frameOf, paint, Painted } from './support.ts';

const SIZE = { cols: 6, rows: 3 };
const WHITE = 0xffffff;
/** One colour for all pixels of a cell; `undefined` when it has more. */
const only = (cell: number[][]): number | undefined => {
  const colours = new Set(cell.flat());
  return colours.size === 1 ? [...colours][0] : undefined;
};
/** In the second row, so that there are cells all around. */
const at = (col: number, text: string): string => `\u001b[2;${col + 1}H${text}`;

describe('what is painted', () => {
  it.each([1, 2, 3])('stands within its cell, which nothing else touches, at scale %i', async (scale) => {
    for (const style of ['', '\u001b[1m', '\u001b[3m', '\u001b[1;3m', '\u001b[4:3;9;53m'])
      for (const char of [
        'g',
        'W',
        '|',
        '@',
        'Å',
        'ŷ',
        'f',
        'j',
        '_',
        'Щ',
        'ώ',
        '→',
        '✓',
        'e\u0301\u0323',
        '\u{1d54f}',
        '╳',
        '\ue0b0',
      ])
        expect([style, char, (await paint(at(2, style + char), SIZE, { scale })).inkedCells()]).toEqual([
          style,
          char,
          ['1,2'],
        ]);
  });

  it('keeps every letter of ASCII within its cell without a clip', async () => {
    for (const scale of [1, 2, 3, 4])
      for (const style of ['', '\u001b[1m']) {
        const chars = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
        const size = { cols: 2 * chars.length + 1, rows: 3 };
        const painted = await paint(`\u001b[2;2H${style}${chars.join(' ')}`, size, { scale });
        const inked = chars.map((_, i) => `1,${2 * i + 1}`);
        expect(painted.inkedCells()).toEqual(inked.toSorted());
      }
  });

  it('covers two cells when it is wide', async () => {
    for (const char of ['漢', '한', 'か', '😀', '🚀', 'Ｗ', '👍'])
      expect([char, (await paint(at(2, char), SIZE)).inkedCells()]).toEqual([char, ['1,2', '1,3']]);
  });

  it('is blank where the screen is', async () => {
    expect((await paint('', SIZE)).inkedCells()).toEqual([]);
    expect((await paint(at(2, '\u001b[8mhidden'), { cols: 9, rows: 3 })).inkedCells()).toEqual([]);
  });

  it('has a box where no font has the character, and tells so', async () => {
    const painted = await paint(`${at(0, '\u{100000}')}x${at(3, '\u{20000}')}`, SIZE);
    expect(painted.inkedCells()).toEqual(['1,0', '1,1', '1,3', '1,4']);
    expect(painted.painter.use.missing).toEqual(['\u{100000}', '\u{20000}']);
  });

  it('names the fonts that were needed', async () => {
    const { use } = (await paint('a\u001b[1mb\u001b[0m漢😀', { cols: 9, rows: 1 })).painter;
    expect(use.fonts).toEqual(['DejaVu Sans Mono', 'DejaVu Sans Mono Bold', 'UnifontEX', 'Noto Emoji']);
  });
});

describe('colours', () => {
  it('read back as they were meant: the palette, all of true colour, behind and in front', async () => {
    const wanted = [...PALETTE, 0x010203, 0xfefdfc, 0x7f8081];
    const parts = wanted.map((rgb, i) =>
      i < PALETTE.length ? `5;${i}` : `2;${rgb >> 16};${(rgb >> 8) & 0xff};${rgb & 0xff}`,
    );
    const behind = await paint(parts.map((part) => `\u001b[48;${part}m `).join(''), { cols: parts.length, rows: 1 });
    const front = await paint(parts.map((part) => `\u001b[38;${part}m█`).join(''), { cols: parts.length, rows: 1 });
    expect(wanted.map((_, col) => only(behind.cell(0, col)))).toEqual(wanted);
    expect(wanted.map((_, col) => only(front.cell(0, col)))).toEqual(wanted);
  });

  it('are swapped, faint and hidden as the program said', async () => {
    const painted = await paint('\u001b[31;42m█\u001b[7m█\u001b[0;2m█\u001b[0;31;42;8m█', SIZE);
    const cells = [0, 1, 2, 3].map((col) => only(painted.cell(0, col)));
    expect(cells).toEqual([PALETTE[1], PALETTE[2], 0x7f7f7f, PALETTE[2]]);
  });

  it('are those of the theme, unless the program changed them', async () => {
    for (const [theme, ground] of [
      ['dark', 0],
      ['light', 0xffffff],
      ['solarized-dark', 0x002b36],
      ['solarized-light', 0xfdf6e3],
    ] as const)
      expect([theme, only((await paint('', SIZE, { theme })).cell(0, 0))]).toEqual([theme, ground]);
    const changed = '\u001b]11;#102030\u0007\u001b]10;#405060\u0007\u001b]4;1;#708090\u0007█\u001b[31m█';
    const painted = await paint(changed, SIZE, { theme: 'light' });
    expect([0, 1, 2].map((col) => only(painted.cell(0, col)))).toEqual([0x405060, 0x708090, 0x102030]);
    expect(painted.all()[0]).toBe(0x102030);
  });
});

describe('lines below the text', () => {
  const rowsOf = async (sgr: string): Promise<string[]> => {
    const painted = await paint(`\u001b[${sgr}m  `, SIZE);
    return painted
      .cell(0, 0)
      .flatMap((row, y) =>
        row.some((p) => p !== 0) ? [`${y} ${row.map((p) => (p === 0 ? '.' : '#')).join('')}`] : [],
      );
  };

  it('have their style', async () => {
    expect(await rowsOf('4')).toEqual(['14 ########']);
    expect(await rowsOf('4:2')).toEqual(['13 ########', '15 ########']);
    expect(await rowsOf('4:4')).toEqual(['14 #.#.#.#.']);
    expect(await rowsOf('4:5')).toEqual(['14 ###.###.']);
    expect(await rowsOf('9')).toEqual(['9 ########']);
    expect(await rowsOf('53')).toEqual(['0 ########']);
    const wave = await rowsOf('4:3');
    expect(wave.map((row) => row.split(' ')[0])).toEqual(['13', '14', '15']);
  });

  it('have a colour of their own, and mark links', async () => {
    const coloured = await paint('\u001b[4;58:2::1:2:3m \u001b[4:2;58:5:9m ', SIZE);
    expect(coloured.cell(0, 0)[14]?.[0]).toBe(0x010203);
    expect(coloured.cell(0, 1)[13]?.[0]).toBe(PALETTE[9]);
    const link = await paint('\u001b]8;;https://a.example\u0007 \u001b]8;;\u0007 ', SIZE);
    expect(link.inkedCells()).toEqual(['0,0']);
  });

  it('go on from cell to cell', async () => {
    for (const style of ['4', '4:2', '4:3', '9', '53']) {
      const painted = await paint(`\u001b[${style}m  `, SIZE, { scale: 2 });
      const [left, right] = [painted.cell(0, 0), painted.cell(0, 1)];
      const edge = left.map((row, y) => [row.at(-1) !== 0, right[y]?.[0] !== 0]);
      expect([style, edge.some(([ends, begins]) => ends === true && begins === true)]).toEqual([style, true]);
    }
  });
});

describe('the cursor', () => {
  it('is drawn when it is asked for and shown: a block, a bar or a line', async () => {
    const shape = async (text: string, showCursor = true): Promise<(number | undefined)[]> => {
      const cell = (await paint(text, SIZE, { showCursor })).cell(0, 0);
      return [cell[0]?.[0], cell[0]?.[7], cell[15]?.[7]];
    };
    expect(await shape('')).toEqual([WHITE, WHITE, WHITE]);
    expect(await shape('\u001b[6 q')).toEqual([WHITE, 0, 0]);
    expect(await shape('\u001b[4 q')).toEqual([0, 0, WHITE]);
    expect(await shape('', false)).toEqual([0, 0, 0]);
    expect(await shape('\u001b[?25l')).toEqual([0, 0, 0]);
    expect(await shape('\u001b]12;#010203\u0007')).toEqual([0x010203, 0x010203, 0x010203]);
  });

  it('leaves the character readable, and covers a wide one as a whole', async () => {
    const painted = await paint('漢\u001b[1;2H', SIZE, { showCursor: true });
    for (const col of [0, 1]) {
      const pixels = new Set(painted.cell(0, col).flat());
      expect(pixels.has(WHITE) && pixels.has(0)).toBe(true);
    }
  });
});

describe('a picture', () => {
  /** What changes a screen in many ways, in any order. */
  const piece = fc.constantFrom(
    'x',
    'Wg',
    '漢',
    '😀',
    '\r\n',
    '\u001b[31m',
    '\u001b[7m',
    '\u001b[0m',
    '\u001b[2;3H',
    '\u001b[H',
    '\u001b[J',
    '─┼',
    '\u001b[4:3m',
    '\u001b[2L',
    '\u001b[5 q',
    '\u001b]11;#222222\u0007',
  );
  const program = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

  it('is the same when only the rows that changed are drawn', async () => {
    const canvas = await canvasKit();
    await fc.assert(
      fc.asyncProperty(program, program, async (first, then) => {
        const [before, after] = [await frameOf(first, SIZE), await frameOf(first + then, SIZE)];
        const [changed, whole] = [0, 1].map(() => new Painted(canvas, SIZE, { showCursor: true }));
        changed?.painter.paint(before);
        const rows = changed?.painter.paint(after, before) ?? [];
        whole?.painter.paint(after);
        expect(changed?.all()).toEqual(whole?.all());
        const isSame = (row: number): boolean => JSON.stringify(before.cells[row]) === JSON.stringify(after.cells[row]);
        const cursors = new Set([before.cursorRow, after.cursorRow]);
        if (JSON.stringify(before.colours) === JSON.stringify(after.colours))
          for (const row of rows) expect(!isSame(row) || cursors.has(row)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('that did not change is not drawn at all', async () => {
    const frame = await frameOf('one\r\ntwo', SIZE);
    const painted = new Painted(await canvasKit(), SIZE);
    expect(painted.painter.paint(frame)).toEqual([0, 1, 2]);
    expect(painted.painter.paint(await frameOf('one\r\ntwo', SIZE), frame)).toEqual([]);
    expect(painted.painter.paint(await frameOf('one\r\ntwO', SIZE), frame)).toEqual([1]);
  });
});
