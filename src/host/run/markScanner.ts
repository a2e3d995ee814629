/**
 * Cuts private marks out of the byte stream of a PTY. What it gives, put together again, is exactly what it was fed: each
 * mark piece carries its own bytes, so that whoever judges a mark to be none can pass them on as output.
 */
import { MAX_MARK_BODY_BYTES, type Mark, markIntroducer, parseMarkBody } from './marks.ts';

/** One piece of the stream, in order. `output` pieces are never empty and share memory with the chunk that was fed. */
export type Piece =
  | { readonly kind: 'output'; readonly bytes: Buffer }
  | { readonly kind: 'mark'; readonly mark: Mark; readonly raw: Buffer };

const ESC = 0x1b;
const BEL = 0x07;
const NOTHING = Buffer.alloc(0);

/**
 * A streaming scanner for the marks of one nonce. Any split of the same bytes gives the same pieces, adjacent outputs
 * joined. It holds back only bytes that may still become a mark: at most the introducer and a body.
 */
export class MarkScanner {
  readonly #introducer: Buffer;
  #held: Buffer = NOTHING;

  constructor(nonce: string) {
    this.#introducer = Buffer.from(markIntroducer(nonce), 'latin1');
  }

  /** The pieces that `chunk` completes. */
  feed(chunk: Buffer): Piece[] {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    const pieces: Piece[] = [];
    let outputFrom = 0;
    let searchFrom = 0;
    const output = (end: number): void => {
      if (end > outputFrom) pieces.push({ kind: 'output', bytes: bytes.subarray(outputFrom, end) });
    };
    for (;;) {
      const at = bytes.indexOf(this.#introducer, searchFrom);
      if (at === -1) break;
      const found = readBody(bytes, at + this.#introducer.length);
      if (found === 'incomplete') {
        output(at);
        this.#held = Buffer.from(bytes.subarray(at));
        return pieces;
      }
      const mark = found.end === -1 ? undefined : parseMarkBody(found.body);
      if (mark === undefined) {
        searchFrom = at + 1;
        continue;
      }
      output(at);
      pieces.push({ kind: 'mark', mark, raw: bytes.subarray(at, found.end) });
      outputFrom = found.end;
      searchFrom = found.end;
    }
    const keepFrom = this.#possibleStart(bytes, Math.max(searchFrom, outputFrom));
    output(keepFrom);
    if (keepFrom < bytes.length) this.#held = Buffer.from(bytes.subarray(keepFrom));
    return pieces;
  }

  /** Gives up waiting: the held bytes, which turned out to be ordinary output. Empty when nothing is held. */
  flush(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  /** Where a suffix of `bytes` begins that is a proper prefix of the introducer; the length when there is none. */
  #possibleStart(bytes: Buffer, from: number): number {
    // The introducer holds one ESC, its first byte: only the last ESC can begin an unfinished one.
    const at = bytes.lastIndexOf(ESC);
    const length = bytes.length - at;
    if (at < from || length >= this.#introducer.length) return bytes.length;
    return bytes.compare(this.#introducer, 0, length, at) === 0 ? at : bytes.length;
  }
}

/** The body that begins at `from` and the offset after its BEL; `end` is -1 when a byte rules a mark out. */
function readBody(bytes: Buffer, from: number): { body: string; end: number } | 'incomplete' {
  const limit = Math.min(bytes.length, from + MAX_MARK_BODY_BYTES + 1);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === BEL) return { body: bytes.toString('latin1', from, at), end: at + 1 };
    if (!isBodyByte(byte)) return { body: '', end: -1 };
  }
  return limit - from > MAX_MARK_BODY_BYTES ? { body: '', end: -1 } : 'incomplete';
}

/** Digits, letters and `;`. */
function isBodyByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x3b && byte !== 0x3a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  );
}
