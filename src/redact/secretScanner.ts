/**
 * Finds secrets in what a program writes to a terminal: their text may be split over chunks, coloured, overstruck and wrapped.
 * Escape sequences and controls between its characters do not hide it, and neither do the ends of lines that programs put
 * into it; in titles and other strings it is found for itself. ECMA-48 section 5.4, xterm's ctlseqs.
 */
import type { SecretTable } from './secretTable.ts';
import { type MatchSink, Track } from './track.ts';

const BEL = 0x07;
const BS = 0x08;
const LF = 0x0a;
const CR = 0x0d;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const SPACE = 0x20;
const DEL = 0x7f;
const BRACKET = 0x5b;
/** `]`, `P`, `X`, `^`, `_`: what opens a string. */
const STRING_OPENERS: ReadonlySet<number> = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f]);

/** A secret whose bytes lie further apart than this is not found: what is held for it must have an end. */
export const MAX_APART_BYTES = 8 * 1024;
/** How often that is looked at, in bytes; by the place in the stream, so that it does not depend on chunks. */
const APART_STEP = 64;

type Mode = 'text' | 'escape' | 'csi' | 'string';

/** Streaming: any split of the same bytes finds the same. */
export class SecretScanner {
  readonly #table: SecretTable;
  readonly #text: Track;
  readonly #strings: Track;
  #mode: Mode = 'text';
  /** Position of the next byte. */
  #position = 0;
  /** Where the row of text begins that the next byte may go on, and the last byte of the chunk before. */
  #rowFrom = 0;
  #lastByte = 0;
  #beforeInString = 0;
  /** A blank whose meaning the next bytes decide: line editors print one and CR to get to the next line. */
  #blank: { readonly position: number; readonly before: number; hasReturned: boolean } | undefined;

  constructor(table: SecretTable, sink: MatchSink) {
    this.#table = table;
    this.#text = new Track(table, sink);
    this.#strings = new Track(table, sink);
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  /** The first byte of which it is not known yet whether it is secret; infinite when there is none. */
  get unsureFrom(): number {
    const blank = this.#blank?.position ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#text.unsureFrom, this.#strings.unsureFrom, blank);
  }

  /** Bytes of the longest beginning of a secret that the text ends with. */
  get unsureBytes(): number {
    return Math.max(this.#text.unsureBytes, this.#strings.unsureBytes);
  }

  feed(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#mode !== 'text') this.#sequence(bytes[at] ?? 0, this.#position + at++);
      else if (this.#text.needsStep || this.#blank !== undefined) at = this.#textByte(bytes, at);
      else at = this.#row(bytes, at);
    }
    this.#lastByte = bytes.at(-1) ?? this.#lastByte;
    this.#position += bytes.length;
  }

  /** What follows has nothing to do with what came. */
  reset(): void {
    this.#text.reset();
    this.#strings.reset();
    this.#mode = 'text';
    this.#blank = undefined;
    this.#beforeInString = 0;
    this.#rowFrom = this.#position;
  }

  /** See {@link Track.markUnsure}. */
  markUnsure(position: number, least: number): void {
    this.#text.markUnsure(position, least);
    this.#strings.markUnsure(position, least);
  }

  /** Reads text by the table alone, to the first byte that is none or needs a closer look. Returns where it stopped. */
  #row(bytes: Buffer, start: number): number {
    const { next, columns, columnOf, isMarked } = this.#table;
    let { state } = this.#text;
    let from = start;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte <= SPACE || byte === DEL) {
        if (state !== 0 || byte === ESC) break;
        // Nothing is begun: a control has no meaning here, and a blank is as good as one.
        if (byte !== SPACE) this.#rowFrom = this.#position + at + 1;
        if (byte !== SPACE) continue;
      }
      state = next[state * columns + (columnOf[byte] ?? 0)] ?? 0;
      if (isMarked[state] !== 1) continue;
      this.#catchUp(state, bytes, from, at + 1);
      from = at + 1;
      if (this.#text.needsStep) return from;
    }
    this.#catchUp(state, bytes, from, at);
    return at < bytes.length ? this.#textByte(bytes, at) : at;
  }

  #catchUp(state: number, bytes: Buffer, from: number, to: number): void {
    const range = { from, to, position: this.#position + from, before: this.#before(bytes, from) };
    this.#text.catchUp(state, bytes, range);
  }

  /** The text that stands right before `bytes[at]`; 0 for none. */
  #before(bytes: Buffer, at: number): number {
    if (this.#position + at <= this.#rowFrom) return 0;
    return (at === 0 ? this.#lastByte : bytes[at - 1]) ?? 0;
  }

  /** One byte outside of sequences. Returns where to go on. */
  #textByte(bytes: Buffer, at: number): number {
    const byte = bytes[at] ?? 0;
    const position = this.#position + at;
    if (this.#blank !== undefined && !this.#settleBlank(byte)) return at + 1;
    if (byte > SPACE && byte !== DEL) {
      this.#text.step(byte, position, this.#before(bytes, at));
    } else if (byte === SPACE) {
      const before = this.#before(bytes, at);
      if (this.#text.isIdle) this.#text.step(byte, position, before);
      else this.#blank = { position, before, hasReturned: false };
    } else {
      this.#control(byte, position);
    }
    return at + 1;
  }

  /** Decides about the blank by what follows it; false when `byte` is used up by that. */
  #settleBlank(byte: number): boolean {
    const blank = this.#blank;
    if (blank === undefined) return true;
    if (byte === CR && !blank.hasReturned) {
      blank.hasReturned = true;
      return false;
    }
    this.#blank = undefined;
    // ` CR` and then text: the editor's way to the next line, no text. Before LF the line had a blank at its end.
    if (blank.hasReturned && byte !== LF) {
      this.#text.wrapped();
      return true;
    }
    this.#text.step(SPACE, blank.position, blank.before);
    return true;
  }

  #control(byte: number, position: number): void {
    this.#rowFrom = position + 1;
    if (byte === ESC) this.#mode = 'escape';
    else if (byte === BS) this.#text.backspace();
    else if (byte === LF) this.#text.lineEnds();
    else if (byte === CR) this.#text.returned();
    this.#giveUpFar(position);
  }

  #sequence(byte: number, position: number): void {
    if (this.#mode === 'string') this.#stringByte(byte, position);
    else if (byte === ESC) this.#mode = 'escape';
    else if (byte === CAN || byte === SUB) this.#mode = 'text';
    else if (this.#mode === 'csi') this.#mode = byte >= 0x40 && byte !== DEL ? 'text' : 'csi';
    else if (byte === BRACKET) this.#mode = 'csi';
    else if (STRING_OPENERS.has(byte)) this.#mode = 'string';
    else if (byte >= 0x30 && byte !== DEL) this.#mode = 'text';
    this.#rowFrom = position + 1;
    this.#giveUpFar(position);
  }

  #stringByte(byte: number, position: number): void {
    if (byte >= SPACE && byte !== DEL) {
      this.#strings.step(byte, position, this.#beforeInString);
      this.#beforeInString = byte;
      return;
    }
    if (byte === ESC) this.#mode = 'escape';
    else if (byte === BEL || byte === CAN || byte === SUB) this.#mode = 'text';
    else return;
    this.#strings.reset();
    this.#beforeInString = 0;
  }

  #giveUpFar(position: number): void {
    if (position % APART_STEP !== 0) return;
    if (!this.#text.isIdle && position - this.#text.unsureFrom > MAX_APART_BYTES) this.#text.reset();
    if (!this.#strings.isIdle && position - this.#strings.unsureFrom > MAX_APART_BYTES) this.#strings.reset();
  }
}
