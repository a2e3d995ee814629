/** What a shell prints behind a command's output and before it says how the command ended: held until then. */

/** Most that is held: a prompt is smaller. */
const MAX_BYTES = 4 * 1024;

export class BehindOutput {
  #held: Buffer[] | undefined;
  #bytes = 0;

  /** The output is over: from now on bytes are held. */
  begin(): void {
    this.#held ??= [];
  }

  /** Holds `bytes`; false while nothing is to be held. */
  push(bytes: Buffer): boolean {
    if (this.#held === undefined) return false;
    this.#held.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
    return true;
  }

  /** Whether anything came behind the output. */
  get hasAny(): boolean {
    return this.#bytes > 0;
  }

  get isFull(): boolean {
    return this.#bytes > MAX_BYTES;
  }

  /** Gives back what is held, and holds no more. */
  take(): readonly Buffer[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#bytes = 0;
    return held;
  }
}
