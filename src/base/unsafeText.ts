/**
 * Characters that do something to a terminal or to a reader instead of showing: C0 and C1 controls, what changes the
 * direction of text, what has no width and can hide words (zero-width marks, soft hyphen, tags, supplementary variation
 * selectors; UTS #39 section 5, and the bidi controls of UAX #9). LF and TAB are not among them.
 */
const ALWAYS_UNSAFE =
  '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e01ef}';
/** Where a joiner belongs: inside an emoji sequence (UTS #51), and between letters of scripts that write with it (RFC 5892 A.1). */
const JOINED_EMOJI =
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}]\\ufe0f?)\\u200d(?=\\p{Extended_Pictographic})';
const JOINING_LETTER = `[${[
  'Arab',
  'Syrc',
  'Deva',
  'Beng',
  'Guru',
  'Gujr',
  'Orya',
  'Taml',
  'Telu',
  'Knda',
  'Mlym',
  'Sinh',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('')}]`;
const JOINED_LETTERS = `(?<=${JOINING_LETTER})[\\u200c\\u200d](?=${JOINING_LETTER})`;

const UNSAFE = new RegExp(`(${JOINED_EMOJI}|${JOINED_LETTERS})|[${ALWAYS_UNSAFE}\\u200c\\u200d]`, 'gu');

/** `text` with every such character replaced by what `show` gives for its code point. */
export function replaceUnsafe(text: string, show: (codePoint: number) => string): string {
  return text.replace(UNSAFE, (char, joiner: string | undefined) => joiner ?? show(char.codePointAt(0) ?? 0));
}
