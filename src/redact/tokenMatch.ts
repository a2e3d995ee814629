/** One text that may be a token of a well-known shape, byte by byte. */
import { MAX_UNSURE_BYTES, type TokenShape } from './tokenShapes.ts';

const DASH = 0x2d;
/** Dashes that end a block. */
const BLOCK_END = 5;

export class TokenMatch {
  readonly shape: TokenShape;
  readonly rule: number;
  /** Position of its first byte. */
  readonly from: number;
  #positions: number[];
  #bytes: number;
  #part = 0;
  #inPart = 0;
  #dashes = 0;
  #isSure = false;
  #isOpen = true;

  /** `prefix`: positions of what it begins with. */
  constructor(shape: TokenShape, rule: number, prefix: readonly number[]) {
    this.shape = shape;
    this.rule = rule;
    this.from = prefix[0] ?? 0;
    this.#bytes = prefix.length;
    this.#positions = shape.isBlock === true ? [] : [...prefix];
  }

  /** It is a token. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** More bytes may belong to it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Positions to mask that {@link take} has not given yet. */
  get positions(): readonly number[] {
    return this.#positions;
  }

  /** The positions that are new since the last call. */
  take(): readonly number[] {
    const taken = this.#positions;
    this.#positions = [];
    return taken;
  }

  /** Takes a byte; false when it does not belong to it: it has ended, or never was one. */
  step(byte: number, position: number): boolean {
    this.#isOpen = this.#bytes < MAX_UNSURE_BYTES || this.#isSure ? this.#fits(byte) : false;
    if (!this.#isOpen) return false;
    this.#bytes++;
    this.#positions.push(position);
    const { parts } = this.shape;
    if (this.#part === parts.length - 1 && this.#inPart >= (parts[this.#part]?.min ?? 0)) this.#isSure = true;
    return true;
  }

  /** Takes a byte that stands on the last one. */
  strike(position: number): void {
    this.#positions.push(position);
  }

  /** At the end of a line: whether what follows may belong to it. */
  goesOnBehindLine(): boolean {
    if (this.#isSure && this.shape.isBlock !== true) this.#isOpen = false;
    return this.#isOpen;
  }

  #fits(byte: number): boolean {
    if (this.shape.isBlock === true && this.#dashes >= BLOCK_END) return false;
    this.#dashes = byte === DASH ? this.#dashes + 1 : 0;
    for (;;) {
      const part = this.shape.parts[this.#part];
      if (part === undefined) return false;
      if (part.set[byte] === 1 && this.#inPart < part.max) {
        this.#inPart++;
        return true;
      }
      if (this.#inPart < part.min) return false;
      this.#part++;
      this.#inPart = 0;
    }
  }
}
