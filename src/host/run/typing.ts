/**
 * How text gets to the program that reads the terminal's lines: character by character, as a bracketed paste, as lines for
 * the kernel's own line editor, or not at all but by the path of a file.
 */
import { commandText } from '../../protocol/commandText.ts';
import { MAX_CANONICAL_LINE_BYTES } from '../../protocol/limits.ts';
import { quote, TtyError } from '../../protocol/errors.ts';

/** What reads the typed line. */
export interface LineEditor {
  /** It has switched bracketed paste on (`CSI ? 2004 h`). */
  readonly bracketedPaste: boolean;
  /** The kernel edits the line (ICANON): 4,095 bytes a line, and it echoes. */
  readonly canonical: boolean;
}

export type TypingWay = 'raw' | 'paste' | 'lines' | 'file';

/** `CSI 200 ~`, begin of a bracketed paste. */
const PASTE_BEGIN = '\u001b[200~';
/** `CSI 201 ~`, its end. */
const PASTE_END = '\u001b[201~';
/** Longest line that is typed character by character: an editor paints each, so that 100 kB take zsh a quarter of a minute. */
const MAX_RAW_BYTES = 1024;
/** Controls that a terminal or its line editor acts upon even inside a paste (INTR, SUSP, flow control, ...). TAB, LF, ESC pass. */
const UNTYPABLE = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/;
/** Anything that a line editor takes for a key, such as TAB for completion. */
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * A command as it is typed: line ends are LF, none at the end.
 *
 * @throws TtyError INVALID_INPUT for NUL, for a frame of a bracketed paste inside, and for nothing but white space
 */
export function normalizeCommand(command: string): string {
  const refuse = (why: string, reason: string): never => {
    throw new TtyError('INVALID_INPUT', `command ${quote(command)} ${why}`, { details: { reason } });
  };
  if (command.includes('\0')) refuse('holds a NUL, which no terminal passes on', 'nul');
  if (/(?:\u001b\[|\u009b)20[01]~/.test(command)) refuse('holds the frame of a bracketed paste', 'paste_frame');
  const text = commandText(command);
  if (text.trim() === '') refuse('is empty', 'empty');
  return text;
}

export interface TypingLimits {
  /** Longest text that is typed or pasted; a longer one goes by file. */
  readonly maxPasteBytes: number;
  /** Paste even what could be typed by key, so that no key binding, abbreviation or completion sees it. */
  readonly prefersPaste: boolean;
  /** Several lines to the kernel's editor are one command; otherwise they go by file. */
  readonly takesLines: boolean;
  /** What the editor does not take as text even from a paste. */
  readonly unpastable?: RegExp;
}

/** The keys that a line editor is sent. */
export interface TypingKeys {
  /** What has it take the line. */
  readonly submit: string;
  /** From this key to `submit` it takes everything as text; else a paste is framed. */
  readonly literal?: string;
}

/** The way to type `text` to `editor`. */
export function typingWay(
  text: string,
  editor: LineEditor,
  { maxPasteBytes, prefersPaste, takesLines, unpastable }: TypingLimits,
): TypingWay {
  const bytes = Buffer.byteLength(text);
  if (UNTYPABLE.test(text) || bytes > maxPasteBytes || unpastable?.test(text) === true) return 'file';
  const byKey = !CONTROL.test(text);
  if (editor.bracketedPaste) return byKey && bytes <= MAX_RAW_BYTES && !prefersPaste ? 'raw' : 'paste';
  if (!editor.canonical) return byKey && bytes <= MAX_RAW_BYTES ? 'raw' : 'file';
  if (!takesLines && text.includes('\n')) return 'file';
  // The kernel's editor acts on ESC and TAB no more than on letters, but several lines are several reads.
  return text.split('\n').every((line) => Buffer.byteLength(line) <= MAX_CANONICAL_LINE_BYTES - 1) ? 'lines' : 'file';
}

/** The bytes to write for `text`, the line's end included: `submit` for a line editor, LF for the kernel's. */
export function typingBytes(text: string, way: Exclude<TypingWay, 'file'>, { submit, literal }: TypingKeys): Buffer {
  if (way === 'lines') return Buffer.from(`${text}\n`);
  if (way === 'raw') return Buffer.from(`${text}${submit}`);
  return Buffer.from(
    literal === undefined ? `${PASTE_BEGIN}${text}${PASTE_END}${submit}` : `${literal}${text}${submit}`,
  );
}
