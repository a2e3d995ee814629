/** Finds, in a byte stream, where a line editor begins and stops reading: `CSI ? 2004 h` and `CSI ? 2004 l`. */

/** One switch of bracketed paste. `at` is its offset in the chunk that completed it, negative when it began before. */
export interface EditorSwitch {
  readonly reading: boolean;
  readonly at: number;
}

const SWITCH = Buffer.from('\u001b[?2004');
/** Length of a whole switch. */
export const SWITCH_BYTES = SWITCH.length + 1;
const ON = 0x68;
const OFF = 0x6c;

/** Streaming; any split of the same bytes finds the same switches. */
export class EditorWatch {
  #held: Buffer = Buffer.alloc(0);

  feed(chunk: Buffer): EditorSwitch[] {
    const held = this.#held.length;
    // A sequence that was begun needs at most its own length of the new chunk; only the join is copied.
    const found: EditorSwitch[] = [];
    if (held > 0) {
      const join = Buffer.concat([this.#held, chunk.subarray(0, SWITCH.length)]);
      collect(join, 0, held, (reading, at) => found.push({ reading, at: at - held }));
    }
    collect(chunk, 0, chunk.length, (reading, at) => found.push({ reading, at }));
    const all = chunk.length >= SWITCH.length ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.from(all.subarray(Math.max(0, all.length - SWITCH.length)));
    return found;
  }
}

/** Calls `found` for each switch that begins in `bytes` from `from` on and before `before`. */
function collect(bytes: Buffer, from: number, before: number, found: (reading: boolean, at: number) => void): void {
  for (let at = bytes.indexOf(SWITCH, from); at !== -1 && at < before; at = bytes.indexOf(SWITCH, at + 1)) {
    const final = bytes[at + SWITCH.length];
    if (final === ON || final === OFF) found(final === ON, at);
  }
}
