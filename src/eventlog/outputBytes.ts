/** Program output on its way into events: exact bytes, as text where they are text, cut on character boundaries. */
import { isUtf8 } from 'node:buffer';
import { invariant } from '../base/invariant.ts';
import type { Bytes } from '../protocol/events.ts';
import { MAX_OUTPUT_RECORD_BYTES } from '../protocol/limits.ts';

/** Bytes of the longest UTF-8 sequence. */
const MAX_SEQUENCE_BYTES = 4;

/** `bytes` as text when they are valid UTF-8, else as base64. `bytesOf` gives them back exactly. */
export function encodeBytes(bytes: Buffer): Bytes {
  return isUtf8(bytes) ? { data: bytes.toString('utf8') } : { dataBase64: bytes.toString('base64') };
}

/**
 * Cuts a byte stream into records of at most `maxBytes`, on character boundaries, whatever the chunks it comes in.
 *
 * The beginning of a character at a chunk's end (1 to 3 bytes) waits for its rest, or for `flush`. Bytes that are not UTF-8
 * go into the records as they are; no byte is changed, lost or moved.
 */
export class OutputJoiner {
  readonly #maxBytes: number;
  #held: Buffer = Buffer.alloc(0);

  /** @param maxBytes at least 4, so that a record holds any character */
  constructor(maxBytes: number = MAX_OUTPUT_RECORD_BYTES) {
    invariant(maxBytes >= MAX_SEQUENCE_BYTES, 'a record must hold the longest character');
    this.#maxBytes = maxBytes;
  }

  /** Bytes that wait for the rest of their character, 0 to 3. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** The records that are complete with `chunk`, none of them empty. They may be views of `chunk`: encode them before it is re-used. */
  push(chunk: Buffer): Buffer[] {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const end = all.length - incompleteTail(all);
    this.#held = Buffer.from(all.subarray(end));
    const records: Buffer[] = [];
    for (let from = 0; from < end;) {
      const to = end - from <= this.#maxBytes ? end : boundaryBefore(all, from + this.#maxBytes);
      records.push(all.subarray(from, to));
      from = to;
    }
    return records;
  }

  /** What was held back, as a record of its own: at the end of the output, or before an event that comes after these bytes. */
  flush(): Buffer[] {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held.length === 0 ? [] : [held];
  }
}

/** Length of the unfinished character that `bytes` end with; 0 when they end with a whole one or with an invalid byte. */
function incompleteTail(bytes: Buffer): number {
  for (let length = 1; length < MAX_SEQUENCE_BYTES && length <= bytes.length; length++) {
    const at = bytes.length - length;
    const lead = bytes[at] ?? 0;
    if (isContinuation(lead)) continue;
    const second = length > 1 ? bytes[at + 1] : undefined;
    return sequenceLength(lead) > length && (second === undefined || mayFollow(lead, second)) ? length : 0;
  }
  return 0;
}

/** The last place at or before `at` where a character may begin. Without one near (invalid bytes), `at` itself. */
function boundaryBefore(bytes: Buffer, at: number): number {
  for (let back = 0; back < MAX_SEQUENCE_BYTES; back++) {
    if (!isContinuation(bytes[at - back] ?? 0)) return at - back;
  }
  return at;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Bytes of the sequence that `lead` begins (RFC 3629, section 4); 1 for a byte that begins none. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

/** Whether `second` is allowed after `lead` (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
function mayFollow(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  return lead === 0xf4 ? second <= 0x8f : true;
}
