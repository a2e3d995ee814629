/** Smallest block, so that many tiny pushes share one. */
const MIN_BLOCK_BYTES = 4 * 1024;

/** Bytes in order, first in first out. Memory stays near `length`, however small the pieces that are pushed. */
export class ByteQueue {
  #blocks: Buffer[] = [];
  /** Where the first block's unread bytes begin, and where the last block's used bytes end. */
  #headAt = 0;
  #tailAt = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends a copy of `bytes`. */
  push(bytes: Buffer): void {
    let from = 0;
    const last = this.#blocks.at(-1);
    if (last !== undefined) {
      from = bytes.copy(last, this.#tailAt);
      this.#tailAt += from;
    }
    if (from < bytes.length) {
      const rest = bytes.length - from;
      const block = Buffer.allocUnsafe(Math.max(rest, MIN_BLOCK_BYTES));
      bytes.copy(block, 0, from);
      this.#blocks.push(block);
      this.#tailAt = rest;
    }
    this.#length += bytes.length;
  }

  /** The first bytes, at most `maxBytes`, maybe fewer than there are; a view that is valid until the next change. */
  peek(maxBytes: number): Buffer {
    const [first] = this.#blocks;
    if (first === undefined) return Buffer.alloc(0);
    const end = this.#blocks.length === 1 ? this.#tailAt : first.length;
    return first.subarray(this.#headAt, Math.min(end, this.#headAt + maxBytes));
  }

  /** Removes the first `count` bytes; at most as many as the last `peek` gave. */
  drop(count: number): void {
    this.#headAt += count;
    this.#length -= count;
    if (this.#length === 0) return this.clear();
    const [first] = this.#blocks;
    if (first !== undefined && this.#headAt === first.length) {
      this.#blocks.shift();
      this.#headAt = 0;
    }
  }

  clear(): void {
    this.#blocks = [];
    this.#headAt = 0;
    this.#tailAt = 0;
    this.#length = 0;
  }
}
