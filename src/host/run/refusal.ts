/** What a shell says about a line that it does not take, between its editor's end and the next prompt. */

/** An error message of a shell; a longer one is cut. */
const MAX_REFUSAL_BYTES = 4 * 1024;

/** Collects it; most lines are taken, and then it is forgotten. */
export class Refusal {
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(bytes: Buffer): void {
    const kept = bytes.subarray(0, MAX_REFUSAL_BYTES - this.#bytes);
    if (kept.length === 0) return;
    this.#chunks.push(Buffer.from(kept));
    this.#bytes += kept.length;
  }

  /** The message, without the line ends that the editor left in front of it. */
  take(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    const from = all.findIndex((byte) => byte !== 0x0a && byte !== 0x0d);
    return from === -1 ? Buffer.alloc(0) : all.subarray(from);
  }
}
