import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ARMS } from '../../../../src/artifacts/paint/boxTable.ts';
import { paint, type Painted } from './support.ts';

const isInk = (pixel: number | undefined): boolean => pixel !== 0 && pixel !== undefined;
const edge = (cell: number[][], side: 'left' | 'right' | 'top' | 'bottom'): string => {
  const pixels =
    side === 'top' ? cell[0] : side === 'bottom' ? cell.at(-1) : cell.map((row) => row.at(side === 'left' ? 0 : -1));
  return (pixels ?? []).map((pixel) => (isInk(pixel) ? '#' : '.')).join('');
};
/** A line through the middle of `size` pixels as the edge of a cell shows it. */
const EDGES = ['', '#', '##', '#.#'];

async function each(codes: readonly number[], scale: number): Promise<(index: number) => number[][]> {
  const cols = codes.length * 2;
  const painted: Painted = await paint(
    codes.map((code) => `${String.fromCodePoint(code)} `).join(''),
    { cols, rows: 1 },
    { scale },
  );
  return (index) => painted.cell(0, index * 2);
}

describe('box drawing', () => {
  it.each([1, 2, 3, 4])(
    'reaches the edges of its cell with lines that meet those of any neighbour, at scale %i',
    async (scale) => {
      const codes = [...ARMS.keys()];
      const cellOf = await each(codes, scale);
      for (const [index, code] of codes.entries()) {
        const arms = ARMS.get(code);
        const name = String.fromCodePoint(code);
        const cell = cellOf(index);
        const sides = { left: arms?.left, right: arms?.right, top: arms?.up, bottom: arms?.down } as const;
        for (const side of ['left', 'right', 'top', 'bottom'] as const) {
          const seen = edge(cell, side);
          const wanted = (EDGES[sides[side] ?? 0] ?? '').replaceAll(/./g, (one) => one.repeat(scale));
          expect([name, side, seen.replaceAll(/^\.+|\.+$/g, '')]).toEqual([name, side, wanted]);
          // opposite edges agree on where each kind of line is
          if (wanted !== '') expect([name, side, seen]).toEqual([name, side, lineEdge(seen.length, wanted)]);
        }
      }
    },
  );

  it('has the arms that the names of the characters tell', () => {
    // compared with the names in the Unicode Character Database, which Node does not have
    const table = [...ARMS].map(([code, { up, right, down, left }]) => `${code} ${up}${right}${down}${left}`).join();
    expect(createHash('sha256').update(table).digest('hex').slice(0, 16)).toBe('f0b0dd72a9e5eb84');
  });

  it('has no gap within a cell: what goes in on one side comes out on every other', async () => {
    const codes = [...ARMS.keys()];
    const cellOf = await each(codes, 2);
    for (const [index, code] of codes.entries()) {
      const { up = 0, right = 0, down = 0, left = 0 } = ARMS.get(code) ?? {};
      const isDouble = [up, right, down, left].includes(3);
      if (!isDouble)
        expect([String.fromCodePoint(code), partsOf(cellOf(index))]).toEqual([String.fromCodePoint(code), 1]);
    }
  });

  it('makes tables whose lines are whole', async () => {
    for (const table of ['┌┬┐├┼┤└┴┘', '┏┳┓┣╋┫┗┻┛', '╭┬╮├┼┤╰┴╯']) {
      const rows = [0, 3, 6].map((from) => table.slice(from, from + 3));
      const painted = await paint(rows.join('\r\n'), { cols: 3, rows: 3 }, { scale: 2 });
      const whole = [0, 1, 2].flatMap((row) => {
        const cells = [0, 1, 2].map((col) => painted.cell(row, col));
        return (cells[0] ?? []).map((_, y) => cells.flatMap((cell) => cell[y] ?? []));
      });
      expect([table, partsOf(whole)]).toEqual([table, 1]);
    }
  });
});

describe('blocks', () => {
  it('fill the parts of the cell that they are named for', async () => {
    const wanted: readonly (readonly [char: string, pixels: number])[] = [
      ['█', 128],
      ['▀', 64],
      ['▄', 64],
      ['▌', 64],
      ['▐', 64],
      ['▁', 16],
      ['▇', 112],
      ['▏', 16],
      ['▔', 16],
      ['▕', 16],
      ['▘', 32],
      ['▚', 64],
      ['▟', 96],
      ['⠁', 4],
      ['⣿', 32],
      ['\u{1fb00}', 20],
    ];
    const cellOf = await each(
      wanted.map(([char]) => char.codePointAt(0) ?? 0),
      1,
    );
    const seen = wanted.map(([char], index) => [char, cellOf(index).flat().filter(isInk).length]);
    expect(seen).toEqual(wanted);
  });

  it('that belong together make up the whole cell, and none of it twice', async () => {
    for (const pair of ['▀▄', '▌▐', '▘▟', '▝▙', '▖▜', '▗▛', '▚▞', '\u{1fb00}\u{1fb3b}']) {
      const [one = 0, other = 0] = [...pair].map((char) => char.codePointAt(0) ?? 0);
      const cellOf = await each([one, other], 3);
      const [a, b] = [cellOf(0).flat(), cellOf(1).flat()];
      expect([pair, a.every((pixel, at) => isInk(pixel) !== isInk(b[at]))]).toEqual([pair, true]);
    }
  });

  it('shade their ground evenly', async () => {
    const cellOf = await each([0x2591, 0x2592, 0x2593], 1);
    const shades = [0, 1, 2].map((index) => Array.from(new Set(cellOf(index).flat())));
    expect(shades.map((colours) => colours.length)).toEqual([1, 1, 1]);
    // releases of the canvas round a half up or down
    const greys = shades.flat().map((colour) => Math.round(colour / 0x010101));
    expect(shades.flat()).toEqual(greys.map((grey) => grey * 0x010101));
    expect(greys.map((grey) => Math.round(grey / 64))).toEqual([1, 2, 3]);
  });
});

describe('separators of prompts', () => {
  it('cover the whole height at their base and end in a point at the other side', async () => {
    const cellOf = await each([0xe0b0, 0xe0b2], 2);
    const [right, left] = [cellOf(0), cellOf(1)];
    expect(edge(right, 'left')).toBe('#'.repeat(32));
    expect(edge(left, 'right')).toBe('#'.repeat(32));
    expect(edge(right, 'right').replaceAll('.', '').length).toBeLessThanOrEqual(4);
  });
});

/** An edge of `size` pixels with `line` in its middle, a pixel more behind than before it. */
function lineEdge(size: number, line: string): string {
  const before = Math.floor((size - line.length) / 2);
  return '.'.repeat(before) + line + '.'.repeat(size - line.length - before);
}

/** In how many pieces the ink is; corners do not join. */
function partsOf(cell: readonly (readonly number[])[]): number {
  const left = new Set(cell.flatMap((row, y) => row.flatMap((pixel, x) => (isInk(pixel) ? [`${x},${y}`] : []))));
  let parts = 0;
  for (const start of left) {
    parts += 1;
    const open = [start];
    left.delete(start);
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const [x = 0, y = 0] = place.split(',').map(Number);
      for (const next of [`${x + 1},${y}`, `${x - 1},${y}`, `${x},${y + 1}`, `${x},${y - 1}`])
        if (left.delete(next)) open.push(next);
    }
  }
  return parts;
}
