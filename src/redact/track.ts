/**
 * Follows one flow of text byte by byte: which secret it may be in the middle of, and which of its bytes are known to belong
 * to one. What stands between the bytes (escape sequences, ends of lines) is its caller's business.
 */
import type { SecretTable } from './secretTable.ts';
import { TokenMatch } from './tokenMatch.ts';

/** Gets what is found. Positions count the bytes of the whole stream. */
export interface MatchSink {
  /** The byte at `position` belongs to a secret. */
  mark(position: number): void;
  /** A secret of that rule begins at `position`: called once for each, and not for one that overlaps the last. */
  found(rule: number, position: number): void;
}

/** A letter, digit or `_`: what begins right behind one is inside a word. */
const WORD_BYTE = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(/\w/.test(String.fromCharCode(byte)) && byte < 0x80),
);

export class Track {
  readonly #table: SecretTable;
  readonly #sink: MatchSink;
  /** Positions of the last bytes, and the byte that stood before each (0: none that is text). */
  readonly #positions: Float64Array;
  readonly #before: Uint8Array;
  readonly #mask: number;
  #count = 0;
  /** See {@link SecretTable}. */
  #state = 0;
  #tokens: TokenMatch[] = [];
  /** The last row of marked bytes: from this position up to, not including, that one. */
  #markedFrom = 0;
  #markedTo = 0;
  /** Bytes struck over the one before them, as bold is printed; marked with what they stand on. */
  #struck: number[] = [];
  #isStriking = false;
  #last = { byte: -1, position: -1 };
  /** Bytes since the cursor was at the beginning of a line. */
  #inLine = 0;

  constructor(table: SecretTable, sink: MatchSink) {
    this.#table = table;
    this.#sink = sink;
    const size = 2 ** Math.ceil(Math.log2(table.maxDepth + 1));
    this.#positions = new Float64Array(size);
    this.#before = new Uint8Array(size);
    this.#mask = size - 1;
  }

  get state(): number {
    return this.#state;
  }

  /** The next byte cannot be looked up in the table alone: a token may go on, or the byte is struck over another. */
  get needsStep(): boolean {
    return this.#tokens.length > 0 || this.#isStriking;
  }

  /** Nothing is begun: what comes may be looked at without what came. */
  get isIdle(): boolean {
    return this.#state === 0 && this.#tokens.length === 0;
  }

