/**
 * Whether a shell that says so before it draws its prompt is through with drawing. fish 3 reads before it has drawn, fish 4 begins
 * to read with it. What is typed meanwhile is not lost, but waits: a command would be counted from before the shell could take it.
 */
import { escapeTokens } from './escapeTokens.ts';
import { MARK_OSC } from './marks.ts';

/** Most that is looked at for a prompt without any text. Titles and colours before one are smaller. */
const MAX_BYTES = 4 * 1024;

/** The beginning of a mark, its nonce of 32 digits, and what says that a prompt follows. Forged, it only costs a pause. */
const OPENER = Buffer.from(`\u001b]${MARK_OSC};`);
const KIND_AT = OPENER.length + 32;
const PROMPT = Buffer.from(';D;');
const MARK_BYTES = KIND_AT + PROMPT.length;

/** Streaming; any split of the same bytes gives the same answer at their end. */
export class PromptPaint {
  #tail: Buffer = Buffer.alloc(0);
  /** All that came since the mark, without text so far; `undefined` when the prompt is drawn or none was told. */
  #blank: Buffer | undefined;

  /** The shell's output as it comes, marks and all. */
  feed(chunk: Buffer): void {
    const joined = Buffer.concat([this.#tail, chunk]);
    const mark = lastMark(joined);
    if (mark !== -1) this.#look(joined.subarray(mark));
    else if (this.#blank !== undefined) this.#look(Buffer.concat([this.#blank, chunk]));
    this.#tail = Buffer.from(joined.subarray(Math.max(0, joined.length - MARK_BYTES + 1)));
  }

  /** A prompt was told, and no text has come since. */
  get isAwaited(): boolean {
    return this.#blank !== undefined;
  }

  #look(since: Buffer): void {
    this.#blank = since.length > MAX_BYTES || hasText(since) ? undefined : Buffer.from(since);
  }
}

/** Where the last whole beginning of such a mark stands; -1 where none does. */
function lastMark(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf(OPENER); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(OPENER, at - 1))
    if (bytes.subarray(at + KIND_AT, at + MARK_BYTES).equals(PROMPT)) return at;
  return -1;
}

function hasText(bytes: Buffer): boolean {
  for (const { kind } of escapeTokens(bytes)) if (kind === 'text') return true;
  return false;
}
