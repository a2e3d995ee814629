/** Controls that could act on the operator's terminal, and the characters that reorder text on it. LF and TAB stay. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of others as several lines: every control but LF and TAB, and every bidi control, is shown as `\x1b` or `\u202e`. */
export function escapeLines(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Text of others within one line: LF and TAB are shown escaped as well. */
export function escapeLine(text: string): string {
  return escapeLines(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function escapeCharacter(char: string): string {
  const code = char.charCodeAt(0);
  if (char === '\r') return '\\r';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command's words as one line that a POSIX shell would read back; controls escaped for the eye. */
export function showCommand(words: readonly string[]): string {
  return words
    .map((word) => (PLAIN_WORD.test(word) ? word : `'${escapeLine(word).replaceAll("'", "'\\''")}'`))
    .join(' ');
}
