import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScreenState } from '../../../../src/protocol/snapshot.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { checkpointOf } from './checkpointOf.ts';

const SIZE = { cols: 12, rows: 5 };

async function after(model: ScreenModel, bytes: Buffer, seq: number): Promise<ScreenState> {
  model.write(bytes, seq);
  await model.flush();
  return model.state({ includeScrollback: true, includeCells: true });
}

/** The screen after all of `before + rest`, and the one that is drawn again from a checkpoint between the two. */
async function bothWays(before: string, rest: string): Promise<[ScreenState, ScreenState] | undefined> {
  using whole = new ScreenModel(SIZE);
  await after(whole, Buffer.from(before), 1);
  const checkpoint = checkpointOf(whole);
  if (checkpoint === undefined) return undefined;
  using drawn = new ScreenModel(whole.size);
  await after(drawn, checkpoint, 1);
  return [await after(whole, Buffer.from(rest), 2), await after(drawn, Buffer.from(rest), 2)];
}

const PIECES = [
  'text', 'a b  ', '\r\n', '\n', '\r', '\u001b[H', '\u001b[2;3H', '\u001b[5;12Hx', '\u001b[9;12H\u4e2d', '\u001b[2J', '\u001b[K',
  'twelve chars', 'a line that is longer than the screen is wide ', '\u4e2d\u6587\u5b57', 'e\u0301', '\ud83d\ude42', '\u001b[2;4r', '\u001b[r',
  '\u001b[?1049h', '\u001b[?1049l', '\u001b[?7l', '\u001b[?7h', '\u001b[4h', '\u001b[4l', '\u001b[?25l', '\u001b[?25h', '\u001b[?6h', '\u001b[?6l',
  '\u001b]2;a title\u0007', '\u001b[31m', '\u001b[L', '\u001b[M', '\u001b[S', '\u001b[T', '\u001bM', '\u001b[A', '\u001b[3X', '\u001b[2P', '\u001b[2@',
  '\u001b[31m', '\u001b[1;44m', '\u001b[m', '\u001b[38;5;200;7m', '\u001b[48;2;1;2;3m', '\u001b[2;3;4;9;53m', '\u001b[27;49m', '\u001b[5;8m',
  '\u001b7', '\u001b8', '\u001b[s', '\u001b[u', '\u001b[1J', '\u001b[?1J', '\u001b[5;12H', '\u001b[J', '\u001b[1K', '\u0301', '\u001b[3b', '\t', '\u001bH', '\u001b[3g',
  '\u001b(0', '\u001b(B', 'lqk', '\u000e', '\u000f', '\u001b[1"q', '\u001b[0"q', '\u001b[?1047h', '\u001b[?1047l', '\u001b[3J', '\u001b[!p', '\u001bc', '\u001b[?45h', '\b', '\u001b[12G',
  '\u001b[4m', '\u001b[4:2m', '\u001b[4:3;58:5:9m', '\u001b[58:2::1:2:3m', '\u001b[24m', '\u001b[59m', '\u001b]8;;a:b\u0007', '\u001b]8;id=x;c:d\u0007', '\u001b]8;;\u0007',
  '\u001b[5 q', '\u001b[0 q', '\u001b]4;1;#010203\u0007', '\u001b]11;#040506\u0007', '\u001b]104\u0007', '\u001b]111\u0007',
]; // prettier-ignore

describe('a checkpoint of a screen', () => {
  it('draws the same screen again, and the same follows from it, whatever came before and after', async () => {
    const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, async (before, rest) => {
        const both = await bothWays(before.join(''), rest.join(''));
        expect(both?.[1]).toEqual(both?.[0]);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps the scrollback, wrapped lines as such', async () => {
    const before = Array.from({ length: 60 }, (_, n) => `${n} ${'x'.repeat(n % 40)}`).join('\r\n');
    const both = await bothWays(before, '\r\nmore');
    expect(both?.[1]).toEqual(both?.[0]);
    expect(both?.[0].scrollbackLines?.length).toBeGreaterThan(60);
  });

  it('is not to be had inside of a sequence or character', () => {
    for (const begun of ['\u001b', '\u001b[3', '\u001b]2;tit', Buffer.from([0xe4, 0xb8])]) {
      using model = new ScreenModel(SIZE);
      model.write(Buffer.from(begun), 1);
      expect(checkpointOf(model)).toBeUndefined();
    }
  });
});
