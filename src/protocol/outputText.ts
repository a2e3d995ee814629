/**
 * Output as text: the *line model*. CR, BS, erase-in-line and cursor moves within the line act as on a terminal; every
 * other escape sequence vanishes; lines never wrap; CRLF becomes LF. What used the alternate screen or addressed rows is
 * flagged, because only a terminal model can tell what it looked like. No terminal library and no schema library here.
 *
 * Sequences are those of ECMA-48 and ctlseqs (xterm); their states follow the parser of https://vt100.net/emu/dec_ansi_parser.
 */
import { MAX_SIZE } from './limits.ts';
import type { OutputLine } from './outputLine.ts';
import { ScreenUse } from './screenUse.ts';
import { StyledLine } from './styledLine.ts';
import { TextLine } from './textLine.ts';

const LF = 0x0a;
const CR = 0x0d;
const BS = 0x08;
const TAB = 0x09;
const BEL = 0x07;
const ESC = 0x1b;

/** Text that no rule of the model touches, so that it passes as it is. */
const NEEDS_MODEL = /[\0-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\r(?!\n)/;

/** Largest block that is tested for plain text at once: one sequence sends at most so much through the slow path. */
const BLOCK_BYTES = 64 * 1024;

/** CSI parameters that are kept; nothing that acts in the line needs more. */
const MAX_SEQUENCE_CHARS = 64;

type ParserState = 'ground' | 'escape' | 'escapeIntermediate' | 'csi' | 'osc' | 'string';

/**
 * Turns program output into text, chunk by chunk; any split of the bytes gives the same text. Not reusable after
 * {@link OutputText.end}. Memory is bounded by one line, and by 1 Mi characters of it: what is further left is given
 * out early and cannot be overprinted any more.
 */
export class OutputText {
  #tail: Buffer = Buffer.alloc(0);
  #state: ParserState = 'ground';
  #sequence = '';
  readonly #line: OutputLine;
  readonly #use = new ScreenUse();

  /** With `ansi` the text keeps its looks (SGR); each line begins and ends in the plain one. */
  constructor(options: { readonly ansi?: boolean } = {}) {
    this.#line = options.ansi === true ? new StyledLine() : new TextLine();
  }

  /** Whether the alternate screen or cursor addressing was seen so far: the text may then not be what a person saw. */
  get usesScreen(): boolean {
    return this.#use.usesScreen;
  }

  /** Takes the next bytes and gives the text of the lines that they completed, each with its LF. */
  feed(bytes: Buffer): string {
    this.#use.feed(bytes);
    let text = '';
    for (let at = 0; at < bytes.length;) {
      const end = blockEnd(bytes, at);
      text += this.#feedBlock(bytes.subarray(at, end));
      at = end;
    }
    return text;
  }

  /** The unfinished last line, without LF. */
  end(): string {
    this.#walk(this.#tail.toString('utf8'));
    this.#tail = Buffer.alloc(0);
    return this.#line.takeOut() + this.#line.finish();
  }

  #feedBlock(block: Buffer): string {
    const bytes = this.#tail.length === 0 ? block : Buffer.concat([this.#tail, block]);
    const whole = bytes.length - incompleteUtf8Tail(bytes);
    this.#tail = whole === bytes.length ? NOTHING : Buffer.from(bytes.subarray(whole));
    const text = bytes.toString('utf8', 0, whole);
    if (this.#state === 'ground' && this.#line.isEmpty && text.endsWith('\n') && !NEEDS_MODEL.test(text)) {
      return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
    }
    this.#walk(text);
    return this.#line.takeOut();
  }

  #walk(text: string): void {
    for (let at = 0; at < text.length;) {
      if (this.#state === 'ground') {
        const end = printableEnd(text, at);
        if (end > at) this.#line.print(text.slice(at, end));
        at = end;
        if (at < text.length) this.#control(text.charCodeAt(at++));
      } else {
        this.#inSequence(text.charCodeAt(at), text[at] ?? '');
        at += 1;
      }
    }
  }

  #control(code: number): void {
    if (code === LF) this.#line.newline();
    else if (code === CR) this.#line.moveTo(0);
    else if (code === BS) this.#line.moveBy(-1);
    else if (code === TAB) this.#line.tab();
    else if (code === ESC) this.#enter('escape');
    else if (code >= 0x80) this.#c1(code);
  }

  /** An 8-bit control; each is short for ESC and the letter 0x40 below it. */
  #c1(code: number): void {
    this.#enter('escape');
    this.#inSequence(code - 0x40, String.fromCharCode(code - 0x40));
  }

  #enter(state: ParserState): void {
    this.#state = state;
    this.#sequence = '';
  }

  #inSequence(code: number, char: string): void {
    if (code === 0x18 || code === 0x1a) this.#enter('ground');
    else if (code === ESC) this.#enter('escape');
    else if (code >= 0x80 && code <= 0x9f) this.#c1(code);
    else if (this.#state === 'osc' || this.#state === 'string') {
      if (code === BEL && this.#state === 'osc') this.#enter('ground');
    } else if (code < 0x20) this.#control(code);
    else if (code >= 0xa0) this.#enter('ground');
    else if (code !== 0x7f) this.#sequenceChar(code, char);
  }

  #sequenceChar(code: number, char: string): void {
    if (this.#state === 'csi') {
      if (code < 0x40) {
        if (this.#sequence.length < MAX_SEQUENCE_CHARS) this.#sequence += char;
        return;
      }
      const parameters = this.#sequence;
      this.#enter('ground');
      this.#dispatchCsi(parameters, char);
    } else if (code < 0x30) this.#enter('escapeIntermediate');
    else if (this.#state === 'escapeIntermediate') this.#enter('ground');
    else this.#dispatchEscape(char);
  }

  #dispatchEscape(char: string): void {
    if (char === '[') this.#enter('csi');
    else if (char === ']') this.#enter('osc');
    else if (char === 'P' || char === 'X' || char === '^' || char === '_') this.#enter('string');
    else {
      this.#enter('ground');
      // NEL
      if (char === 'E') this.#line.newline();
    }
  }

  #dispatchCsi(parameters: string, final: string): void {
    if (/[^0-9;:]/.test(parameters)) return;
    if (final === 'm') return this.#line.style(parameters);
    const given = Number.parseInt(parameters, 10);
    const first = Number.isNaN(given) ? 0 : given;
    const count = Math.min(Math.max(first, 1), MAX_SIZE);
    if (final === 'C') this.#line.moveBy(count);
    else if (final === 'D') this.#line.moveBy(-count);
    else if (final === 'G') this.#line.moveTo(count - 1);
    else if (final === 'K') this.#line.erase(first);
  }
}

/** The whole output as text, its unfinished last line included; see {@link OutputText}. */
export function outputText(bytes: Buffer, options: { readonly ansi?: boolean } = {}): string {
  const model = new OutputText(options);
  return model.feed(bytes) + model.end();
}

/**
 * How many bytes at the end of `bytes` (0 to 3) begin a UTF-8 sequence whose rest is not there yet. What stands before
 * them can be decoded by itself, with the same result as in one piece.
 */
export function incompleteUtf8Tail(bytes: Uint8Array): number {
  const last = bytes.length - 1;
  for (let back = 0; back < 3 && back <= last; back += 1) {
    const byte = bytes[last - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc2) {
      const length = byte >= 0xf5 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back + 1 ? back + 1 : 0;
    }
  }
  return 0;
}

const NOTHING = Buffer.alloc(0);

/** Where the next block ends: after the last LF within {@link BLOCK_BYTES} if there is one. */
function blockEnd(bytes: Buffer, from: number): number {
  const limit = Math.min(from + BLOCK_BYTES, bytes.length);
  const lineFeed = bytes.subarray(from, limit).lastIndexOf(LF);
  return lineFeed === -1 ? limit : from + lineFeed + 1;
}

function printableEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) break;
    at += 1;
  }
  return at;
}
