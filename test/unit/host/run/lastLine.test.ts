import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastLine, lastLineOf } from '../../../../src/host/run/lastLine.ts';

/** As the programs print them; taken from real terminals. */
const PROMPTS: readonly (readonly [stream: string, line: string])[] = [
  ['out\r\n\u001b[?2004hroot@vm:~# ', 'root@vm:~# '],
  [
    '\u001b[1m\u001b[7m#\u001b[27m\u001b[1m\u001b[0m          \r \r\r\u001b[0m\u001b[27m\u001b[24m\u001b[Jvm# \u001b[K\u001b[?2004h',
    'vm# ',
  ],
  ['\u001b[30m\u001b(B\u001b[m\rroot\u001b(B\u001b[m@vm /t# \u001b[K\r\u001b[25C', 'root@vm /t# '],
  ['x\r\r\n\u001b[33m2\u001b[39m\r\n\u001b[1G\u001b[0J> \u001b[3G', '> '],
  [
    '\u001b[?2004h\u001b[?1h\u001b=\u001b[?25l\u001b[1A\n\u001b[1;35m>>> \u001b[0m\u001b[4D\u001b[?12l\u001b[?25h\u001b[4C',
    '>>> ',
  ],
  ['\u001b]0;a title\u0007$ ', '$ '],
  ['ab\b \b', 'a'],
  ['done\r\n', ''],
  ['', ''],
];

describe('the last line of a stream', () => {
  it.each(PROMPTS)('of %j is %j', (stream, line) => {
    expect(lastLineOf(Buffer.from(stream))).toBe(line);
  });

  it('is the same for any split of the bytes', () => {
    const stream = Buffer.from(PROMPTS.map(([bytes]) => bytes).join(''));
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), fc.nat(stream.length), (cuts, length) => {
        const whole = stream.subarray(0, length);
        const last = new LastLine();
        let from = 0;
        for (const cut of [...cuts.filter((at) => at < length).toSorted((a, b) => a - b), length]) {
          last.feed(whole.subarray(from, cut));
          from = cut;
        }
        expect(last.text).toBe(lastLineOf(whole));
      }),
    );
  });

  it('is kept of the end of a long stream', () => {
    const last = new LastLine();
    last.feed(Buffer.from(`${'x'.repeat(100_000)}\n`));
    last.feed(Buffer.from('$ '));
    expect(last.text).toBe('$ ');
  });
});
