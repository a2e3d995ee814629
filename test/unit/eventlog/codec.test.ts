import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainSeed, decodeLine, encodeEvent, isFault, sealHolds } from '../../../src/eventlog/codec.ts';
import { SESSION, STARTED } from './support.ts';

const at = { seq: 0, wallMs: 1_000, t: 7 };
const seed = chainSeed(SESSION);

function line(text: string): Buffer {
  return encodeEvent({ type: 'output', payload: { data: text } }, at, seed).line.subarray(0, -1);
}

describe('the codec of log lines', () => {
  it('writes one line of JSON sealed by SHA-256 over the previous hash and its own bytes', () => {
    const { line: bytes, h } = encodeEvent(
      { type: 'resize', payload: { cols: 80, rows: 24 } },
      { seq: 3, wallMs: 5, t: 9 },
      seed,
    );
    const sealed = '{"seq":3,"ts":"1970-01-01T00:00:00.005Z","t":9,"type":"resize","payload":{"cols":80,"rows":24}';
    const first = createHash('sha256').update(SESSION).digest('base64url');
    expect(h).toBe(createHash('sha256').update(`${first}${sealed}`).digest('base64url'));
    expect(bytes.toString()).toBe(`${sealed},"h":"${h}"}\n`);
  });

  it('gives back any text, lone surrogates and seals in it included', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '","h":"', '\n\r\0', '\ufeffx')),
        (text) => {
          const bytes = line(text);
          const event = decodeLine(bytes);
          expect(event).toMatchObject({ seq: 0, t: 7, type: 'output', payload: { data: text } });
          expect(sealHolds(bytes, seed)).toBe(true);
          expect(bytes.includes(0x0a)).toBe(false);
        },
      ),
    );
  });

  it('finds every flipped bit of a line', () => {
    const bytes = encodeEvent({ type: 'session_started', payload: STARTED }, at, seed).line.subarray(0, -1);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(!isFault(decodeLine(damaged)) && sealHolds(damaged, seed)).toBe(false);
    }
  });

  it('chains: a line does not hold after another hash', () => {
    expect(sealHolds(line('x'), chainSeed('another'))).toBe(false);
  });

  it.each([
    ['an empty line', '', 'it is an empty line'],
    ['a CRLF file', `${line('x').toString()}\r`, 'it ends with CR: the file was edited'],
    ['NUL bytes', 'ab\0\0\0', 'it holds 3 NUL bytes'],
    ['a line without seal', '{"seq":0}', 'it does not end with its hash'],
  ])('says of %s what is wrong', (_name, text, reason) => {
    expect(decodeLine(Buffer.from(text))).toEqual({ fault: 'form', reason });
  });

  it('refuses sealed lines that are no UTF-8, no JSON or lack a field', () => {
    const tail = `,"h":"${'A'.repeat(43)}"}`;
    const reasons = [
      Buffer.from([0x22, 0xff]),
      Buffer.from('{"seq":'),
      Buffer.from('{"seq":0,"ts":"","t":-1,"type":"x","payload":{}'),
    ].map((body) => decodeLine(Buffer.concat([body, Buffer.from(tail)])));
    expect(reasons).toEqual([
      { fault: 'form', reason: 'it is not UTF-8' },
      { fault: 'form', reason: 'it is not JSON' },
      { fault: 'form', reason: 'seq, ts, t, type or payload is missing or has another type' },
    ]);
  });

  it('keeps events of types it does not know', () => {
    const known = line('x').toString();
    const unknown = decodeLine(Buffer.from(known.replace('"output"', '"hologram"')));
    expect(unknown).toMatchObject({ type: 'hologram', payload: { data: 'x' } });
  });
});