  /** The first byte of which it is not known yet whether it is secret; infinite when there is none. */
  get unsureFrom(): number {
    let from = this.#unsure()[0] ?? Number.POSITIVE_INFINITY;
    for (const token of this.#tokens) if (!token.isSure) from = Math.min(from, token.from);
    return from;
  }

  /** Bytes of the longest beginning of a secret that the text ends with and that is not marked yet. */
  get unsureBytes(): number {
    let bytes = this.#unsure().length === 0 ? 0 : (this.#table.depth[this.#state] ?? 0);
    for (const token of this.#tokens) if (!token.isSure) bytes = Math.max(bytes, token.bytes);
    return bytes;
  }

  /** Takes the next byte of text, which stood behind `before` (0: behind no text). */
  step(byte: number, position: number, before: number): void {
    if (this.#isStriking && this.#strike(byte, position)) return;
    const { next, columns, columnOf, isMarked } = this.#table;
    const state = next[this.#state * columns + (columnOf[byte] ?? 0)] ?? 0;
    this.#state = state;
    this.#last = { byte, position };
    this.#inLine++;
    if (state !== 0) this.#remember(position, before);
    else if (this.#struck.length > 0) this.#struck = [];
    if (this.#tokens.length > 0) this.#stepTokens(byte, position);
    if (isMarked[state] === 1) this.#marked(state, position);
  }

  /**
   * Takes what the caller has read of a row of text by the table alone, from no token on: `bytes[from]` to `bytes[to - 1]`, the
   * first one at `position`, behind `before`, which lead to `state`.
   */
  catchUp(state: number, bytes: Buffer, range: { from: number; to: number; position: number; before: number }): void {
    const { from, to, position, before } = range;
    this.#state = state;
    if (from === to) return;
    if (state === 0) return void (this.#struck.length > 0 && (this.#struck = []));
    const first = Math.max(from, to - (this.#table.depth[state] ?? 0));
    for (let at = first; at < to; at++) {
      this.#remember(position + at - from, at === from ? before : (bytes[at - 1] ?? 0));
    }
    this.#last = { byte: bytes[to - 1] ?? 0, position: position + to - 1 - from };
    this.#inLine += to - from;
    if (this.#table.isMarked[state] === 1) this.#marked(state, position + to - 1 - from);
  }

  /** A line editor has gone to the next line. */
  wrapped(): void {
    this.#isStriking = false;
    this.#inLine = 0;
  }

  /**
   * The cursor goes back to the beginning of its line. Right behind the first character it goes onto that, to print it once
   * more: some line editors begin each line that way.
   */
  returned(): void {
    const isBehindFirst = this.#inLine === 1 && !this.isIdle;
    if (!isBehindFirst) this.lineEnds();
    this.#isStriking = isBehindFirst;
  }

  /** The line ends here: tokens that may be of any length end with it. */
  lineEnds(): void {
    this.wrapped();
    if (this.#tokens.length > 0) this.#tokens = this.#tokens.filter((token) => token.goesOnBehindLine());
  }

  /** The cursor goes back by one: the next byte may be struck over the last one. */
  backspace(): void {
    this.#isStriking = !this.isIdle;
  }

  /** Forgets what was begun. */
  reset(): void {
    this.#state = 0;
    this.#tokens = [];
    this.#struck = [];
    this.#isStriking = false;
  }

  /** Marks the bytes from `position` on that may be part of a secret, if at least `least` bytes of it have come. */
  markUnsure(position: number, least: number): void {
    if (this.unsureBytes < least) return;
    const from = this.unsureFrom;
    if (from >= position) return;
    for (const at of this.#unsure()) if (at >= position) this.#sink.mark(at);
    for (const token of this.#tokens) {
      for (const at of token.positions) if (at >= position) this.#sink.mark(at);
    }
  }

  #strike(byte: number, position: number): boolean {
    this.#isStriking = false;
    const { byte: struck, position: struckAt } = this.#last;
    if (byte !== struck) return false;
    if (struckAt < this.#markedTo && struckAt >= this.#markedFrom) this.#sink.mark(position);
    else this.#struck.push(position);
    for (const token of this.#tokens) token.strike(position);
    return true;
  }

  #remember(position: number, before: number): void {
    const slot = this.#count & this.#mask;
    this.#positions[slot] = position;
    this.#before[slot] = before;
    this.#count++;
  }

  #marked(state: number, position: number): void {
    const secretBytes = this.#table.secretBytes[state] ?? 0;
    if (secretBytes > 0) this.#mark(secretBytes, this.#table.rule[state] ?? 0, position);
    for (const { shape, rule, prefixBytes } of this.#table.openings[state] ?? []) {
      const slot = (this.#count - prefixBytes) & this.#mask;
      if (WORD_BYTE[this.#before[slot] ?? 0] === 1) continue;
      if (this.#tokens.some((token) => token.shape === shape)) continue;
      this.#tokens.push(new TokenMatch(shape, rule, this.#lastPositions(prefixBytes)));
    }
  }

  #mark(secretBytes: number, rule: number, position: number): void {
    const first = this.#position(this.#count - secretBytes);
    if (first >= this.#markedTo) this.#sink.found(rule, first);
    const isSameRow = first >= this.#markedFrom && first < this.#markedTo;
    // from the end on, so that a secret that grows byte by byte is not gone through each time
    for (let index = this.#count - 1; index >= this.#count - secretBytes; index--) {
      const at = this.#position(index);
      if (isSameRow && at < this.#markedTo) break;
      this.#sink.mark(at);
    }
    for (const at of this.#struck) if (at > first) this.#sink.mark(at);
    this.#struck = [];
    if (!isSameRow) this.#markedFrom = first;
    this.#markedTo = position + 1;
  }

  #stepTokens(byte: number, position: number): void {
    let hasEnded = false;
    for (const token of this.#tokens) {
      const wasSure = token.isSure;
      const goesOn = token.step(byte, position);
      if (token.isSure) {
        if (!wasSure && token.from >= this.#markedTo) this.#sink.found(token.rule, token.from);
        this.#markToken(token.take());
      }
      hasEnded ||= !goesOn;
    }
    if (hasEnded) this.#tokens = this.#tokens.filter((token) => token.isOpen);
  }

  #markToken(positions: readonly number[]): void {
    const [first] = positions;
    if (first === undefined) return;
    for (const at of positions) this.#sink.mark(at);
    if (first > this.#markedTo || first < this.#markedFrom) this.#markedFrom = first;
    this.#markedTo = Math.max(this.#markedTo, (positions.at(-1) ?? first) + 1);
  }

  /** Positions of the begun secret that are not marked. */
  #unsure(): number[] {
    const depth = this.#table.depth[this.#state] ?? 0;
    if (depth === 0) return [];
    const positions = this.#lastPositions(depth);
    const [first = 0] = positions;
    const isInRow = first >= this.#markedFrom && first < this.#markedTo;
    return isInRow ? positions.filter((at) => at >= this.#markedTo) : positions;
  }

  #lastPositions(bytes: number): number[] {
    return Array.from({ length: bytes }, (_, i) => this.#position(this.#count - bytes + i));
  }

  #position(index: number): number {
    return this.#positions[index & this.#mask] ?? 0;
  }
}
