import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputFile } from '../../../src/artifacts/outputFile.ts';
import { newDirectory } from '../client/support.ts';

describe('a file that is patched while it is written', () => {
  it('is told with the size and the hash of what it holds in the end', () => {
    const directory = newDirectory();
    const pieces = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300_000 }), fc.nat({ max: 400_000 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const out = path.join(directory, 'video');
        using file = new OutputFile(out);
        for (const [bytes, position] of parts) file.writeAt(bytes, position);
        const made = file.commit({ force: true, durable: false });
        const held = fs.readFileSync(out);
        const length = Math.max(...parts.map(([bytes, position]) => position + bytes.length));
        expect(made).toEqual({ bytes: length, sha256: createHash('sha256').update(held).digest('hex') });
        const [bytes = new Uint8Array(), position = 0] = parts.at(-1) ?? [];
        expect(held.subarray(position, position + bytes.length).equals(bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
