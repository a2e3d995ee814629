/** What a run printed, kept raw and bounded: the first bytes and the last ones. Appending is a copy and nothing more. */
import { outputText } from '../../protocol/outputText.ts';

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
}

const FIRST_ALLOCATION = 4 * 1024;
const LF = 0x0a;

/** Head window and tail ring over a stream of bytes. */
export class OutputCapture {
  readonly #window: number;
  #head = Buffer.alloc(0);
  #headLength = 0;
  #ring: Buffer | undefined;
  #tailTotal = 0;

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
    return this.#head.length + (this.#ring?.length ?? 0);
  }

  append(bytes: Buffer): void {
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
    if (this.#headLength < this.#head.length) this.#head = Buffer.from(this.#head.subarray(0, this.#headLength));
    if (this.#ring !== undefined && this.#tailTotal < this.#ring.length) this.#ring = Buffer.from(this.#tail());
  }

  /** The output as text of at most `maxOutputBytes` UTF-8 bytes, cut between lines where there are lines. */
  result(maxOutputBytes: number): CapturedOutput {
    const outputBytes = this.totalBytes;
    const lostBytes = Math.max(0, this.#tailTotal - this.#window);
    if (lostBytes === 0) {
      const text = outputText(Buffer.concat([this.#head.subarray(0, this.#headLength), this.#tail()]));
      if (Buffer.byteLength(text) <= maxOutputBytes) {
        return { output: text, outputBytes, outputTruncated: false, outputOmittedBytes: 0 };
      }
      const { head, tail, omitted } = cutMiddle(Buffer.from(text), Buffer.from(text), maxOutputBytes);
      return { output: head + tail, outputBytes, outputTruncated: true, outputOmittedBytes: omitted };
    }
    const rawHead = wholeLines(this.#head.subarray(0, this.#headLength));
    const rawTail = afterCutLine(this.#tail());
    const lost = outputBytes - rawHead.length - rawTail.length;
    const headText = Buffer.from(outputText(rawHead));
    const tailText = Buffer.from(outputText(rawTail));
    const cut = fitTwo(headText, tailText, maxOutputBytes);
    return { output: cut.head + cut.tail, outputBytes, outputTruncated: true, outputOmittedBytes: lost + cut.omitted };
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

/** Head of `headOf` and tail of `tailOf`, the same text, together at most `max` bytes. */
function cutMiddle(headOf: Buffer, tailOf: Buffer, max: number): { head: string; tail: string; omitted: number } {
  const head = lineHead(headOf, Math.ceil(max / 2));
  const tail = lineTail(tailOf, max - head.length);
  return { head: head.toString(), tail: tail.toString(), omitted: headOf.length - head.length - tail.length };
}

/** As much of both texts as fits `max` bytes; what one does not need the other may use. */
function fitTwo(headText: Buffer, tailText: Buffer, max: number): { head: string; tail: string; omitted: number } {
  const headMax = Math.max(Math.ceil(max / 2), max - tailText.length);
  const head = lineHead(headText, headMax);
  const tail = lineTail(tailText, max - head.length);
  return {
    head: head.toString(),
    tail: tail.toString(),
    omitted: headText.length - head.length + (tailText.length - tail.length),
  };
}

/** At most `max` bytes from the start: whole lines if one fits, else whole characters. */
function lineHead(bytes: Buffer, max: number): Buffer {
  if (bytes.length <= max) return bytes;
  const line = max > 0 ? bytes.lastIndexOf(LF, max - 1) : -1;
  if (line !== -1) return bytes.subarray(0, line + 1);
  let end = Math.max(0, max);
  while (end > 0 && isContinuation(bytes[end])) end--;
  return bytes.subarray(0, end);
}

/** At most `max` bytes from the end: whole lines if one fits, else whole characters. */
function lineTail(bytes: Buffer, max: number): Buffer {
  if (bytes.length <= max) return bytes;
  const from = bytes.length - Math.max(0, max);
  return bytes[from - 1] === LF ? bytes.subarray(from) : afterCutLine(bytes.subarray(from));
}

/** What is left of bytes whose end cuts a line: whole lines if there are any, else whole characters. */
function wholeLines(bytes: Buffer): Buffer {
  const line = bytes.lastIndexOf(LF);
  return line === -1 ? wholeCharacters(bytes) : bytes.subarray(0, line + 1);
}

/** What is left of bytes whose beginning cuts a line: whole lines if there are any, else whole characters. */
function afterCutLine(bytes: Buffer): Buffer {
  const line = bytes.indexOf(LF);
  if (line !== -1 && line + 1 < bytes.length) return bytes.subarray(line + 1);
  let start = 0;
  while (start < bytes.length && isContinuation(bytes[start])) start++;
  return bytes.subarray(start);
}

/** `bytes` without a UTF-8 sequence that its end cuts in two. */
function wholeCharacters(bytes: Buffer): Buffer {
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && lead > 0 && isContinuation(bytes[lead])) lead--;
  const first = bytes[lead] ?? 0;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return size > bytes.length - lead ? bytes.subarray(0, lead) : bytes;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
