/**
 * What a shell still prints between its mark that a command begins and the command's own first byte: fish gives the editor's
 * modes back, sets the title and resets colours there, and ends with a carriage return. Not the command's output.
 */

/** Longest piece that is held for it: a title holds the whole command line. */
const MAX_NOISE_BYTES = 8 * 1024;

/** Control sequences without text, closed by a carriage return (ECMA-48; OSC closed by BEL or ST). */
const NOISE =
  /^(?:\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][0-9A-Za-z]|\u001b[=>78])*\r/;
/** What may still become that. */
const PREFIX =
  /^(?:\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][0-9A-Za-z]|\u001b[=>78])*(?:\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]*\u001b?|[()])?)?$/;

/** The stream cut in two. When it did not begin with noise, all of it is `rest`. */
export interface NoiseCut {
  readonly noise: Buffer;
  readonly rest: Buffer;
}

/** Holds the beginning of a command's output until it is clear where it begins. Any split of the bytes cuts the same. */
export class StartNoise {
  #held: Buffer = Buffer.alloc(0);

  /** The cut, once it is known; `undefined` while more is needed. */
  push(bytes: Buffer): NoiseCut | undefined {
    this.#held = Buffer.concat([this.#held, bytes]);
    const text = this.#held.toString('latin1', 0, MAX_NOISE_BYTES + 1);
    const noise = NOISE.exec(text);
    if (noise !== null && noise[0].length <= MAX_NOISE_BYTES) return this.#cut(noise[0].length);
    if (text.length <= MAX_NOISE_BYTES && PREFIX.test(text)) return undefined;
    return this.#cut(0);
  }

  /** Gives up waiting: the command ended, or the shell did. */
  release(): NoiseCut {
    return this.#cut(PREFIX.test(this.#held.toString('latin1')) ? this.#held.length : 0);
  }

  #cut(at: number): NoiseCut {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return { noise: held.subarray(0, at), rest: held.subarray(at) };
  }
}
