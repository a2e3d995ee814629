import { replaceUnsafe } from '../base/unsafeText.ts';

/** Text of others as several lines: what acts on a terminal or hides from a reader is shown, as `\x1b`, `\u202e` or `\u{e0041}`. LF and TAB stay. */
export function escapeLines(text: string): string {
  return replaceUnsafe(text, escapeCodePoint);
}

/** Text of others within one line: LF and TAB are shown escaped as well. Harmless to repeat. */
export function escapeLine(text: string): string {
  return escapeLines(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** As {@link escapeLines}, but SGR sequences stay: they do no more than colour what follows. */
export function escapeButLooks(text: string): string {
  if (!text.includes('\u001b')) return escapeLines(text);
  return text.replaceAll(
    /(\u001b\[[0-9;:]*m)|[^\u001b]+|\u001b/g,
    (piece, look?: string) => look ?? escapeLines(piece),
  );
}

function escapeCodePoint(code: number): string {
  if (code === 0x0d) return '\\r';
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command's words as one line that a POSIX shell would read back; controls escaped for the eye. */
export function showCommand(words: readonly string[]): string {
  return words
    .map((word) => (PLAIN_WORD.test(word) ? word : `'${escapeLine(word).replaceAll("'", "'\\''")}'`))
    .join(' ');
}
