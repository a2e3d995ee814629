/**
 * Whether a line editor that reads before it has drawn its prompt (fish) is through with drawing. What is typed while it draws
 * is not lost, but waits: a command would be counted from before the shell could take it.
 */
import { EditorWatch, SWITCH_BYTES } from './editorWatch.ts';
import { escapeTokens } from './escapeTokens.ts';

/** Most that is looked at for a prompt without any text. Titles and colours before one are smaller. */
const MAX_BYTES = 4 * 1024;

/** Streaming; any split of the same bytes gives the same answer at their end. */
export class PromptPaint {
  readonly #editor = new EditorWatch();
  /** All that came since the editor began to read, without text so far; `undefined` when it has drawn or does not read. */
  #blank: Buffer | undefined;

  /** The program's output as it comes, marks and all. */
  feed(chunk: Buffer): void {
    const last = this.#editor.feed(chunk).at(-1);
    if (last === undefined) {
      if (this.#blank !== undefined) this.#look(Buffer.concat([this.#blank, chunk]));
    } else if (last.reading) {
      this.#look(chunk.subarray(last.at + SWITCH_BYTES));
    } else {
      this.#blank = undefined;
    }
  }

  /** No text has come since the editor began to read: its prompt is still to come. */
  get isAwaited(): boolean {
    return this.#blank !== undefined;
  }

  #look(since: Buffer): void {
    this.#blank = since.length > MAX_BYTES || hasText(since) ? undefined : Buffer.from(since);
  }
}

function hasText(bytes: Buffer): boolean {
  for (const { kind } of escapeTokens(bytes)) if (kind === 'text') return true;
  return false;
}
