import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clamp, MAX_STRING_BYTES } from '../../../../src/screen/emulator/clamp.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { splitAt } from '../../../support/splits.ts';

const COLS = 40;
const ROWS = 10;

function clamped(input: string | Buffer, cuts: readonly number[] = []): string {
  const clamp = new Clamp(COLS, ROWS);
  const parts = splitAt(typeof input === 'string' ? Buffer.from(input) : input, cuts).map((part) =>
    Buffer.from(clamp.filter(part)),
  );
  return Buffer.concat(parts).toString('latin1');
}

describe('what passes as it is', () => {
  it('is plain text, in the same buffer', () => {
    const bytes = Buffer.from('héllo wörld\r\n\t漢字 9999999999b');
    expect(new Clamp(COLS, ROWS).filter(bytes)).toBe(bytes);
  });

  it('is every sequence within bounds', () => {
    const input =
      '\x1b[31mred\x1b[0m\x1b[12;40H\x1b[?1049h\x1b[38:2::255:1:2m\x1b[0007m\x1b[10S\x1b[40@\x1b[ q\x1b]0;t\x07\x1bP$qm\x1b\\\x1b(B©';
    const bytes = Buffer.from(input);
    expect(new Clamp(COLS, ROWS).filter(bytes)).toEqual(bytes);
  });
});

