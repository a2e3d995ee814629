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

/** How many control sequences a slice may have on a screen of this size. */
export function sliceSequences(cols: number, rows: number): number {
  return Math.max(2, Math.min(MAX_SLICE_SEQUENCES, Math.floor(SLICE_CELLS / (cols * rows))));
}

/** The front of `bytes` that is parsed in one go. */
export function sliceOf(bytes: Buffer, maxSequences: number): Buffer {
  const limit = Math.min(bytes.length, SLICE_BYTES);
  let left = maxSequences;
  for (let at = 0; at < limit; at += 1) {
    const byte = bytes[at];
    if (byte !== ESC && byte !== C1_LEAD) continue;
    if (left === 0) return bytes.subarray(0, at);
    left -= 1;
  }
  return bytes.subarray(0, limit);
}
