import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBytes, OutputJoiner } from '../../../src/eventlog/outputBytes.ts';
import { bytesOf } from '../../../src/protocol/events.ts';
import { MAX_OUTPUT_RECORD_BYTES } from '../../../src/protocol/limits.ts';
import { splitAt } from '../../support/splits.ts';

const cuts = fc.array(fc.nat(), { maxLength: 20 });
const text = fc.string({
  unit: fc.constantFrom('a', '\u00e9', '\u20ac', '\ud83d\ude00', '\ufeff', '\0', '\u07ff', '\uffff'),
});
/** Valid text with any bytes in between, beginnings of characters among them. */
const anyBytes = fc
  .array(
    fc.oneof(
      text.map((part) => Buffer.from(part)),
      fc.uint8Array({ maxLength: 4 }).map((part) => Buffer.from(part)),
      fc.constantFrom('e0', 'f09f98', 'e080', 'eda0', 'f48fbf', 'c2').map((hex) => Buffer.from(hex, 'hex')),
    ),
  )
  .map((parts) => Buffer.concat(parts));

function join(chunks: readonly Buffer[], maxBytes?: number): Buffer[] {
  const joiner = new OutputJoiner(maxBytes);
  return [...chunks.flatMap((chunk) => joiner.push(chunk)), ...joiner.flush()];
}

function held(hex: string): number {
  const joiner = new OutputJoiner();
  joiner.push(Buffer.from(hex, 'hex'));
  return joiner.heldBytes;
}

describe('output on its way into events', () => {
  it('is kept exactly, as text when it is UTF-8 and as base64 otherwise', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const encoded = encodeBytes(bytes);
        expect('data' in encoded).toBe(isUtf8(bytes));
        expect(bytesOf({ ...encoded })).toEqual(bytes);
      }),
    );
  });

  it('comes out byte for byte however it was split, in records of at most the given size', () => {
    fc.assert(
      fc.property(anyBytes, cuts, fc.integer({ min: 4, max: 9 }), (bytes, at, maxBytes) => {
        const records = join(splitAt(bytes, at), maxBytes);
        expect(Buffer.concat(records)).toEqual(bytes);
        expect(records.every((record) => record.length > 0 && record.length <= maxBytes)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is never cut inside a character of valid UTF-8', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 4, max: 9 }), (valid, at, maxBytes) => {
        expect(join(splitAt(Buffer.from(valid), at), maxBytes).filter((record) => !isUtf8(record))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is held back only while it may still become a character, and at most 3 bytes of it', () => {
    expect(
      ['61', '61c3', 'e282', 'f09f98', 'c3a9', '80', 'ff', 'e080', 'eda0', 'f490', 'f08f', 'c0', 'f5'].map(held),
    ).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('gives up what it holds when told, as bytes', () => {
    const joiner = new OutputJoiner();
    expect(joiner.push(Buffer.from('a\u20ac').subarray(0, 3))).toEqual([Buffer.from('a')]);
    expect(joiner.flush().map(encodeBytes)).toEqual([
      { dataBase64: Buffer.from('\u20ac').subarray(0, 2).toString('base64') },
    ]);
    expect(joiner.flush()).toEqual([]);
  });

  it('does not keep views of a chunk that its owner fills again', () => {
    const joiner = new OutputJoiner();
    const chunk = Buffer.from([0xe2, 0x82]);
    joiner.push(chunk);
    chunk.fill(0);
    expect(joiner.push(Buffer.from([0xac]))).toEqual([Buffer.from('\u20ac')]);
  });

  it('is cut at 48 KiB by default, a byte earlier where a character would be split', () => {
    const records = join([Buffer.from(`a${'\u00e9'.repeat(MAX_OUTPUT_RECORD_BYTES)}`)]);
    expect(records.map((record) => record.length)).toEqual([MAX_OUTPUT_RECORD_BYTES - 1, MAX_OUTPUT_RECORD_BYTES, 2]);
  });
});
