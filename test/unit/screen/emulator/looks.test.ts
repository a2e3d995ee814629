import { describe, expect, it } from 'vitest';
import type { ScreenCell, ScreenState } from '../../../../src/protocol/snapshot.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { checkpointOf } from './checkpointOf.ts';

async function shown(text: string, size = { cols: 12, rows: 3 }): Promise<ScreenModel> {
  const model = new ScreenModel(size);
  model.write(Buffer.from(text), 0);
  await model.flush();
  return model;
}

const stateOf = (model: ScreenModel): ScreenState => model.state({ includeScrollback: true, includeCells: true });

async function firstRow(text: string): Promise<readonly ScreenCell[]> {
  using model = await shown(text);
  return stateOf(model).cells?.[0]?.cells ?? [];
}

/** Everything that changes how a screen looks, on both screens, the pen of what comes next too. */
const LOOKS = [
  '\u001b[4mone\u001b[4:2mtwo\u001b[4:3;58:2::1:2:3mred\r\n\u001b[4:4;58:5:9mdots\u001b[0m \u001b[4:5;59mdash',
  '\u001b[0m\r\n\u001b]8;;https://a.example/\u0007link \u001b[1mbold\u001b]8;;\u0007 none',
  '\u001b]4;1;#010203;200;rgb:ff/00/00\u0007\u001b]10;#111111\u0007\u001b]11;#222222\u0007\u001b]12;#333333\u0007',
].join('');

describe('a screen', () => {
  it('tells how cells are underlined, and in which colour', async () => {
    expect(
      await firstRow('\u001b[4ma\u001b[4:2mb\u001b[4:3;58:2::1:2:255mc\u001b[4:4;58;5;9md\u001b[59me\u001b[24mf'),
    ).toEqual([
      { char: 'a', underline: true },
      { char: 'b', underline: true, underlineStyle: 'double' },
      { char: 'c', underline: true, underlineStyle: 'curly', underlineColor: '#0102ff' },
      { char: 'd', underline: true, underlineStyle: 'dotted', underlineColor: 'palette:9' },
      { char: 'e', underline: true, underlineStyle: 'dotted' },
      { char: 'f' },
    ]);
  });

  it('tells which cells belong to a link, underlined or not', async () => {
    const link = 'https://a.example/?q=1;2';
    expect(await firstRow(`a\u001b]8;id=x;${link}\u0007b\u001b[4:2mc\u001b[0md\u001b]8;;\u0007e`)).toEqual([
      { char: 'a' },
      { char: 'b', link },
      { char: 'c', underline: true, underlineStyle: 'double', link },
      { char: 'd', link },
      { char: 'e' },
    ]);
  });

  it('takes a link that is no URI, or too long, for the end of the one before', async () => {
    const after = async (target: string): Promise<boolean> => {
      const cells = await firstRow(`\u001b]8;;https://a.example\u0007a\u001b]8;;${target}\u0007b`);
      return cells[1]?.link !== undefined;
    };
    expect(await after('https://b.example')).toBe(true);
    expect(await after('https://ü.example')).toBe(false);
    expect(await after('https://a.example/ b')).toBe(false);
    expect(await after(`https://a.example/${'x'.repeat(2_100)}`)).toBe(false);
  });

  it('keeps the newest 4,096 links', async () => {
    const links = Array.from({ length: 4_097 }, (_, i) => `\u001b]8;;x:${i}\u0007.`).join('');
    using model = await shown(`\u001b]8;;x:0\u0007a\u001b[2;1H${links}`, { cols: 1000, rows: 9 });
    const rows = stateOf(model).cells ?? [];
    expect(rows[0]?.cells[0]).toEqual({ char: 'a' });
    expect(rows[1]?.cells[1]).toEqual({ char: '.', link: 'x:1' });
    expect(rows[5]?.cells[96]).toEqual({ char: '.', link: 'x:4096' });
  });

  it('tells the shape of the cursor and the colours that the program changed', async () => {
    using plain = await shown('');
    expect(stateOf(plain)).not.toHaveProperty('cursorStyle');
    expect(stateOf(plain)).not.toHaveProperty('colours');
    using model = await shown(`${LOOKS}\u001b[6 q`);
    expect(stateOf(model)).toMatchObject({
      cursorStyle: 'bar',
      colours: {
        foreground: '#111111',
        background: '#222222',
        cursor: '#333333',
        palette: { 1: '#010203', 200: '#ff0000' },
      },
    });
    model.write(Buffer.from('\u001b[0 q\u001b]104\u0007\u001b]110\u0007\u001b]111\u0007\u001b]112\u0007'), 1);
    expect(stateOf(model)).not.toHaveProperty('cursorStyle');
    expect(stateOf(model)).not.toHaveProperty('colours');
  });

  it('is not drawn again while a line or a link is hidden that would come back', async () => {
    for (const hidden of ['\u001b]8;;a:b\u0007\u001b8', '\u001b[4:3m\u001b8', '\u001b]8;;a:b\u0007\u001b7']) {
      using model = await shown(hidden);
      expect([hidden, checkpointOf(model)]).toEqual([hidden, undefined]);
      model.write(Buffer.from('\u001b]8;;\u0007\u001b[0m\u001b[H\u001b7'), 1);
      expect(checkpointOf(model)).toBeDefined();
    }
  });

  it.each(['', '\u001b[1 q', '\u001b[2 q', '\u001b[3 q', '\u001b[4 q', '\u001b[5 q', '\u001b[6 q'])(
    'that is drawn again looks the same, and so does what is written next: %j',
    async (shape) => {
      for (const more of [
        '',
        '\u001b[?1049h\u001b[4:3mother',
        '\u001b]8;;b:c\u0007\u001b[4:3;58:5:3m',
        '\u001b[58:5:3m\u001b7',
      ]) {
        using model = await shown(`${LOOKS}${shape}${more}`);
        const drawing = checkpointOf(model);
        using copy = await shown(drawing?.toString() ?? '');
        expect({ ...stateOf(copy), capturedAtSeq: 0 }).toEqual({ ...stateOf(model), capturedAtSeq: 0 });
        for (const one of [model, copy]) one.write(Buffer.from('n\u001b8\u001b[4mm'), 1);
        expect(stateOf(copy)).toEqual(stateOf(model));
      }
    },
  );
});
