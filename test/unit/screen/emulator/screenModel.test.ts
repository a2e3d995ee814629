import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { screenHash } from '../../../../src/protocol/snapshot.ts';
import type { ScreenState } from '../../../../src/protocol/snapshot.ts';
import { MAX_MARKS_PER_CELL } from '../../../../src/screen/emulator/boundedUnicode.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { matchableText } from '../../../../src/screen/worker/textMatch.ts';
import { splitAt } from '../../../support/splits.ts';

const SIZE = { cols: 10, rows: 3 };

async function screenOf(text: string, size = SIZE): Promise<ScreenState> {
  using model = new ScreenModel(size);
  model.write(Buffer.from(text), 0);
  await model.flush();
  return model.state({ includeScrollback: true });
}

const lines = (state: ScreenState): string[] => state.visibleLines.map((line) => line.text);

describe('ScreenModel', () => {
  it('starts blank, having seen no event', () => {
    using model = new ScreenModel(SIZE);
    expect(model.state({ includeScrollback: false })).toEqual({
      capturedAtSeq: -1,
      ...SIZE,
      cursorRow: 0,
      cursorCol: 0,
      cursorVisible: true,
      isAltScreen: false,
      title: '',
      visibleLines: [
        { row: 0, text: '' },
        { row: 1, text: '' },
        { row: 2, text: '' },
      ],
      screenHash: screenHash(['', '', '']),
    });
  });

  it('shows what was written, right-trimmed, and what scrolled off', async () => {
    const state = await screenOf('one  \r\ntwo\r\nthree\r\nfour');
    expect(lines(state)).toEqual(['two', 'three', 'four']);
    expect(state.scrollbackLines).toEqual([{ row: 0, text: 'one' }]);
    expect(state).toMatchObject({
      capturedAtSeq: 0,
      cursorRow: 2,
      cursorCol: 4,
      screenHash: screenHash(['two', 'three', 'four']),
    });
  });

  it('tells title, alternate screen and hidden cursor', async () => {
    expect(await screenOf('\x1b]0;my title\x07\x1b[?1049h\x1b[?25lx')).toMatchObject({
      title: 'my title',
      isAltScreen: true,
      cursorVisible: false,
    });
    expect(await screenOf('\x1b[?1049h\x1b[?1;25l\x1b[?25h\x1b[?1049l')).toMatchObject({
      isAltScreen: false,
      cursorVisible: true,
    });
    expect(await screenOf('\x1b[?25l\x1bc')).toMatchObject({ cursorVisible: true });
  });

  it('puts the cursor in the last column when it waits to wrap', async () => {
    expect(await screenOf('0123456789')).toMatchObject({ cursorRow: 0, cursorCol: 9 });
  });

  it('counts wide and combining characters as terminals do', async () => {
    expect(await screenOf('漢e\u0301😀x')).toMatchObject({
      cursorCol: 6,
      visibleLines: [{ text: '漢e\u0301😀x' }, {}, {}],
    });
  });

  it('bounds the marks that one cell takes', async () => {
    const state = await screenOf(`a${'\u0301'.repeat(10_000)}`, { cols: 5, rows: 1 });
    expect(state.visibleLines[0]?.text.length).toBeLessThanOrEqual(5 * (MAX_MARKS_PER_CELL + 1));
  });

  it('flows wrapped lines anew on resize', async () => {
    using model = new ScreenModel(SIZE);
    model.write(Buffer.from('0123456789abc\r\n'), 4);
    model.resize(20, 4, 5);
    await model.flush();
    const state = model.state({ includeScrollback: false });
    expect(state).toMatchObject({ cols: 20, rows: 4, capturedAtSeq: 5 });
    expect(lines(state)).toEqual(['0123456789abc', '', '', '']);
  });

  it('counts an event as seen only when its last bytes were parsed', async () => {
    using model = new ScreenModel(SIZE);
    model.write(Buffer.from('a'), 7);
    model.write(Buffer.from('b'));
    await model.flush();
    expect(model.capturedAtSeq).toBe(7);
  });

  it('gives wrapped rows as one line, without the gap that a wide character leaves', () => {
    using model = new ScreenModel(SIZE);
    model.write(Buffer.from('123456789漢z\r\nnext'));
    expect(model.rows().map((row) => row.isWrapped)).toEqual([false, true, false]);
    expect(matchableText(model.rows()).text).toBe('123456789漢z\nnext');
  });

  it('shows the same screen however the bytes are split', async () => {
    const piece = fc.constantFrom(
      'ab',
      '漢',
      '—',
      '\x1b[2;3H',
      '\r\n',
      '\x1b[K',
      '\x1b[2J',
      '\x1b[5b',
      '😀',
      '\x1b[?1049h',
      '\x1b[?1049l',
      '\x1b[31m',
      'x\u0301',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        async (pieces, cuts) => {
          using split = new ScreenModel(SIZE);
          for (const part of splitAt(Buffer.from(pieces.join('')), cuts)) split.write(part);
          split.write(Buffer.alloc(0), 0);
          await split.flush();
          expect(split.state({ includeScrollback: true })).toEqual(await screenOf(pieces.join('')));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each(['\u001b[1J', '\u001b[01;5J', '\u001b[?1J', '\u001b[1\u0000J'])(
    'survives %j behind the last column of the last row, however it is split',
    async (erase) => {
      for (const screen of ['', '\u001b[?1049h']) {
        for (let cut = 0; cut <= erase.length; cut += 1) {
          using model = new ScreenModel({ cols: 12, rows: 5 });
          model.write(Buffer.from(`${screen}above\u001b[5;8Hlast\u001b[5;12Hx${erase.slice(0, cut)}`));
          model.write(Buffer.from(erase.slice(cut)));
          await model.flush();
          expect(model.state({ includeScrollback: false })).toMatchObject({ cursorRow: 4, cursorCol: 11 });
          expect(model.rows().every(({ text }) => text.trim() === '')).toBe(true);
          model.write(Buffer.from('\u001b[Hstill'), 1);
          expect(model.rows()[0]?.text.trim()).toBe('still');
        }
      }
    },
  );

  it('erases up to the cursor and no further where there is more', () => {
    using model = new ScreenModel({ cols: 12, rows: 5 });
    model.write(Buffer.from('above\r\nthe row\u001b[2;4H\u001b[1J'), 1);
    expect(model.rows().map(({ text }) => text.trimEnd())).toEqual(['', '    row', '', '', '']);
  });
});
