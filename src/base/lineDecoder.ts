/** Raised by {@link LineDecoder} when a line grows over its limit; the decoder is unusable afterwards. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

const LF = 0x0a;

/**
 * Cuts a byte stream into lines at LF, whatever the chunks it comes in. Lines are given without their LF, as views that
 * are valid until the next call. A line of more than `maxBytes` throws {@link LineTooLongError} without being kept.
 */
export class LineDecoder {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
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
      if (this.#pendingBytes + rest.length > this.#maxBytes) throw this.#tooLong();
      const line = this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest]);
      this.#parts = [];
      this.#pendingBytes = 0;
      yield line;
    }
    if (from === chunk.length) return;
    if (this.#pendingBytes + chunk.length - from > this.#maxBytes) throw this.#tooLong();
    this.#parts.push(Buffer.from(chunk.subarray(from)));
    this.#pendingBytes += chunk.length - from;
  }

  #tooLong(): LineTooLongError {
    return new LineTooLongError(`line is longer than ${this.#maxBytes} bytes`);
  }
}
