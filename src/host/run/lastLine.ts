/** The text of the line that a stream has left unfinished: where a prompt stands, if one does. */
import { escapeTokens } from './escapeTokens.ts';

/** What is kept of the stream. A prompt with all its colours is smaller; more would be read again at each look. */
const MAX_BYTES = 4 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const BS = 0x08;

/** Keeps the end of a stream. Any split of the bytes gives the same text. */
export class LastLine {
  #tail: Buffer = Buffer.alloc(0);
  #text: string | undefined = '';

  feed(bytes: Buffer): void {
    const joined = bytes.length >= MAX_BYTES ? bytes : Buffer.concat([this.#tail, bytes]);
    this.#tail = Buffer.from(joined.subarray(Math.max(0, joined.length - MAX_BYTES)));
    this.#text = undefined;
  }

  /** The unfinished line without escape sequences; what was typed over, after a carriage return, does not count. */
  get text(): string {
    this.#text ??= lastLineOf(this.#tail);
    return this.#text;
  }
}

/** The text behind the last line end of `bytes`. */
export function lastLineOf(bytes: Buffer): string {
  let line: Buffer[] = [];
  // A carriage return alone erases nothing: editors go back and forth with the cursor behind a painted prompt.
  let startsOver = false;
  for (const token of escapeTokens(bytes)) {
    const piece = bytes.subarray(token.start, token.end);
    if (token.kind === 'csi' && isColumnOne(piece)) startsOver = true;
    if (token.kind === 'control') {
      if (piece[0] === LF) line = [];
      if (piece[0] === BS && !startsOver)
        line = [Buffer.from([...Buffer.concat(line).toString()].slice(0, -1).join(''))];
      startsOver = piece[0] === LF ? false : startsOver || piece[0] === CR;
    }
    if (token.kind !== 'text') continue;
    if (startsOver) line = [];
    startsOver = false;
    line.push(piece);
  }
  return Buffer.concat(line).toString('utf8');
}

/** `CSI G`, `CSI 1 G`. */
function isColumnOne(csi: Buffer): boolean {
  return /^[01]?G$/.test(csi.toString('latin1', 2));
}
