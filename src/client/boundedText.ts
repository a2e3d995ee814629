import { SGR_RESET } from '../protocol/sgr.ts';
import { cutMiddle } from '../protocol/textCut.ts';

/** What is kept beside the bound from either end: it tells whether a cut goes through a character or a sequence. */
const BEYOND_BYTES = 256;

/** The last look that a text sets. */
const LAST_LOOK = /\u001b\[([0-9;:]*)m[^\u001b]*$/;

/** Keeps the head and the tail of a text within a bound while it grows; memory stays within four times the bound. */
export class BoundedText {
  readonly #maxBytes: number;
  readonly #ansi: boolean;
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #totalBytes = 0;

  /**
   * @param maxBytes of UTF-8 in head and tail together
   * @param options.ansi the text has looks (SGR); a head that is cut within one is ended in the plain look
   */
  constructor(maxBytes: number, options: { readonly ansi?: boolean } = {}) {
    this.#maxBytes = maxBytes;
    this.#ansi = options.ansi === true;
  }

  append(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#totalBytes += bytes.length;
    const room = Math.min(bytes.length, this.#maxBytes + BEYOND_BYTES - this.#head.length);
    if (room > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, room)]);
    if (room === bytes.length) return;
    this.#tail.push(bytes.subarray(room));
    this.#tailBytes += bytes.length - room;
    if (this.#tailBytes >= 2 * (this.#maxBytes + BEYOND_BYTES)) this.#trim();
  }

  /** The text, cut in the middle as textCut.ts says when it has more than the bound. */
  result(): { readonly text: string; readonly omittedBytes: number } {
    this.#trim();
    const kept = Buffer.concat([this.#head, ...this.#tail]);
    if (this.#totalBytes <= this.#maxBytes) return { text: kept.toString('utf8'), omittedBytes: 0 };
    // With less in the tail than its half, the head's second half goes on into it: nothing lies between the two.
    const room = this.#ansi ? Math.max(0, this.#maxBytes - SGR_RESET.length) : this.#maxBytes;
    const { head, tail, omittedBytes } = cutMiddle(kept, room);
    const look = this.#ansi ? LAST_LOOK.exec(head)?.[1] : undefined;
    const end = look === undefined || look === '0' ? '' : SGR_RESET;
    return { text: head + end + tail, omittedBytes: omittedBytes + this.#totalBytes - kept.length };
  }

  #trim(): void {
    const joined = Buffer.concat(this.#tail);
    this.#tail = [joined.subarray(Math.max(0, joined.length - this.#maxBytes - BEYOND_BYTES))];
    this.#tailBytes = this.#tail[0]?.length ?? 0;
  }
}
