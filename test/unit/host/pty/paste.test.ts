import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { cleanPaste, framePaste } from '../../../../src/host/pty/paste.ts';

const RAW = { raw: true };
const clean = (text: string, options = RAW): string => cleanPaste(Buffer.from(text), options).bytes.toString();

/** Pieces that make markers, split ones and nested ones; and characters whose last byte is that of CSI. */
const HALVES = ['\u001b', '[', '\u001b[', '\u009b', '2', '0', '00', '1', '200', '201', '~', ';', ':', '5'] as const;
const WHOLES = [
  '\u001b[200~',
  '\u001b[201~',
  '\u009b201~',
  'a',
  '\n',
  '\r',
  '\r\n',
  '\u06db',
  '\u{1f31b}',
  '曛',
  'ß',
] as const;
const piece = fc.constantFrom(...HALVES, ...WHOLES);
const hostile = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

/** A marker anywhere in the bytes, for programs that read ESC [, U+009B, or the single byte 9B. */
const MARKER = /(?:\u001b\[|\u009b)0*20[01](?:[;:][0-9;:]*)?~/;

describe('a paste', () => {
  it('never contains a marker, whatever it is made of, and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { bytes } = cleanPaste(Buffer.from(text), RAW);
        expect(bytes.toString('latin1')).not.toMatch(MARKER);
        expect(cleanPaste(bytes, RAW)).toMatchObject({ bytes, removedMarkers: 0, firstMarkerByte: undefined });
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays valid UTF-8, and loses nothing but markers and the LF of line ends', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { bytes, removedMarkers } = cleanPaste(Buffer.from(text), RAW);
        expect(Buffer.from(bytes.toString()).equals(bytes)).toBe(true);
        if (removedMarkers === 0) expect(bytes.toString()).toBe(text.replaceAll(/\r?\n/g, '\r'));
        else expect(bytes.length).toBeLessThan(Buffer.byteLength(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('has exactly one frame, at its two ends', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { bytes } = cleanPaste(Buffer.from(text), RAW);
        const framed = framePaste(bytes, { bracketed: true });
        expect(framed.indexOf('\u001b[201~')).toBe(framed.length - 6);
        expect(framed.lastIndexOf('\u001b[200~')).toBe(0);
        expect(framePaste(bytes, { bracketed: false }).equals(bytes)).toBe(true);
      }),
    );
  });

  it.each([
    ['the end marker', 'a\u001b[201~b', 'ab', 1, 1],
    ['the start marker', '\u001b[200~ab', 'ab', 1, 0],
    ['both one-byte forms of CSI', 'ä\u009b201~b', 'äb', 1, 2],
    ['markers that the removal of others brings together', 'a\u001b[20\u001b[201~1~b', 'ab', 2, 5],
    ['markers in many layers', `${'\u001b[20'.repeat(50)}${'1~'.repeat(50)}!`, '!', 50, 196],
    ['markers with zeros and parameters', '\u001b[0201~\u001b[201;1~\u001b[200:2;~', '', 3, 0],
    ['a character that ends with the byte of CSI', 'x曛201~y', 'xy', 1, 1],
  ])('loses %s', (_what, text, left, removedMarkers, firstMarkerByte) => {
    const result = cleanPaste(Buffer.from(text), RAW);
    expect(result.bytes.toString()).toBe(left);
    expect(result).toMatchObject({ removedMarkers, firstMarkerByte });
  });

  it('loses the single byte of CSI as well, and nothing before it', () => {
    const result = cleanPaste(Buffer.concat([Buffer.from('a'), Buffer.from([0x9b]), Buffer.from('201~b')]), RAW);
    expect(result.bytes.toString()).toBe('ab');
  });

  it('keeps what only looks like a marker', () => {
    for (const text of ['[201~', '\u001b[202~', '\u001b[2010~', '\u001b[1;201~', '\u001bO201~', '201~', 'a~b', '曛2~'])
      expect(clean(text)).toBe(text);
  });

  it('sends every line end as Enter', () => {
    expect(clean('a\nb\r\nc\rd\n\n\r\r\ne')).toBe('a\rb\rc\rd\r\r\r\re');
  });

  it('refuses other controls, naming the first one and its byte in what was given', () => {
    const refuse = (text: string): unknown => {
      try {
        return clean(text, { raw: false });
      } catch (error) {
        return error;
      }
    };
    expect(clean('a\tb\nc\rä\u0080', { raw: false })).toBe('a\tb\rc\rä\u0080');
    expect(refuse('ä\u0003')).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the text holds the control character Ctrl+C at byte 2; nothing was sent',
      details: { reason: 'control', byte: 2, character: 'Ctrl+C' },
    });
    expect(refuse('a\u001b[201~b\u001b[31m')).toMatchObject({ details: { byte: 8, character: 'ESC' } });
    expect(refuse('\u001b[20\u001b[201~1~\u0000')).toMatchObject({ details: { byte: 12, character: 'NUL' } });
    expect(refuse('\u007f')).toMatchObject({ details: { byte: 0, character: 'DEL' } });
    for (let code = 0; code < 32; code++) {
      const isText = code === 9 || code === 10 || code === 13;
      if (!isText) expect(refuse(String.fromCharCode(code))).toMatchObject({ code: 'INVALID_INPUT' });
    }
  });

  it('of 8 MiB is cleaned in a moment, also when it is nothing but half markers', () => {
    for (const unit of ['\u001b[201~', '\u001b[20', '1~', '11111111', '~', 'plain text\n']) {
      const text = Buffer.alloc(8 * 1024 * 1024, unit);
      const before = systemClock.nowMs();
      cleanPaste(text, RAW);
      expect(systemClock.nowMs() - before).toBeLessThan(5_000);
    }
  });
});
