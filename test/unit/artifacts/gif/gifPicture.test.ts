import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gifPicture, MAX_COLOURS, UNCHANGED } from '../../../../src/artifacts/gif/gifPicture.ts';

const OPAQUE = 0xff000000;
const grey = (value: number): number => (OPAQUE | (value * 0x010101)) >>> 0;
const refuse = (): never => {
  throw new Error('no colours were to be chosen');
};

/** What a reader shows after a frame. */
function shown(before: Uint32Array, { index, palette }: ReturnType<typeof gifPicture>): number[] {
  return Array.from(index, (number, at) => {
    const [red = 0, green = 0, blue = 0] = palette[number] ?? [];
    return number === UNCHANGED ? (before[at] ?? 0) : (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

describe('a frame of a GIF', () => {
  it('brings what was shown to what is to be shown, exactly with up to 255 new colours', () => {
    const pixels = fc.array(fc.integer({ min: 0, max: 254 }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(pixels, pixels, (one, other) => {
        const before = Uint32Array.from(one, grey);
        const now = Uint32Array.from(other, grey);
        const was = before.slice();
        const picture = gifPicture(now, before, refuse);
        expect(shown(was, picture)).toEqual([...now]);
        expect([...before]).toEqual([...now]);
        for (const [at, number] of picture.index.entries()) expect(number === UNCHANGED).toBe(was[at] === now[at]);
      }),
    );
  });

  it('has fewer colours than there are, of those that changed, and says so', () => {
    const now = Uint32Array.from({ length: 600 }, (_, at) => (OPAQUE | at) >>> 0);
    const before = now.slice();
    for (let at = 0; at < 400; at += 1) before[at] = 0;
    const asked: number[] = [];
    const picture = gifPicture(now, before, (rgba, max) => {
      asked.push(rgba.length / 4, max);
      return { palette: [[7, 7, 7]], index: new Uint8Array(rgba.length / 4) };
    });
    expect(asked).toEqual([400, MAX_COLOURS]);
    expect(picture.isReduced).toBe(true);
    expect([...picture.index]).toEqual(Array.from({ length: 600 }, (_, at) => (at < 400 ? 1 : UNCHANGED)));
    expect(picture.palette).toEqual([
      [0, 0, 0],
      [7, 7, 7],
    ]);
  });
});