describe('what loses its force', () => {
  it.each([
    ['a repeat count', '\x1b[2147483647b', '\x1b[400b'],
    ['scrolling', '\x1b[2147483647S\x1b[99T', '\x1b[10S\x1b[10T'],
    ['inserted and deleted lines', '\x1b[2147483647L\x1b[11M', '\x1b[10L\x1b[10M'],
    [
      'tabs and character edits',
      '\x1b[41Z\x1b[9999I\x1b[50@\x1b[50P\x1b[50X',
      '\x1b[40Z\x1b[40I\x1b[40@\x1b[40P\x1b[40X',
    ],
    ['any other number', '\x1b[1;99999H\x1b[?99999h\x1b[38:2:123456m', '\x1b[1;9999H\x1b[?9999h\x1b[38:2:9999m'],
    ['the 8-bit form', '\u009b2147483647b', '\xc2\x9b400b'],
    ['more than 32 parameters', `\x1b[${'1;'.repeat(100)}2m`, `\x1b[1${';1'.repeat(31)}m`],
    ['a number with controls inside', '\x1b[21474\n83647b', '\x1b[\n400b'],
    ['a number of thousands of digits', `\x1b[${'9'.repeat(5_000)}b`, '\x1b[400b'],
  ])('is %s', (_, input, expected) => {
    expect(clamped(input)).toBe(expected);
  });

  it('is counted by the size of the screen at that time', () => {
    const clamp = new Clamp(COLS, ROWS);
    clamp.resize(100, 50);
    expect(clamp.filter(Buffer.from('\x1b[9999S\x1b[99999b')).toString()).toBe('\x1b[50S\x1b[5000b');
  });

  it('is the rest of a string beyond 64 KiB, to its end', () => {
    const payload = 'x'.repeat(MAX_STRING_BYTES * 3);
    expect(clamped(`\x1b]0;${payload}\x07after`)).toBe(`\x1b]0;${'x'.repeat(MAX_STRING_BYTES - 2)}\x07after`);
    expect(clamped(`\x1bPq${payload}\x1b\\after`)).toBe(`\x1bPq${'x'.repeat(MAX_STRING_BYTES - 1)}\x1b\\after`);
    expect(clamped(`\x1b_${payload}\x1b\\after`)).toBe(`\x1b_${'x'.repeat(MAX_STRING_BYTES)}\x1b\\after`);
  });

  it('is a sequence with bytes that have no place in it, which CAN then ends', () => {
    expect(clamped('\x1b[\ufeff2147483647b')).toBe('\x1b[\x18\xbb\xbf2147483647b');
    expect(clamped(Buffer.from([0x1b, 0xff, 0x5b, 0x39]))).toBe('\x1b\x18[9');
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '\x1b',
    '\x1b[',
    '\u009b',
    '\u009d',
    '\u009c',
    '\x1b]',
    '\x1bP',
    '\x1b_',
    '\x1b\\',
    '\x07',
    '\x18',
    '\x1a',
    '\x7f',
    '\n',
    ' ',
    '?',
    ';',
    ':',
  ),
  fc.constantFrom(
    'b',
    'S',
    'T',
    'L',
    'M',
    'Z',
    'I',
    '@',
    'H',
    'm',
    'J',
    'K',
    'h',
    'r',
    '[',
    'a',
    '漢',
    'é',
    '©',
    '\ufeff',
    '😀',
  ),
  fc.nat({ max: 12 }).map(String),
  fc.nat().map(String),
);
const stream = fc.oneof(
  fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
  fc
    .array(
      fc.oneof(
        piece,
        fc.constantFrom(Buffer.from([0xff]), Buffer.from([0xc2]), Buffer.from([0xe2, 0x80]), Buffer.from([0x9b])),
      ),
      { maxLength: 40 },
    )
    .map((pieces) => Buffer.concat(pieces.map((each) => (typeof each === 'string' ? Buffer.from(each) : each)))),
);

describe('any stream', () => {
  it('comes out the same however it is split', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 10 }), (input, cuts) => {
        expect(clamped(Buffer.concat([input, Buffer.from('.')]), cuts)).toBe(
          clamped(Buffer.concat([input, Buffer.from('.')])),
        );
      }),
      { numRuns: 3_000 },
    );
  });

  it('cannot be filtered twice: nothing is left to clamp', () => {
    fc.assert(
      fc.property(stream, (input) => {
        const once = clamped(Buffer.concat([input, Buffer.from('.')]));
        expect(clamped(Buffer.from(once, 'latin1'))).toBe(once);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never brings the emulator to a count above the bounds', async () => {
    const finals = 'bSTLMZI@PX'.split('');
    await fc.assert(
      fc.asyncProperty(stream, fc.constantFrom(...finals), async (input, final) => {
        const terminal = new xterm.Terminal({ cols: COLS, rows: ROWS, allowProposedApi: true, logLevel: 'off' });
        let highest = 0;
        for (const each of finals) {
          terminal.parser.registerCsiHandler({ final: each }, ([first]) => {
            highest = Math.max(highest, Number(first));
            return true;
          });
        }
        const bytes = Buffer.concat([input, Buffer.from(`2147483647${final}\x1b[2147483647${final}`)]);
        const filtered = new Clamp(COLS, ROWS).filter(bytes);
        await new Promise<void>((resolve) => {
          terminal.write(filtered, resolve);
        });
        terminal.dispose();
        expect(highest).toBeLessThanOrEqual(COLS * ROWS);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps text whole that a cut goes through', () => {
    // an emulator that gets "—" as two bytes and one loses it
    using model = new ScreenModel({ cols: 20, rows: 2 });
    const dash = Buffer.from('a—b');
    for (const byte of dash) model.write(Buffer.from([byte]));
    expect(model.rows()[0]?.text.trimEnd()).toBe('a—b');
  });
});

describe('the bombs', () => {
  const bombs: [string, string][] = 'bSTLMZI@PX'
    .split('')
    .map((final) => [`CSI 2147483647 ${final}`, `a\x1b[2147483647${final}`]);
  bombs.push(['a million parameters', `\x1b[${'1;'.repeat(1e6)}m`]);
  it.each(bombs)('%s takes less than 100 ms', (_, bomb) => {
    using model = new ScreenModel({ cols: 200, rows: 50 });
    model.write(Buffer.from('warm'));
    const start = process.hrtime.bigint();
    model.write(Buffer.from(bomb));
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(100);
  });
});
