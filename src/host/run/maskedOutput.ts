/**
 * What the coordinator reads: the stream of a PTY cut at private marks, with secrets masked between them. Marks are cut out
 * first, so that nothing of ours is masked; what was begun before a mark ends with it.
 */
import { MarkScanner, type Piece } from './markScanner.ts';

/** Masks a stream; may hold back what may be the beginning of a secret. */
export interface StreamMask {
  feed(chunk: Buffer): Buffer;
  /** Gives out what is held; what follows has nothing to do with it. */
  flush(): Buffer;
}

/** What a session masks. */
export interface Masks {
  /** What the program writes; undefined when nothing is to be masked there. */
  readonly stream: StreamMask | undefined;
  /** A command as it may be told. */
  command(text: string): { readonly text: string; readonly isMasked: boolean };
}

export class MaskedOutput {
  readonly #scanner: MarkScanner;
  readonly #mask: StreamMask | undefined;

  constructor(nonce: string, mask: StreamMask | undefined) {
    this.#scanner = new MarkScanner(nonce);
    this.#mask = mask;
  }

  /** The pieces that `chunk` completes; see {@link MarkScanner.feed}. */
  feed(chunk: Buffer): Piece[] {
    const pieces = this.#scanner.feed(chunk);
    const mask = this.#mask;
    if (mask === undefined) return pieces;
    const masked: Piece[] = [];
    for (const piece of pieces) {
      const bytes = piece.kind === 'output' ? mask.feed(piece.bytes) : mask.flush();
      if (bytes.length > 0) masked.push({ kind: 'output', bytes });
      if (piece.kind === 'mark') masked.push(piece);
    }
    return masked;
  }

  /** Gives up waiting for more of a mark or a secret: what is held. */
  flush(): Buffer {
    const held = this.#scanner.flush();
    if (this.#mask === undefined) return held;
    return Buffer.concat([this.#mask.feed(held), this.#mask.flush()]);
  }
}
