import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CELL_HEIGHT_PX, CELL_WIDTH_PX, PALETTE } from '../../../../src/protocol/palette.ts';
import { PACKAGE_VERSION } from '../../../../src/protocol/version.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import type { Reply } from '../../../../src/screen/emulator/replyTable.ts';
import { splitAt } from '../../../support/splits.ts';

const SIZE = { cols: 20, rows: 5 };

/** What the terminal answers to `output`, cut at `cuts`. */
function replies(output: string | Buffer, cuts: readonly number[] = []): Reply[] {
  using model = new ScreenModel(SIZE);
  const heard: Reply[] = [];
  model.onReply((reply) => heard.push(reply));
  for (const part of splitAt(Buffer.from(output), cuts)) model.write(part);
  return heard;
}

/** The bytes of all answers. */
function answers(output: string | Buffer, cuts: readonly number[] = []): string {
  return replies(output, cuts)
    .map((reply) => reply.data)
    .join('');
}

const BLACK = 'rgb:0000/0000/0000';
const WHITE = 'rgb:ffff/ffff/ffff';

describe('answers of the terminal', () => {
  it.each([
    ['DA1', '\x1b[c', '\x1b[?1;2c'],
    ['DA1 with its parameter', '\x1b[0c', '\x1b[?1;2c'],
    ['DA1 in the 8-bit form', '\u009bc', '\x1b[?1;2c'],
    ['DA2', '\x1b[>c', '\x1b[>0;276;0c'],
    ['DA3', '\x1b[=c', '\x1bP!|00000000\x1b\\'],
    ['XTVERSION', '\x1b[>q', `\x1bP>|agent-tty(${PACKAGE_VERSION})\x1b\\`],
    ['XTVERSION with its parameter', '\x1b[>0q', `\x1bP>|agent-tty(${PACKAGE_VERSION})\x1b\\`],
    ['DSR', '\x1b[5n', '\x1b[0n'],
    ['the position of the cursor', '\x1b[3;7H\x1b[6n', '\x1b[3;7R'],
    ['the position with its page', 'ab\r\ncdé漢\x1b[?6n', '\x1b[?2;6R'],
    ['the last column after the last character of a line', `${'x'.repeat(20)}\x1b[6n`, '\x1b[1;20R'],
    ['the foreground', '\x1b]10;?\x07', `\x1b]10;${WHITE}\x07`],
    ['the background, ended as it was asked', '\x1b]11;?\x1b\\', `\x1b]11;${BLACK}\x1b\\`],
    ['the cursor colour, ended by the 8-bit ST', '\x1b]12;?\u009c', `\x1b]12;${WHITE}\x1b\\`],
    ['all three of them in one', '\x1b]10;?;?;?;?\x07', `\x1b]10;${WHITE}\x07\x1b]11;${BLACK}\x07\x1b]12;${WHITE}\x07`],
    ['two colours in one', '\x1b]4;1;?;255;?\x07', '\x1b]4;1;rgb:cccc/0000/0000\x07\x1b]4;255;rgb:eeee/eeee/eeee\x07'],
    ['an ANSI mode', '\x1b[4h\x1b[4$p', '\x1b[4;1$y'],
    ['a private mode that is off', '\x1b[?2004$p', '\x1b[?2004;2$y'],
    ['a private mode that is on', '\x1b[?2004h\x1b[?2004$p', '\x1b[?2004;1$y'],
    ['synchronized updates', '\x1b[?2026h\x1b[?2026$p\x1b[?2026l\x1b[?2026$p', '\x1b[?2026;1$y\x1b[?2026;2$y'],
    ['the alternate screen', '\x1b[?1049h\x1b[?1049$p', '\x1b[?1049;1$y'],
    ['a mode that is not known', '\x1b[?7777$p\x1b[99$p', '\x1b[?7777;0$y\x1b[99;0$y'],
    ['the size in pixels', '\x1b[14t', `\x1b[4;${5 * CELL_HEIGHT_PX};${20 * CELL_WIDTH_PX}t`],
    ['the size of a cell', '\x1b[16t', `\x1b[6;${CELL_HEIGHT_PX};${CELL_WIDTH_PX}t`],
    ['the size in characters', '\x1b[18t', '\x1b[8;5;20t'],
    ['the size of the display in characters', '\x1b[19t', '\x1b[9;5;20t'],
    ['that a setting cannot be told', '\x1bP$qm\x1b\\\x1bP$q q\x1b\\', '\x1bP0$r\x1b\\\x1bP0$r\x1b\\'],
  ])('are right for %s', (_, output, expected) => {
    expect(answers(output)).toBe(expected);
  });

  it.each([
    ['titles and icons', '\x1b]0;touch /tmp/x\x07\x1b[20t\x1b[21t'],
    ['the clipboard', '\x1b]52;c;?\x07\x1b]52;p;?\x1b\\'],
    ['the keyboard protocol that is not there', '\x1b[?u\x1b[>31u\x1b[=5;1u\x1b[?u\x1b[<u\x1b[?u'],
    ['XTGETTCAP', '\x1bP+q544e;436f\x1b\\'],
    ['checksums of the screen', '\x1b[1;0;1;1;5;20*y'],
    ['terminal parameters and the answerback', '\x1b[x\x1b[1x\x05'],
    ['attributes with a parameter', '\x1b[1c\x1b[>1c\x1b[=1c\x1b[>1q'],
    ['modes beyond all numbers in use', '\x1b[?99999$p\x1b[12345$p'],
    ['other status reports', '\x1b[n\x1b[0n\x1b[7n\x1b[?15n\x1b[?25n\x1b[?26n\x1b[?53n'],
    ['other window operations', '\x1b[t\x1b[11t\x1b[13t\x1b[15t\x1b[22;0t\x1b[23;0t'],
    ['colours that are not there', '\x1b]4;256;?\x07\x1b]4;x;?\x07\x1b]4;1\x07\x1b]13;?\x07\x1b]19;?\x07'],
    ['what is an answer itself', '\x1b[?1;2c\x1b[0;0R\x1b[?2004;1$y\x1b[?0u\x1bP0$r\x1b\\'],
    ['a query inside a title', '\x1b]0;[6n[c\x07\x1b_\x07[6n\x1b\\'],
    ['a query that was cancelled', '\x1b[6\x18n\x1b]11;?\x18\x1b[>\x1ac'],
  ])('are not given for %s', (_, output) => {
    expect(replies(output)).toEqual([]);
  });

  it('are the same for any split of the output', () => {
    const pieces = fc.constantFrom(
      'text',
      '漢字é',
      '\r\n',
      '\x1b[6n',
      '\x1b[?6n',
      '\x1b[c',
      '\x1b]11;?',
      '\x1b]4;1;?;2;#123456;2;?',
      '\x1b]10;?;rgb:1/22/333',
      '\x07',
      '\x1b\\',
      '\u009c',
      '\x18',
      '\x1b[?2004h',
      '\x1b[?2004$p',
      '\x1bP$qm',
      '\x1b[9;9H',
      '\x1bc',
      '\x1b',
      '\xc2',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), fc.array(fc.nat(), { maxLength: 12 }), (parts, cuts) => {
        const output = Buffer.from(parts.join(''));
        expect(replies(output, cuts)).toEqual(replies(output));
      }),
      { numRuns: 500 },
    );
  });

  it('hold nothing that a program chose but the number of a mode or of a colour', () => {
    const form =
      /^\x1b(?:\[\?1;2c|\[>0;276;0c|P!\|0{8}\x1b\\|P>\|agent-tty\([\d.]+\)\x1b\\|\[0n|\[\??\d{1,2};\d{1,2}R|\](?:4;\d{1,3}|1[012]);rgb:(?:[\da-f]{4}\/){2}[\da-f]{4}(?:\x07|\x1b\\)|\[\??\d{1,4};[0-4]\$y|\[[4689];\d{1,3};\d{1,3}t|P0\$r\x1b\\)$/;
    const text = fc.string({ unit: fc.constantFrom(...'0123456789;:?>=!$ #/abcnqptucRrgb\u00e9\n'.split('')) });
    const sequence = fc
      .tuple(
        fc.constantFrom('\x1b[', '\x1b]4;', '\x1b]1', '\x1bP$q', '\x1bP', '\u009b'),
        text,
        fc.constantFrom('n', 'c', 't', 'q', 'u', '$p', '\x07', '\x1b\\'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(sequence, { maxLength: 10 }), (sequences) => {
        for (const reply of replies(sequences.join(''))) expect(reply.data).toMatch(form);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('colours that the program sets', () => {
  it('are what it is told later, until it resets them', () => {
    const ask = '\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x07\x1b]12;?\x07';
    const defaults = answers(ask);
    const set = '\x1b]4;1;rgb:12/34/56\x07\x1b]10;#abc\x07\x1b]11;#112233\x07\x1b]12;rgb:f/0/8\x07';
    const changed =
      '\x1b]4;1;rgb:1212/3434/5656\x07\x1b]10;rgb:a0a0/b0b0/c0c0\x07\x1b]11;rgb:1111/2222/3333\x07\x1b]12;rgb:ffff/0000/8888\x07';
    expect(answers(set + ask)).toBe(changed);
    expect(answers(`${set}\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07${ask}`)).toBe(defaults);
    expect(answers(`${set}\x1b]104;1\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\${ask}`)).toBe(defaults);
    expect(answers(`${set}\x1bc${ask}`)).toBe(defaults);
  });

  it('are set by one sequence for several, and asked in the same', () => {
    expect(answers('\x1b]4;1;#000000;2;?;1;?\x07')).toBe(
      '\x1b]4;2;rgb:4e4e/9a9a/0606\x07\x1b]4;1;rgb:0000/0000/0000\x07',
    );
    expect(answers('\x1b]10;#010203;#040506\x07\x1b]10;?;?\x07')).toBe(
      '\x1b]10;rgb:0101/0202/0303\x07\x1b]11;rgb:0404/0505/0606\x07',
    );
  });

  it('stay as they are when it names none', () => {
    const bad = ['red', '#12', '#12345', 'rgb:1/2', 'rgb:12345/1/1', 'rgbi:1/1/1', ''];
    const sets = bad.map((value) => `\x1b]4;7;${value}\x07\x1b]11;${value}\x07`).join('');
    expect(answers(`${sets}\x1b]4;7;?\x07\x1b]11;?\x07`)).toBe(answers('\x1b]4;7;?\x07\x1b]11;?\x07'));
  });
});

describe('the palette', () => {
  it('has 256 colours: 16, a cube and greys', () => {
    expect(PALETTE).toHaveLength(256);
    expect([PALETTE[16], PALETTE[21], PALETTE[196], PALETTE[231]]).toEqual([0x000000, 0x0000ff, 0xff0000, 0xffffff]);
    expect([PALETTE[232], PALETTE[255]]).toEqual([0x080808, 0xeeeeee]);
  });
});
