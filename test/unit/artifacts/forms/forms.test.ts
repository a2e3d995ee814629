import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ansiRows } from '../../../../src/artifacts/forms/ansi.ts';
import { type LookForm, snapshotForm } from '../../../../src/artifacts/snapshotForm.ts';
import { wholeCells } from '../../../../src/artifacts/paint/wholeCells.ts';
import type { ScreenState } from '../../../../src/protocol/snapshot.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';

const SIZE = { cols: 12, rows: 4 };

async function stateOf(text: string, size = SIZE): Promise<ScreenState> {
  using model = new ScreenModel(size);
  model.write(Buffer.from(text), 0);
  await model.flush();
  return model.state({ includeScrollback: false, includeCells: true });
}

const form = async (text: string, kind: LookForm): Promise<string> => snapshotForm(await stateOf(text), kind);

/** Half a wide character, which nothing can write, as the blank that it looks like. */
function seen(state: ScreenState): ScreenState {
  const cells = state.cells?.map(({ lineNumber, cells: row }) => {
    const whole = [...wholeCells(row)];
    while (whole.at(-1)?.char === ' ' && Object.keys(whole.at(-1) ?? {}).length === 1) whole.pop();
    return { lineNumber, cells: whole };
  });
  return { ...state, ...(cells === undefined ? {} : { cells }) };
}

/** What a program may print, to be put together in any order. */
const PIECES = [
  'plain text ',
  'x',
  '漢字',
  '😀',
  'e\u0301\u0323',
  '\r\n',
  '\n',
  '\t',
  '\b',
  '\u001b[H',
  '\u001b[3;11H',
  '\u001b[4;12H',
  '\u001b[J',
  '\u001b[1J',
  '\u001b[K',
  '\u001b[2P',
  '\u001b[3@',
  '\u001b[2X',
  '\u001b[L',
  '\u001b[M',
  '\u001b[2S',
  '\u001b[2T',
  '\u001b[0m',
  '\u001b[1;3;7m',
  '\u001b[2;5;8;9;53m',
  '\u001b[31;42m',
  '\u001b[97;100m',
  '\u001b[38;5;200;48;5;17m',
  '\u001b[38;2;1;2;3;48;2;255;254;253m',
  '\u001b[4m',
  '\u001b[4:2;58:5:9m',
  '\u001b[4:3;58:2::1:2:3m',
  '\u001b[4:4m',
  '\u001b[4:5m',
  '\u001b]8;;https://a.example/?a=1&b=2\u0007',
  '\u001b]8;;x:y\u0007',
  '\u001b]8;;\u0007',
  '\u001b[?25l',
  '\u001b[?25h',
  '\u001b[?1049h',
  '\u001b[?1049l',
  '\u001b[5 q',
  '\u001b[4 q',
  '\u001b]2;a title\u0007',
  '\u001b]4;1;#010203\u0007',
  '\u001b]11;#040506\u0007',
  '┌─┐',
  '\ue0b0',
  '<&>"\'',
];

describe('a screen as ANSI', () => {
  it('draws the same screen, cell by cell, on a blank terminal', async () => {
    const program = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(program, async (text) => {
        const state = await stateOf(text);
        expect(seen(await stateOf(snapshotForm(state, 'ansi')))).toEqual(seen(state));
      }),
      { numRuns: 400 },
    );
  });

  it('has a blank where half a wide character is left, and what follows in its column', async () => {
    const state = await stateOf('漢字x\b\b\u001b[3@');
    expect(state.cells?.[0]?.cells.map(({ width }) => width)).toContain(0);
    expect((await stateOf(snapshotForm(state, 'ansi'))).visibleLines).toEqual(state.visibleLines);
    const orphan = {
      ...state,
      cells: [
        { lineNumber: 0, cells: [{ char: '', width: 0 }, { char: 'a' }, { char: '漢', width: 2 }, { char: 'b' }] },
      ],
    };
    expect(ansiRows(orphan)).toEqual([' a b']);
  });

  it('has rows that can be printed anywhere: nothing but text, attributes and links', async () => {
    const printed = '\u001b[?1049h\u001b[31mred\u001b[2;3Hx\u202ey\u001b]8;;a:b\u0007l\u001b[5 q';
    const rows = ansiRows(await stateOf(printed)).join('\n');
    expect(rows).toContain('\u001b[0;38;5;1mred\u001b[m');
    expect(rows.replaceAll(/\u001b\[[\d;:]*m|\u001b\]8;;[!-~]*\u0007/g, '')).toBe('red\n  xyl\n\n');
  });
});

/** Text that tries to become something else than text. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</pre></text></svg><script>',
  '&lt;b&gt;',
  ']]><x>',
  '<!--',
  'a\u202eb\u2066c\u200b',
  '\ufffe\uffff',
].join('\r\n');
const LINKS = [
  'javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'https://ok.example/"><script>',
  'HTTPS://a.example/&b',
  'mailto:a@b',
].map((target) => `\u001b]8;;${target}\u0007L\u001b]8;;\u0007`);

describe.each(['html', 'svg'] as const)('a screen as %s', (kind) => {
  it('holds hostile text as text', async () => {
    const state = await stateOf(`\u001b]2;</title><script>\u0007${HOSTILE}\r\n${LINKS.join('')}`, {
      cols: 40,
      rows: 14,
    });
    const text = snapshotForm(state, kind);
    const tags = [...text.matchAll(/<([a-z!/?-]+)/gi)].map(([, tag = '']) => tag.replace('/', ''));
    const allowed =
      kind === 'html'
        ? ['!DOCTYPE', 'html', 'head', 'meta', 'title', 'style', 'body', 'pre', 'span', 'a']
        : ['svg', 'title', 'rect', 'text', 'a', 'path'];
    expect([...new Set(tags)].filter((tag) => !allowed.includes(tag))).toEqual([]);
    expect(text).not.toMatch(/<[^>]*\son\w+=/i);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toMatch(/[\u202e\u2066\u200b\ufffe\uffff]/);
  });

  it('keeps links that lead somewhere, and none that would run', async () => {
    const text = snapshotForm(await stateOf(LINKS.join(''), { cols: 40, rows: 2 }), kind);
    const targets = [...text.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
    expect(targets).toEqual(['https://ok.example/&quot;&gt;&lt;script&gt;', 'HTTPS://a.example/&amp;b', 'mailto:a@b']);
  });

  it('takes nothing from the network and runs nothing', async () => {
    const text = await form(`${LINKS[3] ?? ''}┌╱\ue0b0\u001b[4:3;9;7mx漢`, kind);
    expect(text).not.toMatch(/<script|<link|<image|<iframe|url\(|@import|<use|src=/i);
    const urls = text.match(/\w+:\/\/[^"&<]*/g)?.filter((url) => url !== 'http://www.w3.org/2000/svg');
    expect(urls).toEqual(['HTTPS://a.example/']);
  });

  it('is the same each time, in the colours of its theme', async () => {
    const state = await stateOf('\u001b[31mred\u001b[0m plain');
    expect(snapshotForm(state, kind)).toBe(snapshotForm(await stateOf('\u001b[31mred\u001b[0m plain'), kind));
    expect(snapshotForm(state, kind)).toContain('#cc0000');
    expect(snapshotForm(state, kind, 'light')).toContain('#cf222e');
  });
});
