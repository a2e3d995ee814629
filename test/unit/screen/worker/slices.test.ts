import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slicer } from '../../../../src/screen/worker/slices.ts';

const SEQUENCE = '\u001b[2J';

describe('the slices of output', () => {
  it('are all of it in order, none empty, however long each took', () => {
    const text = fc.array(fc.constantFrom(SEQUENCE, 'plain', '\u0085', 'x'.repeat(20_000)), { maxLength: 200 });
    const times = fc.array(fc.constantFrom(0, 2, 10), { minLength: 1 });
    fc.assert(
      fc.property(text, times, (parts, tookMs) => {
        const all = Buffer.from(parts.join(''));
        const slicer = new Slicer(80, 24);
        let at = 0;
        for (let turn = 0; at < all.length; turn += 1) {
          const slice = slicer.cut(all.subarray(at));
          expect(slice.length).toBeGreaterThan(0);
          at += slice.length;
          slicer.took(tookMs[turn % tookMs.length] ?? 0);
        }
        expect(at).toBe(all.length);
      }),
    );
  });

  it('hold the fewer sequences the longer they take, and more again when they are quick', () => {
    const slicer = new Slicer(200, 50);
    const bytes = Buffer.from(SEQUENCE.repeat(1_000));
    const count = (): number => slicer.cut(bytes).length / SEQUENCE.length;
    expect(count()).toBe(50);
    for (const expected of [25, 12, 6, 3, 1, 1]) {
      slicer.took(10);
      expect(count()).toBe(expected);
    }
    for (let i = 0; i < 10; i += 1) slicer.took(0.1);
    expect(count()).toBe(50);
  });

  it('hold few sequences of a large screen, also after a change of its size', () => {
    const slicer = new Slicer(80, 24);
    slicer.resize(1_000, 1_000);
    expect(slicer.cut(Buffer.from(SEQUENCE.repeat(9))).length / SEQUENCE.length).toBe(2);
  });
});
