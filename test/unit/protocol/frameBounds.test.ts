import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameFault } from '../../../src/protocol/frameBounds.ts';

function fault(text: string): string | undefined {
  return frameFault(Buffer.from(text));
}

describe('frameFault', () => {
  it('lets every small JSON document without forbidden keys pass', () => {
    const value = fc
      .jsonValue({ maxDepth: 5 })
      .filter((json) => !/__proto__|constructor|prototype/.test(JSON.stringify(json)));
    fc.assert(
      fc.property(value, (json) => {
        expect(fault(JSON.stringify(json))).toBeUndefined();
      }),
    );
  });

  it.each([
    ['deep nesting', '['.repeat(33) + ']'.repeat(33), 'frame nests deeper than 32 levels'],
    ['100,000 levels', '['.repeat(100_000), 'frame nests deeper than 32 levels'],
    [
      'many keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 1]))),
      'frame has an object with more than 64 keys',
    ],
    [
      'many items',
      JSON.stringify(Array.from({ length: 1025 }, () => 0)),
      'frame has an array with more than 1024 items',
    ],
    ['a key twice', '{"method":"a","method":"b"}', 'frame has the key "method" twice in one object'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'frame has the key "a" twice in one object'],
    ['a prototype key', '{"__proto__":{}}', 'frame has the key "__proto__", which is not allowed'],
    ['an unfinished string', '{"a":"b', 'frame ends inside a string'],
  ])('names %s', (_what, text, expected) => {
    expect(fault(text)).toBe(expected);
  });

  it('names bytes that are not UTF-8', () => {
    expect(frameFault(Buffer.from([0x22, 0xff, 0x22]))).toBe('frame is not valid UTF-8');
  });

  it('is not misled by brackets, quotes and colons inside strings', () => {
    expect(fault(JSON.stringify({ a: '{"[[[[,,,,"b":', b: '\\"', c: '\\' }))).toBeUndefined();
  });
});
