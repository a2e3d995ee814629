/** Raised by {@link LineDecoder} when a line grows over its limit; the decoder is unusable afterwards. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

const LF = 0x0a;
const MIN_BUFFER_BYTES = 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts a byte stream into lines at LF, whatever the chunks it comes in. Lines are given without their LF, as views that
 * are valid until the next call. A line of more than `maxBytes` throws {@link LineTooLongError} without being
 * kept. Memory is at most twice the longest line, also when it comes byte by byte.
 */
export class LineDecoder {
  readonly #maxBytes: number;
  #begun = NOTHING;
  #pendingBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that wait for their LF. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  *feed(chunk: Buffer): Generator<Buffer> {
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      const rest = chunk.subarray(from, at);
      from = at + 1;
      if (this.#pendingBytes === 0) {
        if (rest.length > this.#maxBytes) throw this.#tooLong();
        yield rest;
        continue;
      }
      this.#keep(rest);
      const line = this.#begun.subarray(0, this.#pendingBytes);
      this.#pendingBytes = 0;
      this.#begun = NOTHING; // the line that is given away lies in it
      yield line;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(bytes: Buffer): void {
    const length = this.#pendingBytes + bytes.length;
    if (length > this.#maxBytes) throw this.#tooLong();
    if (length > this.#begun.length) {
      const grown = Buffer.allocUnsafe(
        Math.min(this.#maxBytes, Math.max(2 * this.#begun.length, length, MIN_BUFFER_BYTES)),
      );
      this.#begun.copy(grown, 0, 0, this.#pendingBytes);
      this.#begun = grown;
    }
    bytes.copy(this.#begun, this.#pendingBytes);
    this.#pendingBytes = length;
  }

  #tooLong(): LineTooLongError {
    return new LineTooLongError(`line is longer than ${this.#maxBytes} bytes`);
  }
}
