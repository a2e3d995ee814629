/** What a part must be against what it is. */
import { readFully } from './bundleDirectory.ts';
import type { Sink } from './part.ts';

/** Text that is compared at a time. */
const COMPARE_CHARS = 256 * 1024;

/** Takes what a file must hold, piece by piece, and compares it with the file. */
export class CompareSink implements Sink {
  readonly #fd: number;
  #pending = '';
  #at = 0;
  #differsAt: number | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= COMPARE_CHARS) this.#flush();
  }

  writeBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#compare(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** Offset of the first byte that differs or is too much or missing, once all is written; `undefined` when there is none. */
  difference(fileBytes: number): number | undefined {
    this.#flush();
    if (this.#differsAt === undefined && fileBytes > this.#at) return this.#at;
    return this.#differsAt;
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#compare(bytes);
  }

  #compare(expected: Buffer): void {
    if (this.#differsAt !== undefined || expected.length === 0) return;
    const found = Buffer.allocUnsafe(expected.length);
    const count = readFully(this.#fd, found, this.#at);
    const same = commonLength(expected, found.subarray(0, count));
    if (same < expected.length) this.#differsAt = this.#at + same;
    this.#at += expected.length;
  }
}

/** Takes a part that fits in memory. */
export class MemorySink implements Sink {
  readonly #pieces: Buffer[] = [];

  write(text: string): void {
    this.#pieces.push(Buffer.from(text));
  }

  writeBytes(bytes: Uint8Array): void {
    this.#pieces.push(Buffer.from(bytes));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** How many bytes both begin with. */
export function commonLength(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  if (one.subarray(0, length).equals(other.subarray(0, length))) return length;
  let at = 0;
  while (one[at] === other[at]) at += 1;
  return at;
}
