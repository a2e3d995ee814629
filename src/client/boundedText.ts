import { incompleteUtf8Tail } from '../protocol/outputText.ts';

/** Keeps the head and the tail of a text within a bound while it grows; memory stays within twice the bound. */
export class BoundedText {
  readonly #maxBytes: number;
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  #totalBytes = 0;

  /** @param maxBytes of UTF-8 in head and tail together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  append(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#totalBytes += bytes.length;
    const room = Math.min(bytes.length, this.#maxBytes - this.#head.length);
    if (room > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, room)]);
    if (room === bytes.length) return;
    const joined = Buffer.concat([this.#tail, bytes.subarray(room)]);
    this.#tail = joined.subarray(Math.max(0, joined.length - this.#maxBytes));
  }

  /** The text, cut in the middle between characters when it has more than the bound. */
  result(): { readonly text: string; readonly omittedBytes: number } {
    if (this.#totalBytes <= this.#maxBytes) return { text: this.#head.toString('utf8'), omittedBytes: 0 };
    const all = Buffer.concat([this.#head, this.#tail]);
    const half = this.#head.subarray(0, Math.ceil(this.#maxBytes / 2));
    const headEnd = half.length - incompleteUtf8Tail(half);
    // With less in the tail than its half, the head's second half goes on into it: nothing lies between the two.
    let tailStart = all.length - (this.#maxBytes - headEnd);
    while (tailStart < all.length && isContinuation(all[tailStart])) tailStart++;
    const text = all.toString('utf8', 0, headEnd) + all.toString('utf8', tailStart);
    return { text, omittedBytes: this.#totalBytes - headEnd - (all.length - tailStart) };
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
