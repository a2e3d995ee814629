/** Remembers any number of texts in fixed memory: says surely of one that it was never added, and of another that it may have been. */
import { createHash } from 'node:crypto';

/** 64 KiB of bits: of 10,000 texts that were added, 1 in 30,000 others is taken for one of them. */
const BITS = 64 * 1024 * 8;
/** Bits a text sets: four times 4 bytes of its hash. */
const HASHES = 4;

export class KeyFilter {
  readonly #bits = Buffer.alloc(BITS / 8);

  add(text: string): void {
    for (const bit of bitsOf(text)) this.#bits[bit >> 3] = (this.#bits[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  /** False only for a text that was never added. */
  mayHold(text: string): boolean {
    return bitsOf(text).every((bit) => ((this.#bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0);
  }
}

function bitsOf(text: string): number[] {
  const hash = createHash('sha256').update(text).digest();
  return Array.from({ length: HASHES }, (_, i) => hash.readUInt32LE(4 * i) % BITS);
}
