/** What a run printed, kept raw and bounded: the first bytes and the last ones. Appending is a copy and nothing more. */
import { outputText } from '../../protocol/outputText.ts';
import { ScreenUse } from '../../protocol/screenUse.ts';
import { afterCut, cutMiddle, fitTwo, wholeLines } from '../../protocol/textCut.ts';

/** Raw bytes kept from the start of a run's output, and as many from its end. More than the largest result that may be asked for. */
export const CAPTURE_WINDOW_BYTES = 512 * 1024;

/** A run's output as a result tells it. */
export interface CapturedOutput {
  readonly output: string;
  /** Bytes that the command wrote. */
  readonly outputBytes: number;
  readonly outputTruncated: boolean;
  /** Bytes left out between head and tail: raw ones that were not kept, and those of the text that did not fit. */
  readonly outputOmittedBytes: number;
  readonly outputModel: 'lines';
  /** The output moved about the screen: the text is not what a person saw. */
  readonly outputUsesScreen: boolean;
}

const FIRST_ALLOCATION = 4 * 1024;

/** Head window and tail ring over a stream of bytes. */
export class OutputCapture {
  readonly #window: number;
  #head = Buffer.alloc(0);
  #headLength = 0;
  #ring: Buffer | undefined;
  #tailTotal = 0;
  readonly #use = new ScreenUse();

  /** `windowBytes` is kept from either end. */
  constructor(windowBytes: number = CAPTURE_WINDOW_BYTES) {
    this.#window = windowBytes;
  }

  /** Bytes appended so far. */
  get totalBytes(): number {
    return this.#headLength + this.#tailTotal;
  }

  /** Bytes of memory that this capture holds. */
  get heldBytes(): number {
    return this.#head.buffer.byteLength + (this.#ring?.buffer.byteLength ?? 0);
  }

  append(bytes: Buffer): void {
    this.#use.feed(bytes);
    const toHead = Math.min(bytes.length, this.#window - this.#headLength);
    if (toHead > 0) {
      this.#growHead(this.#headLength + toHead);
      bytes.copy(this.#head, this.#headLength, 0, toHead);
      this.#headLength += toHead;
    }
    if (toHead < bytes.length) this.#appendTail(bytes.subarray(toHead));
  }

  /** Forgets what was appended after the first `totalBytes`, as far as it is still held. */
  cutTo(totalBytes: number): void {
    if (totalBytes >= this.totalBytes) return;
    if (totalBytes <= this.#headLength) {
      this.#headLength = totalBytes;
      this.#tailTotal = 0;
      return;
    }
    const tailTotal = totalBytes - this.#headLength;
    // A ring that has wrapped has overwritten what stood before the cut; only an unwrapped one can be wound back.
    if (this.#tailTotal <= this.#window) this.#tailTotal = tailTotal;
  }

  /** Up to `bytes` from the end of what is held. */
  last(bytes: number): Buffer {
    const head = this.#head.subarray(Math.max(0, this.#headLength - bytes), this.#headLength);
    const all = Buffer.concat([head, this.#tail()]);
    return all.subarray(Math.max(0, all.length - bytes));
  }

  /** Gives back the memory that was set aside for more: nothing will be appended any more. */
  trim(): void {
    if (this.#headLength < this.#head.length) this.#head = exactCopy(this.#head.subarray(0, this.#headLength));
    if (this.#ring !== undefined && this.#tailTotal < this.#ring.length) this.#ring = exactCopy(this.#tail());
  }

  /** The output as text of at most `maxOutputBytes` UTF-8 bytes, cut between lines where there are lines. */
  result(maxOutputBytes: number): CapturedOutput {
    const outputBytes = this.totalBytes;
    const about = { outputBytes, outputModel: 'lines', outputUsesScreen: this.#use.usesScreen } as const;
    const lostBytes = Math.max(0, this.#tailTotal - this.#window);
    if (lostBytes === 0) {
      const text = outputText(Buffer.concat([this.#head.subarray(0, this.#headLength), this.#tail()]));
      if (Buffer.byteLength(text) <= maxOutputBytes) {
        return { output: text, outputTruncated: false, outputOmittedBytes: 0, ...about };
      }
      const { head, tail, omittedBytes } = cutMiddle(Buffer.from(text), maxOutputBytes);
      return { output: head + tail, outputTruncated: true, outputOmittedBytes: omittedBytes, ...about };
    }
    const rawHead = wholeLines(this.#head.subarray(0, this.#headLength));
    const rawTail = afterCut(this.#tail());
    const lost = outputBytes - rawHead.length - rawTail.length;
    const { head, tail, omittedBytes } = fitTwo(
      Buffer.from(outputText(rawHead)),
      Buffer.from(outputText(rawTail)),
      maxOutputBytes,
    );
    return { output: head + tail, outputTruncated: true, outputOmittedBytes: lost + omittedBytes, ...about };
  }

  #growHead(needed: number): void {
    if (this.#head.length >= needed) return;
    const grown = Buffer.alloc(Math.min(this.#window, Math.max(FIRST_ALLOCATION, needed, this.#head.length * 2)));
    this.#head.copy(grown, 0, 0, this.#headLength);
    this.#head = grown;
  }

  #appendTail(bytes: Buffer): void {
    this.#ring ??= Buffer.alloc(this.#window);
    // Only the last window of a large chunk can stay.
    const kept = bytes.length > this.#window ? bytes.subarray(bytes.length - this.#window) : bytes;
    this.#tailTotal += bytes.length - kept.length;
    for (let from = 0; from < kept.length;) {
      const at = this.#tailTotal % this.#window;
      const size = Math.min(kept.length - from, this.#window - at);
      kept.copy(this.#ring, at, from, from + size);
      this.#tailTotal += size;
      from += size;
    }
  }

  #tail(): Buffer {
    if (this.#ring === undefined || this.#tailTotal === 0) return Buffer.alloc(0);
    if (this.#tailTotal <= this.#window) return this.#ring.subarray(0, this.#tailTotal);
    const at = this.#tailTotal % this.#window;
    return Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, at)]);
  }
}

/** A copy in memory of its own: small buffers that Node makes share a block of 8 KiB, and one that is kept would keep it all. */
function exactCopy(bytes: Buffer): Buffer<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
