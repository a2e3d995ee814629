import headless from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModeScanner } from '../../../../src/host/pty/modeScanner.ts';
import type { TerminalOutputModes } from '../../../../src/host/pty/modeScanner.ts';
import { splitAt } from '../../../support/splits.ts';

const INITIAL = new ModeScanner().modes;

function scan(...chunks: (string | Buffer)[]): { modes: TerminalOutputModes; switches: boolean[] } {
  const switches: boolean[] = [];
  const scanner = new ModeScanner((isOn) => switches.push(isOn));
  for (const chunk of chunks) scanner.feed(Buffer.from(chunk));
  return { modes: scanner.modes, switches };
}

describe('ModeScanner', () => {
  it.each<[string, Partial<TerminalOutputModes>]>([
    ['\u001b[?2004h', { bracketedPaste: true }],
    ['\u001b[?1h', { applicationCursorKeys: true }],
    ['\u001b=', { applicationKeypad: true }],
    ['\u001b[?66h', { applicationKeypad: true }],
    ['\u001b[?9h', { mouse: 'press' }],
    ['\u001b[?1000h', { mouse: 'click' }],
    ['\u001b[?1002h', { mouse: 'drag' }],
    ['\u001b[?1003h', { mouse: 'any' }],
    ['\u001b[?1006h', { mouseSgr: true }],
    ['\u001b[?1004h', { focusReports: true }],
    ['\u001b[?47h', { alternateScreen: true }],
    ['\u001b[?1047h', { alternateScreen: true }],
    ['\u001b[?1049h', { alternateScreen: true }],
    ['\u001b[?25l', { cursorVisible: false }],
    ['\u001b[?1;2004;1006h', { applicationCursorKeys: true, bracketedPaste: true, mouseSgr: true }],
    ['\u001b[?1002;1006h\u001b[?1002l', { mouseSgr: true }],
    ['\u001b[?1\u0007h', { applicationCursorKeys: true }],
    ['\u001b[?1\u007fh', { applicationCursorKeys: true }],
    ['\u001b]0;title \u001b[?1h', { applicationCursorKeys: true }],
    ['\u001bP+q544e\u001b\\\u001b[?1h', { applicationCursorKeys: true }],
  ])('reads %j', (text, change) => {
    expect(scan(text).modes).toEqual({ ...INITIAL, ...change });
  });

  it.each([
    ['without the private mark', '\u001b[2004h'],
    ['with another mark', '\u001b[>1h'],
    [
      'of the keyboard protocols that are not there',
      '\u001b[>4;1m\u001b[>4;2m\u001b[>1u\u001b[=5;1u\u001b[<1u\u001b[?4m',
    ],
    ['with an intermediate', '\u001b[?1$h'],
    ['as a request', '\u001b[?2004$p'],
    ['saved, not set', '\u001b[?1s'],
    ['cut off by CAN', '\u001b[?1\u0018h'],
    ['cut off by SUB', '\u001b[?1\u001ah'],
    ['cut off by another escape', '\u001b[?1\u001b(Bh'],
    ['in the text of a title', '\u001b]0;[?1h\u0007'],
    ['in a device control string', '\u001bP[?1h\u001b\\'],
    ['as plain text', '[?2004h ESC= ='],
    ['with a number that only ends like one', '\u001b[?12004h\u001b[?100000000000000000001h'],
    ['as a sub-parameter', '\u001b[?0:1h'],
    ['as a character set', '\u001b(=\u001b(c'],
  ])('does not take for a mode what is %s', (_what, text) => {
    expect(scan(text)).toEqual({ modes: INITIAL, switches: [] });
  });

  const ALL_ON = '\u001b[?1;25;1003;1004;1006;1049;2004h\u001b[?25l\u001b=';

  it('forgets everything at a full reset', () => {
    expect(scan(ALL_ON, '\u001bc').modes).toEqual(INITIAL);
  });

  it('keeps the mouse and the alternate screen at a soft reset', () => {
    expect(scan(ALL_ON, '\u001b[!p').modes).toEqual({
      ...INITIAL,
      mouse: 'any',
      mouseSgr: true,
      alternateScreen: true,
    });
  });

  it('tells each switching of bracketed paste, also to what it is already', () => {
    expect(scan('\u001b[?2004h$ \u001b[?2004l', '\r\n\u001b[?20', '04h\u001b[?2004h').switches).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('hands out a snapshot that later output does not change', () => {
    const scanner = new ModeScanner();
    const before = scanner.modes;
    scanner.feed(Buffer.from('\u001b[?1h'));
    expect([before.applicationCursorKeys, scanner.modes.applicationCursorKeys]).toEqual([false, true]);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      '\u001b[',
      '\u001b[?',
      '\u001b',
      '\u001b]',
      '\u001b]0;t\u0007',
      '\u001bP',
      '\u001b\\',
      '\u001b[!p',
      '\u001bc',
      '\u001b=',
    ),
    fc.constantFrom(
      '\u001b>',
      '\u0018',
      '\u001a',
      '\u0007',
      '\n',
      '\u007f',
      ';',
      ':',
      '$',
      '!',
      '?',
      'p',
      'q',
      'm',
      'é',
      '漢',
    ),
    fc.constantFrom(
      '1',
      '9',
      '25',
      '47',
      '66',
      '1000',
      '1002',
      '1003',
      '1004',
      '1006',
      '1047',
      '1049',
      '2004',
      'h',
      'l',
      'x',
    ),
    fc
      .tuple(
        fc.constantFrom('1', '25', '1000', '1002', '1003', '1004', '1006', '1049', '2004', '1;2004'),
        fc.constantFrom('h', 'l'),
      )
      .map(([number, end]) => `\u001b[?${number}${end}`),
  );
  const output = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join('')));

  it('finds the same modes and switches however the bytes are split', () => {
    fc.assert(
      fc.property(output, fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
        expect(scan(...splitAt(bytes, cuts))).toEqual(scan(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with the terminal that the screen is made with', async () => {
    const mouse = { none: 'none', x10: 'press', vt200: 'click', drag: 'drag', any: 'any' } as const;
    await fc.assert(
      fc.asyncProperty(output, async (bytes) => {
        const terminal = new headless.Terminal({ allowProposedApi: true, logLevel: 'off' });
        await new Promise<void>((resolve) => terminal.write(bytes, resolve));
        const { modes } = scan(bytes);
        expect({
          bracketedPaste: modes.bracketedPaste,
          applicationCursorKeys: modes.applicationCursorKeys,
          applicationKeypad: modes.applicationKeypad,
          mouse: modes.mouse,
          focusReports: modes.focusReports,
          alternateScreen: modes.alternateScreen,
        }).toEqual({
          bracketedPaste: terminal.modes.bracketedPasteMode,
          applicationCursorKeys: terminal.modes.applicationCursorKeysMode,
          applicationKeypad: terminal.modes.applicationKeypadMode,
          mouse: mouse[terminal.modes.mouseTrackingMode],
          focusReports: terminal.modes.sendFocusMode,
          alternateScreen: terminal.buffer.active.type === 'alternate',
        });
        terminal.dispose();
      }),
      { numRuns: 200 },
    );
  });
});
