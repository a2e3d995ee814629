/** Whether the last line of a program's output looks like a question to a person. A hint among others, never a proof. */
import { outputText } from '../../protocol/outputText.ts';

/** How much of the end of the output is worth looking at. */
export const PROMPT_TAIL_BYTES = 4 * 1024;
/** No prompt is longer; a line that is, is data. */
const MAX_PROMPT_CHARS = 300;

/** How prompts end, spaces aside: of shells, REPLs, debuggers, pagers (`:`, `(END)`, `--More--(5%)`), questions (`[Y/n]`, `. . .`). */
const PROMPT_END = /(?:[>$#%:?\])}»›❯➜λ]|\.{3}|(?:\. ){2}\.|--|\(END\))$/u;
/** The cursor is back at the start of the line (CR, then only colours, erasing, modes): it will be overwritten, as progress is. */
const OVERWRITTEN = /\r(?:\u001b\[[0-9;?]*[mKhl])*$/;

/** `tail` is the end of the output, cut anywhere; at most {@link PROMPT_TAIL_BYTES} of it are looked at. */
export function isPromptLike(tail: Buffer): boolean {
  const bytes = tail.subarray(Math.max(0, tail.length - PROMPT_TAIL_BYTES));
  if (OVERWRITTEN.test(bytes.toString('latin1'))) return false;
  const text = outputText(bytes);
  const line = text.slice(text.lastIndexOf('\n') + 1).trim();
  return line.length <= MAX_PROMPT_CHARS && PROMPT_END.test(line);
}
