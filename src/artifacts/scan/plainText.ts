/** What stands in a file as a text that was written down: escaped as JSON, or as a page. Streaming; any split gives the same. */

const BACKSLASH = 0x5c;
const LESS = 0x3c;
const GREATER = 0x3e;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
/** `\uXXXX`. */
const UNICODE_ESCAPE_BYTES = 6;
/** Longest entity, `&` and `;` counted. */
const MAX_ENTITY_BYTES = 12;
/** Longest tag; what is longer is text. */
const MAX_TAG_BYTES = 4 * 1024;

const JSON_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** A stream of bytes in which some sequences stand for others. */
abstract class Rewriter {
  #held: Buffer = Buffer.alloc(0);

  /** What `chunk` completes. */
  feed(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const given: Buffer[] = [];
    let from = 0;
    for (let at = this.next(bytes, 0); at !== -1; at = this.next(bytes, from)) {
      if (at > from) given.push(bytes.subarray(from, at));
      const found = this.rewrite(bytes, at);
      if (found === 'incomplete') {
        this.#held = Buffer.from(bytes.subarray(at));
        return Buffer.concat(given);
      }
      given.push(Buffer.from(found.text));
      from = found.end;
    }
    this.#held = Buffer.alloc(0);
    return Buffer.concat([...given, bytes.subarray(from)]);
  }

  /** What is held because more may follow. */
  flush(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  /** Where the next sequence may begin; -1 for nowhere. */
  protected abstract next(bytes: Buffer, from: number): number;
  /** What the sequence at `at` stands for, and where it ends. */
  protected abstract rewrite(bytes: Buffer, at: number): { text: string; end: number } | 'incomplete';
}

/** Texts of JSON as what they stand for. What is no escape stays. */
export class JsonText extends Rewriter {
  protected next(bytes: Buffer, from: number): number {
    return bytes.indexOf(BACKSLASH, from);
  }

  protected rewrite(bytes: Buffer, at: number): { text: string; end: number } | 'incomplete' {
    if (at + 1 >= bytes.length) return 'incomplete';
    const kind = String.fromCharCode(bytes[at + 1] ?? 0);
    const plain = JSON_ESCAPES.get(kind);
    if (plain !== undefined) return { text: plain, end: at + 2 };
    if (kind !== 'u') return { text: '\\', end: at + 1 };
    if (at + UNICODE_ESCAPE_BYTES > bytes.length) return 'incomplete';
    const code = unicodeAt(bytes, at);
    if (code === undefined) return { text: '\\', end: at + 1 };
    if (code < 0xd800 || code > 0xdbff) return { text: String.fromCharCode(code), end: at + UNICODE_ESCAPE_BYTES };
    const behind = at + UNICODE_ESCAPE_BYTES;
    if (behind + UNICODE_ESCAPE_BYTES > bytes.length) return 'incomplete';
    const low = unicodeAt(bytes, behind);
    if (low === undefined) return { text: '\ufffd', end: behind };
    return { text: String.fromCharCode(code, low), end: behind + UNICODE_ESCAPE_BYTES };
  }
}

/** The code of `\uXXXX`. */
function unicodeAt(bytes: Buffer, at: number): number | undefined {
  const digits = /^\\u([0-9a-fA-F]{4})$/.exec(bytes.toString('latin1', at, at + UNICODE_ESCAPE_BYTES))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** The text of a page or a drawing: without tags, entities as what they stand for. */
export class PageText extends Rewriter {
  protected next(bytes: Buffer, from: number): number {
    const tag = bytes.indexOf(LESS, from);
    const entity = bytes.indexOf(AMPERSAND, from);
    return tag === -1 ? entity : entity === -1 ? tag : Math.min(tag, entity);
  }

  protected rewrite(bytes: Buffer, at: number): { text: string; end: number } | 'incomplete' {
    const isTag = bytes[at] === LESS;
    const most = isTag ? MAX_TAG_BYTES : MAX_ENTITY_BYTES;
    const end = bytes.indexOf(isTag ? GREATER : SEMICOLON, at);
    if (end === -1 && bytes.length - at < most) return 'incomplete';
    if (end === -1 || end - at >= most) return { text: isTag ? '<' : '&', end: at + 1 };
    if (isTag) return { text: '', end: end + 1 };
    const plain = entityText(bytes.toString('latin1', at + 1, end));
    return plain === undefined ? { text: '&', end: at + 1 } : { text: plain, end: end + 1 };
  }
}

function entityText(name: string): string | undefined {
  const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (number === null) return ENTITIES.get(name);
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
