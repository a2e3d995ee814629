/** The forms in which programs print a secret. Each is looked for by itself. */

/** Shortest value that can be masked: shorter ones stand everywhere. Counted in bytes, controls left out. */
export const MIN_SECRET_BYTES = 4;
/** Shortest form other than the value itself, and least of a longer form that is masked when the rest of it is missing. */
export const MIN_PART_BYTES = 8;

/** Values of more bytes are looked for in fewer forms: a key of 4,096 bits has 3,200, and most forms are no shorter. */
const LONG_BYTES = 1024;

/**
 * `value` as it is, as a part of a URL, of JSON, of HTML and of shell lines (also one that is quoted in another), in hexadecimal,
 * and inside base64 at each of its three places; a long one as it is, in JSON and in base64. Without controls, which a terminal acts upon
 * and matching passes over. The value itself is the first.
 */
export function formsOf(value: string): Buffer[] {
  const text = Buffer.from(value).toString(); // a lone half of a character becomes the one that a program would get
  const isLong = Buffer.byteLength(text) > LONG_BYTES;
  const forms = isLong
    ? [json(text), ...base64Forms(text, 'base64')]
    : [...written(text), ...hexForms(text), ...base64Forms(text, 'base64'), ...base64Forms(text, 'base64url')];
  const rest = forms.map(withoutControls).filter((form) => Buffer.byteLength(form) >= MIN_PART_BYTES);
  return [...new Set([withoutControls(text), ...rest])].map((form) => Buffer.from(form));
}

/** As people and programs write it into texts of a language. */
function written(text: string): string[] {
  return [...urlForms(text), json(text), json(json(text)), htmlForm(text), ...shellForms(text)];
}

/**
 * How many bytes of a form must stand in a row to be masked when the rest does not follow: half of it, because a line editor
 * paints beginnings and tables cut ends off, and never so few that common words count.
 */
export function leastPart(formBytes: number): number {
  return Math.min(formBytes, Math.max(MIN_PART_BYTES, Math.ceil(formBytes / 2)));
}

/** `text` without C0 controls and DEL. */
export function withoutControls(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, '');
}

function urlForms(text: string): string[] {
  const upper = encodeURIComponent(text);
  const lower = upper.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [upper, lower, upper.replaceAll('%20', '+'), encodeURI(text)];
}

/** How the inside of a quoted text is written: POSIX shells, fish, both within double quotes, PowerShell. */
const QUOTINGS: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll("'", `'\\''`),
  (text) => text.replaceAll(/[\\']/g, '\\$&'),
  (text) => text.replaceAll(/[\\"$`]/g, '\\$&'),
  (text) => text.replaceAll("'", "''"),
];

/** Quoted once; a quoted text quoted again, as `eval` is given it; and with each special character escaped. */
function shellForms(text: string): string[] {
  const once = QUOTINGS.map((quoted) => quoted(text));
  const twice = once.flatMap((line) => QUOTINGS.map((quoted) => quoted(line)));
  return [...once, ...twice, text.replaceAll(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&')];
}

function json(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function htmlForm(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function hexForms(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

/** The characters of base64 that `text` alone decides, with 0, 1 or 2 bytes before it in its group of three. */
function base64Forms(text: string, encoding: 'base64' | 'base64url'): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    return all.toString(encoding).slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
  });
}
