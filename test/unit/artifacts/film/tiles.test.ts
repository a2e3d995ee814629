import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TileCanvas } from '../../../../src/artifacts/film/tileCanvas.ts';
import { TilePainter } from '../../../../src/artifacts/film/tilePainter.ts';
import { metricsOf, pictureSize } from '../../../../src/artifacts/paint/metrics.ts';
import { Colours, THEMES } from '../../../../src/artifacts/paint/themes.ts';
import type { ScreenFrame } from '../../../../src/protocol/snapshot.ts';
import { canvasKit, frameOf, Painted, type PaintOptions, type Size } from '../paint/support.ts';

const SIZE: Size = { cols: 24, rows: 4 };

/** Everything that reaches into neighbouring cells, or looks as if it might. */
const SAMPLES = [
  'plain text, ÄÖß',
  '\u001b[1mbold \u001b[3mboth\u001b[0m\u001b[3mitalic fjf\u001b[0m',
  '\u001b[4mone\u001b[4:2mtwo\u001b[4:3mcurl\u001b[4:4mdot\u001b[4:5mdash\u001b[0m',
  '\u001b[9mstruck\u001b[53mover\u001b[0m\u001b[2mfaint\u001b[8mhidden\u001b[0m',
  '┌─┬╔═╗▀▄█░▒▓⣿⠛',
  '漢字かな한글',
  '😀👍🏽🚀❤️',
  'e\u0301n\u0303o\u0308 \u0e19\u0e49',
  '\u001b[7minverse\u001b[0m\u001b[31;48;5;22mcolours\u001b[38;2;1;2;250mtrue\u001b[0m',
  '\u001b]8;;https://a.example\u0007link\u001b]8;;\u0007',
  '\ue0b0\ue0b2\u{f0001}',
  '\u001b[3;5H',
  '漢\u001b[2Dx',
  '\u001b[2J',
  '漢字\u001b[1D',
  '漢字\u001b[2D',
  '\u001b[6 q漢字\u001b[2D',
  '\u001b]11;#102030\u0007\u001b]4;1;#00ff00\u0007',
] as const;

/** What tiles make of `frame`, a number `0xRRGGBB` for each pixel. */
async function tiled(
  frames: readonly ScreenFrame[],
  { scale = 1, theme = 'dark', showCursor = false }: PaintOptions,
): Promise<number[]> {
  const metrics = metricsOf(scale);
  const painter = new TilePainter(await canvasKit(), { metrics, theme: THEMES[theme] });
  const { width, height } = pictureSize(SIZE, metrics);
  const { cellWidth, cellHeight, padding } = metrics;
  const canvas = new TileCanvas({ width, height, cellWidth, cellHeight, padding });
  for (const frame of frames) {
    const isFresh = painter.begin(frame.colours, frame.cols * frame.rows);
    const rows = frame.cells.map(({ cells }, row) => {
      const tiles = painter.rowOf(cells, frame.cols);
      if (showCursor && frame.cursorVisible && frame.cursorRow === row) painter.addCursor(tiles, cells, frame);
      return [row, tiles] as const;
    });
    if (isFresh) canvas.forgetTiles();
    for (const tile of painter.takeFresh()) canvas.addTiles(tile);
    canvas.apply({ isFresh, fill: new Colours(THEMES[theme], frame.colours).background, rows, cols: frame.cols });
  }
  const words = new Uint32Array(canvas.pixels.buffer);
  return Array.from(words, (word) => ((word & 0xff) << 16) | (word & 0xff00) | ((word >> 16) & 0xff));
}

async function painted(frame: ScreenFrame, options: PaintOptions): Promise<number[]> {
  const picture = new Painted(await canvasKit(), SIZE, options);
  picture.painter.paint(frame);
  return picture.all();
}

/** The first pixel that differs, for a message that can be read. */
function difference(one: readonly number[], other: readonly number[]): string | undefined {
  const at = one.findIndex((pixel, place) => pixel !== other[place]);
  return at === -1 && one.length === other.length ? undefined : `pixel ${at}: ${one[at]} and ${other[at]}`;
}

describe('a picture of tiles', () => {
  it.each([{ scale: 1 }, { scale: 2, theme: 'light' }, { scale: 3, showCursor: true }] as const)(
    'is the picture of the painter, pixel for pixel: %j',
    async (options) => {
      const frame = await frameOf(SAMPLES.slice(0, 11).join(' '), { cols: 24, rows: 4 });
      for (const text of SAMPLES) {
        const one = await frameOf(text, SIZE);
        expect(
          difference(await tiled([one], options), await painted(one, options)),
          JSON.stringify(text),
        ).toBeUndefined();
      }
      expect(difference(await tiled([frame], options), await painted(frame, options))).toBeUndefined();
    },
  );

  it('shows blanks for halves of wide characters, as the painter does', async () => {
    const frame = await frameOf('', SIZE);
    const halves = [
      { char: 'a' },
      { char: '漢', width: 2 },
      { char: 'b' },
      { char: '', width: 0 },
      { char: '字', width: 2 },
    ];
    const cells = frame.cells.map((line) => (line.lineNumber === 1 ? { ...line, cells: halves } : line));
    const half = { ...frame, cells };
    expect(difference(await tiled([half], {}), await painted(half, {}))).toBeUndefined();
  });

  it('is so after any other screens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...SAMPLES), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (texts, showCursor) => {
          const frames = await Promise.all(texts.map((parts) => frameOf(parts.join('\r\n'), SIZE)));
          const last = frames.at(-1);
          if (last === undefined) return;
          expect(difference(await tiled(frames, { showCursor }), await painted(last, { showCursor }))).toBeUndefined();
        },
      ),
      { numRuns: 40 },
    );
  });
});
