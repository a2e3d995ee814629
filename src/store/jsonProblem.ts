/**
 * Where a text stops being JSON (RFC 8259), for people who wrote it by hand. `JSON.parse` decides what is JSON; its message
 * has no position in some versions of Node, so this says where and what.
 */
export interface JsonProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly problem: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[\u0020\u0021\u0023-\u005b\u005d-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const STRING_BEGIN = /"(?:[\u0020\u0021\u0023-\u005b\u005d-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
/** Deeper texts are no configuration, and would cost stack. */
const MAX_DEPTH = 100;

/** The first problem of `text`, `undefined` when it is JSON. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  const scan = new JsonScan(text);
  const problem = scan.run();
  if (problem === undefined) return undefined;
  const before = text.slice(0, scan.at);
  return { line: before.split('\n').length, column: scan.at - before.lastIndexOf('\n'), problem };
}

/** Walks the text; `at` stands where the problem is. Each part returns the problem, or nothing. */
class JsonScan {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string | undefined {
    const problem = this.#value(0);
    if (problem !== undefined) return problem;
    return this.at === this.#text.length ? undefined : this.#unexpected('the end');
  }

  #value(depth: number): string | undefined {
    this.#take(SPACE);
    const next = this.#text[this.at];
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
    if (next === '{') return this.#list('}', () => this.#member(depth + 1));
    if (next === '[') return this.#list(']', () => this.#value(depth + 1));
    const problem =
      next === '"' ? this.#string() : this.#take(NUMBER) || this.#take(WORD) ? undefined : this.#unexpected('a value');
    this.#take(SPACE);
    return problem;
  }

  #member(depth: number): string | undefined {
    if (this.#text[this.at] !== '"') return this.#unexpected('a key in double quotes');
    const problem = this.#string();
    if (problem !== undefined) return problem;
    this.#take(SPACE);
    if (this.#text[this.at] !== ':') return this.#unexpected('":"');
    this.at += 1;
    return this.#value(depth);
  }

  #list(close: string, item: () => string | undefined): string | undefined {
    this.at += 1;
    this.#take(SPACE);
    for (let isFirst = true; this.#text[this.at] !== close; isFirst = false) {
      if (!isFirst) {
        if (this.#text[this.at] !== ',') return this.#unexpected(`"," or "${close}"`);
        const comma = this.at;
        this.at += 1;
        this.#take(SPACE);
        if (this.#text[this.at] === close) {
          this.at = comma;
          return 'a comma after the last item is not allowed';
        }
      }
      const problem = item();
      if (problem !== undefined) return problem;
    }
    this.at += 1;
    this.#take(SPACE);
    return undefined;
  }

  #string(): string | undefined {
    if (this.#take(STRING)) return undefined;
    this.#take(STRING_BEGIN);
    if (this.at === this.#text.length) return 'the text ends inside a string';
    return this.#text[this.at] === '\\' ? 'an unknown escape in a string' : 'a control character in a string';
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.#text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  #unexpected(due: string): string {
    const rest = this.#text.slice(this.at, this.at + 2);
    if (rest === '//' || rest === '/*' || rest.startsWith('#')) return 'comments are not allowed';
    const found = rest === '' ? 'the end' : JSON.stringify(String.fromCodePoint(this.#text.codePointAt(this.at) ?? 0));
    return `expected ${due}, found ${found}`;
  }
}
