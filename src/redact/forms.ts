/** The forms in which programs print a secret. Each is looked for by itself. */

/** Shortest value that can be masked: shorter ones stand everywhere. Counted in bytes, controls left out. */
export const MIN_SECRET_BYTES = 4;
/** Shortest form other than the value itself, and least of a longer form that is masked when the rest of it is missing. */
export const MIN_PART_BYTES = 8;

/**
 * `value` as it is, as a part of a URL, of JSON, of HTML and of a shell's line, in hexadecimal, and inside base64 at each of
 * its three places. Without controls, which a terminal acts upon and matching passes over. The value itself is the first.
 */
export function formsOf(value: string): Buffer[] {
  const text = Buffer.from(value).toString(); // a lone half of a character becomes the one that a program would get
  const own = withoutControls(text);
  const others = [...urlForms(text), JSON.stringify(text).slice(1, -1), ...shellForms(text), htmlForm(text)];
  const encoded = [...hexForms(text), ...base64Forms(text)];
  const rest = [...others, ...encoded].map(withoutControls).filter((form) => Buffer.byteLength(form) >= MIN_PART_BYTES);
  return [...new Set([own, ...rest])].map((form) => Buffer.from(form));
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

function shellForms(text: string): string[] {
  return [text.replaceAll("'", `'\\''`), text.replaceAll(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&')];
}

function htmlForm(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function hexForms(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

/** The characters of base64 that `text` alone decides, with 0, 1 or 2 bytes before it in its group of three. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const own = (encoding: 'base64' | 'base64url'): string =>
      all.toString(encoding).slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
    return [own('base64'), own('base64url')];
  });
}
