import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedText } from '../../../src/client/boundedText.ts';
import { environmentBlock, fallbackShell } from '../../../src/client/environment.ts';
import { cutText } from '../../../src/client/typeText.ts';
import { waitBoundMs } from '../../../src/client/waitBound.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('cutting text into parts', () => {
  it('loses nothing, keeps characters whole and stays within the bound', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 20 }), (whole, maxBytes) => {
        const parts = cutText(whole, maxBytes);
        expect(parts.join('')).toBe(Buffer.from(whole).toString());
        expect(parts.every((part) => Buffer.byteLength(part) <= maxBytes)).toBe(true);
        expect(parts.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('BoundedText', () => {
  it('keeps a text that fits, however it comes', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (parts) => {
        const whole = Buffer.from(parts.join('')).toString();
        const kept = new BoundedText(Buffer.byteLength(whole));
        for (const part of parts) kept.append(part);
        expect(kept.result()).toEqual({ text: whole, omittedBytes: 0 });
      }),
    );
  });

  it('ends the look that a cut leaves open', () => {
    const bounded = new BoundedText(40, { ansi: true });
    bounded.append(`\u001b[31m${'x'.repeat(1_000)}\u001b[0m`);
    expect(bounded.result().text).toMatch(/^\u001b\[31mx+\u001b\[0mx+\u001b\[0m$/);
  });

  it('cuts coloured lines between them, and one line between its looks, ending what is open', () => {
    const line = '\u001b[31mred\u001b[0m and \u001b[1;44mbold\u001b[0m\n';
    const looks = /\u001b\[[0-9;]*m/g;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 300 }),
        fc.boolean(),
        (lines, max, isOne) => {
          const whole = isOne ? line.repeat(lines).replaceAll('\n', '') : line.repeat(lines);
          const bounded = new BoundedText(max, { ansi: true });
          bounded.append(whole);
          const { text: kept, omittedBytes } = bounded.result();
          expect(kept.replaceAll(looks, '')).not.toContain('\u001b');
          expect(kept.replaceAll(looks, '')).toMatch(/^[a-z \n]*$/);
          expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(max);
          expect([undefined, '\u001b[0m']).toContain(kept.match(looks)?.at(-1));
          if (!isOne && max > 2 * line.length) expect(Buffer.byteLength(kept) + omittedBytes).toBe(whole.length);
        },
      ),
    );
  });

  it('cuts a longer one between characters, counts what it left out, and gives the same for any parts', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), fc.integer({ min: 0, max: 40 }), (parts, maxBytes) => {
        const bounded = new BoundedText(maxBytes);
        const atOnce = new BoundedText(maxBytes);
        for (const part of parts) bounded.append(part);
        const whole = Buffer.from(parts.join(''));
        atOnce.append(parts.join(''));
        const { text: kept, omittedBytes } = bounded.result();
        expect(bounded.result()).toEqual(atOnce.result());
        expect(Buffer.byteLength(kept) + omittedBytes).toBe(whole.length);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });

  it('keeps head and tail', () => {
    const bounded = new BoundedText(4);
    for (const part of ['ab', 'cdef', 'g', 'hi']) bounded.append(part);
    expect(bounded.result()).toEqual({ text: 'abhi', omittedBytes: 5 });
  });
});

describe('the environment of a session', () => {
  it('is a block of pairs that each end with NUL', () => {
    expect(environmentBlock({ inherited: { A: '1', AGENT_TTY_LOG_LEVEL: 'x' }, added: [['B', '2']] })).toBe(
      'A=1\0B=2\0',
    );
    expect(environmentBlock({ inherited: {} })).toBe('');
  });

  it('asks for /bin/sh only where SHELL names nothing that could be run', () => {
    expect([{}, { SHELL: '' }, { SHELL: '/bin/sh' }].map(fallbackShell)).toEqual([undefined, undefined, undefined]);
    expect(
      [{ SHELL: 'bash' }, { SHELL: '/nope' }, { SHELL: '/etc/passwd' }, { SHELL: '/tmp' }].map(fallbackShell),
    ).toEqual(Array(4).fill('/bin/sh'));
  });
});

describe('the bound of a call that waits', () => {
  it('leaves room for the wait, and is none for one without an end', () => {
    expect([waitBoundMs(0), waitBoundMs(500), waitBoundMs(500, 100), waitBoundMs(500, 0)]).toEqual([0, 10_500, 600, 0]);
  });
});
