import { describe, expect, it } from 'vitest';
import type { ScreenCell } from '../../../../src/protocol/snapshot.ts';
import { CellsJob } from '../../../../src/screen/worker/cellsJob.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';

async function shown(text: string, size = { cols: 12, rows: 3 }): Promise<ScreenModel> {
  const model = new ScreenModel(size);
  model.write(Buffer.from(text), 0);
  await model.flush();
  return model;
}

async function firstRow(text: string): Promise<readonly ScreenCell[]> {
  using model = await shown(text);
  return model.state({ includeScrollback: false, includeCells: true }).cells?.[0]?.cells ?? [];
}

describe('cells', () => {
  it('are named by row and stand in their columns, blanks at the end left out', async () => {
    using model = await shown('a b\r\n\r\n\u001b[3Cz');
    expect(model.state({ includeScrollback: false, includeCells: true }).cells).toEqual([
      { lineNumber: 0, cells: [{ char: 'a' }, { char: ' ' }, { char: 'b' }] },
      { lineNumber: 1, cells: [] },
      { lineNumber: 2, cells: [{ char: ' ' }, { char: ' ' }, { char: ' ' }, { char: 'z' }] },
    ]);
  });

  it('tell colours: the palette by number, others as #rrggbb', async () => {
    const cells = await firstRow('\u001b[31;48;5;200ma\u001b[38;2;1;2;255;102mb\u001b[0mc');
    expect(cells).toEqual([
      { char: 'a', fg: 'palette:1', bg: 'palette:200' },
      { char: 'b', fg: '#0102ff', bg: 'palette:10' },
      { char: 'c' },
    ]);
  });

  it('tell how a character is drawn', async () => {
    const cells = await firstRow(
      '\u001b[1ma\u001b[0;2mb\u001b[0;3mc\u001b[0;4md\u001b[0;5me\u001b[0;7mf\u001b[0;8mg\u001b[0;9mh\u001b[0;53mi',
    );
    expect(cells).toEqual([
      { char: 'a', bold: true },
      { char: 'b', dim: true },
      { char: 'c', italic: true },
      { char: 'd', underline: true },
      { char: 'e', blink: true },
      { char: 'f', inverse: true },
      { char: 'g', invisible: true },
      { char: 'h', strikethrough: true },
      { char: 'i', overline: true },
    ]);
  });

  it('tell the width of characters that are not one column wide', async () => {
    expect(await firstRow('日e\u0301!')).toEqual([
      { char: '日', width: 2 },
      { char: '', width: 0 },
      { char: 'e\u0301' },
      { char: '!' },
    ]);
  });

  it('keep blanks that are seen, such as a coloured bar', async () => {
    expect(await firstRow('\u001b[44m  \u001b[0m ')).toEqual([
      { char: ' ', bg: 'palette:4' },
      { char: ' ', bg: 'palette:4' },
    ]);
  });

  it('of the scrollback are numbered as its lines', async () => {
    using model = await shown('1\r\n2\r\n3\r\n4\r\n5');
    const state = model.state({ includeScrollback: true, includeCells: true });
    expect(state.scrollbackCells).toEqual([
      { lineNumber: 0, cells: [{ char: '1' }] },
      { lineNumber: 1, cells: [{ char: '2' }] },
    ]);
    expect(state.cells?.map(({ lineNumber }) => lineNumber)).toEqual([0, 1, 2]);
  });

  it('are the same when they are encoded line by line', async () => {
    using model = await shown('\u001b[31m日本\r\n\r\n1\r\n2\r\n3');
    const job = new CellsJob(model, { includeScrollback: true });
    let steps = 0;
    let encoded = job.step();
    for (; encoded === undefined; encoded = job.step()) steps += 1;
    const parse = (parts: readonly Uint8Array[] = []): unknown => JSON.parse(`[${Buffer.concat(parts).toString()}]`);
    const { cells, scrollbackCells } = model.state({ includeScrollback: true, includeCells: true });
    expect([parse(encoded.visible), parse(encoded.scrollback)]).toEqual([cells, scrollbackCells]);
    expect(steps).toBe(5);
  });

  it('that no reply can hold are refused instead of gathered', async () => {
    using model = await shown('\u001b[31;44;1;3;4;9;53mx'.repeat(1_000) + 'x'.repeat(999_000), {
      cols: 1_000,
      rows: 1_000,
    });
    const job = new CellsJob(model, { includeScrollback: false });
    const all = (): void => {
      while (job.step() === undefined);
    };
    expect(all).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }));
  });
});
