/** How output is cut into pieces that are parsed in one go, so that each is short even where it is made to be slow. */

/** Bytes of one slice without control sequences: about 0.5 ms. */
const SLICE_BYTES = 16 * 1024;
/** Control sequences of one slice, for small screens. Each may cost as much as filling the screen several times. */
const MAX_SLICE_SEQUENCES = 64;
/** Cells that the sequences of one slice may touch together; keeps a slice of resets of a 1000 x 1000 screen short. */
const SLICE_CELLS = 500_000;

const ESC = 0x1b;
/** First byte of the 8-bit controls in UTF-8. */
const C1_LEAD = 0xc2;

/** A slice that took longer is followed by one of half as many sequences, a shorter one by one of more. */
const LONG_MS = 3;
const SHORT_MS = 1;
const MORE_SEQUENCES = 8;

/** Cuts the output of one screen. */
export class Slicer {
  #most: number;
  #sequences: number;

  constructor(cols: number, rows: number) {
    this.#most = mostSequences(cols, rows);
    this.#sequences = this.#most;
  }

  /** The screen has another size. */
  resize(cols: number, rows: number): void {
    this.#most = mostSequences(cols, rows);
    this.#sequences = Math.min(this.#sequences, this.#most);
  }

  /** The front of `bytes`, not empty, that is parsed in one go. */
  cut(bytes: Buffer): Buffer {
    const limit = Math.min(bytes.length, SLICE_BYTES);
    let left = this.#sequences;
    for (let at = 0; at < limit; at += 1) {
      const byte = bytes[at];
      if (byte !== ESC && byte !== C1_LEAD) continue;
      if (left === 0) return bytes.subarray(0, at);
      left -= 1;
    }
    return bytes.subarray(0, limit);
  }

  /** The slice that was cut last took so long to parse. */
  took(ms: number): void {
    if (ms > LONG_MS) this.#sequences = Math.max(1, Math.floor(this.#sequences / 2));
    else if (ms < SHORT_MS) this.#sequences = Math.min(this.#most, this.#sequences + MORE_SEQUENCES);
  }
}

function mostSequences(cols: number, rows: number): number {
  return Math.max(2, Math.min(MAX_SLICE_SEQUENCES, Math.floor(SLICE_CELLS / (cols * rows))));
}
