/**
 * A byte filter in front of the emulator, never in front of the log. It takes the force out of sequences that would hold
 * an emulator for minutes (`CSI 2147483647 b`) or fill its memory, and passes everything else byte for byte.
 *
 * It follows the states of the emulator's own parser (https://vt100.net/emu/dec_ansi_parser, as xterm.js implements it).
 * Where the two could disagree on garbage, it aborts the sequence with CAN, so that the emulator is never inside a
 * sequence of which the filter does not know.
 */
import { incompleteUtf8Tail } from '../../protocol/outputText.ts';
import { clampParameters, COUNTED_FINALS, MAX_PARAMETER } from './clampParameters.ts';

/** Payload of one OSC, DCS, APC, PM or SOS string; what follows is cut. */
export const MAX_STRING_BYTES = 64 * 1024;
/** Parameter bytes that are held while their final byte is not there; 32 parameters of four digits fit. */
const MAX_HELD_BYTES = 256;

const ESC = 0x1b;
const CAN = 0x18;
const SUB = 0x1a;
const BEL = 0x07;
const DEL = 0x7f;
const ERASE_FINAL = 0x4a;
/** Parameters that make ED and DECSED erase from the start of the screen up to the cursor. */
const ERASE_ABOVE = /^\??0*1(?:[;:][0-9;:]*)?$/;
const QUESTION_MARK = 0x3f;
/** First byte of U+0080 to U+00BF, where the 8-bit controls are. */
const C1_LEAD = 0xc2;
/** Second byte of the 8-bit ST. */
const C1_ST = 0x9c;

const NOTHING = Buffer.alloc(0);
const ABORT = Buffer.from([CAN]);

type State = 'ground' | 'escape' | 'csi' | 'osc' | 'dcsHeader' | 'dcs' | 'ignoredString';

/** A place in what the filter gave. */
export interface Cut {
  /**
   * `osc`: an OSC string with a question mark, which may be a query, ended: right after BEL, the ESC of `ESC \\`, or the 8-bit ST; the
   * emulator tells its listeners of a string, not how it ended. Else the final byte of an erase up to the cursor (ED 1) is next.
   */
  readonly what: 'osc' | 'erase' | 'selectiveErase';
  readonly end: number;
}

/** A streaming filter: any split of the bytes gives the same bytes. Holds back what it cannot judge yet. */
export class Clamp {
  #cols: number;
  #rows: number;
  #state: State = 'ground';
  /** An unfinished UTF-8 sequence: the emulator loses some characters when it gets them in two pieces. */
  #tail: Buffer = NOTHING;
  /** Parameter and intermediate bytes of the control sequence under way, where they were taken out of the stream. */
  #held = '';
  #stringBytes = 0;
  #hasQuestionMark = false;

  /** The chunk under way, what of it stands in `#out` or was cut, and the pieces to give out. */
  #bytes: Buffer = NOTHING;
  #done = 0;
  #out: Buffer[] = [];
  #outBytes = 0;
  #cuts: Cut[] = [];

  constructor(cols: number, rows: number) {
    this.#cols = cols;
    this.#rows = rows;
  }

  /** Tells the size that bounds REP, SU, SD, IL, DL, ICH, DCH, ECH, CHT and CBT from here on. */
  resize(cols: number, rows: number): void {
    this.#cols = cols;
    this.#rows = rows;
  }

  /** Where the emulator's listeners have to be told or asked something, in what {@link filter} gave last. */
  get cuts(): readonly Cut[] {
    return this.#cuts;
  }

  /** Whether the bytes so far end outside of every sequence and character. */
  get isAtRest(): boolean {
    return this.#state === 'ground' && this.#tail.length === 0;
  }

  /** Gives what the emulator may have of `chunk`; the same buffer when nothing in it needs a look. */
  filter(chunk: Buffer): Buffer {
    const joined = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const tail = incompleteUtf8Tail(joined);
    this.#tail = tail === 0 ? NOTHING : Buffer.from(joined.subarray(joined.length - tail));
    const bytes = tail === 0 ? joined : joined.subarray(0, joined.length - tail);
    if (this.#cuts.length > 0) this.#cuts = [];
    if (this.#state === 'ground' && !bytes.includes(ESC) && !bytes.includes(C1_LEAD)) return bytes;
    this.#bytes = bytes;
    this.#done = 0;
    this.#out = [];
    this.#outBytes = 0;
    for (let at = 0; at < bytes.length;) at = this.#step(at);
    if (this.#out.length === 0) return this.#done === 0 ? bytes : bytes.subarray(this.#done);
    this.#emitUntil(bytes.length);
    return Buffer.concat(this.#out);
  }

  #step(at: number): number {
    switch (this.#state) {
      case 'ground':
        return this.#inGround(at);
      case 'escape':
        return this.#inEscape(at);
      case 'csi':
        return this.#inCsi(at);
      case 'dcsHeader':
        return this.#inDcsHeader(at);
      default:
        return this.#inString(at);
    }
  }

  #inGround(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < bytes.length && bytes[at] !== ESC && bytes[at] !== C1_LEAD) at += 1;
    if (at === bytes.length) return at;
    return this.#control(at) ?? at + 1;
  }

  /** Follows the control at `at` that acts in every state (ESC, CAN, SUB, C1); gives where it ends, or nothing. */
  #control(at: number): number | undefined {
    const byte = this.#bytes[at];
    if (byte === ESC) {
      if (this.#state === 'osc') this.#oscEnded(at + 1);
      this.#state = 'escape';
      this.#held = '';
      return at + 1;
    }
    if (byte === CAN || byte === SUB) {
      this.#state = 'ground';
      this.#held = '';
      return at + 1;
    }
    const second = this.#bytes[at + 1];
    if (byte !== C1_LEAD || second === undefined || second < 0x80 || second > 0x9f) return undefined;
    if (this.#state === 'osc' && second === C1_ST) this.#oscEnded(at + 2);
    this.#state = 'ground';
    this.#introduce(second - 0x40);
    return at + 2;
  }

  /** Takes the byte after ESC, or the C1 control that stands for it. Says whether it opens something. */
  #introduce(byte: number): boolean {
    this.#held = '';
    this.#stringBytes = 0;
    this.#hasQuestionMark = false;
    if (byte === 0x5b) this.#state = 'csi';
    else if (byte === 0x5d) this.#state = 'osc';
    else if (byte === 0x50) this.#state = 'dcsHeader';
    else if (byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#state = 'ignoredString';
    else return false;
    return true;
  }

  /** Ends the sequence at a byte that has no place in it. The byte itself is cut. */
  #abort(at: number): number {
    this.#emitUntil(at);
    this.#emit(ABORT);
    this.#done = at + 1;
    this.#held = '';
    this.#state = 'ground';
    return at + 1;
  }

  #inEscape(at: number): number {
    const next = this.#control(at);
    if (next !== undefined) return next;
    const byte = this.#bytes[at] ?? 0;
    if (byte >= 0x80) return this.#abort(at);
    if (byte < 0x20 || byte === DEL) return at + 1;
    // an intermediate: the sequence goes on, and no introducer can follow any more; `#held` remembers that
    if (byte < 0x30) this.#held = ' ';
    else if (this.#held !== '' || !this.#introduce(byte)) {
      this.#held = '';
      this.#state = 'ground';
    }
    return at + 1;
  }

  #inCsi(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < bytes.length && isParameterByte(bytes[at] ?? 0)) at += 1;
    const final = bytes[at];
    if (final !== undefined && final >= 0x40 && final < DEL) {
      this.#endCsi(from, at, final);
      return at + 1;
    }
    if (at > from) {
      const room = MAX_HELD_BYTES - this.#held.length;
      this.#held += bytes.toString('latin1', from, Math.min(at, from + room));
      this.#emitUntil(from);
      this.#done = at;
    }
    if (final === undefined) return at;
    const next = this.#control(at);
    if (next !== undefined) return next;
    // other C0 controls act inside a sequence and pass
    return final >= 0x80 ? this.#abort(at) : at + 1;
  }

  #endCsi(from: number, at: number, final: number): void {
    this.#state = 'ground';
    const erases = final === ERASE_FINAL ? this.#held + this.#bytes.toString('latin1', from, at) : '';
    this.#clampCsi(from, at, final);
    if (!ERASE_ABOVE.test(erases)) return;
    this.#cuts.push({
      what: erases.startsWith('?') ? 'selectiveErase' : 'erase',
      end: this.#outBytes + at - this.#done,
    });
  }

  #clampCsi(from: number, at: number, final: number): void {
    // what is short and names no count can hold no large number
    if (this.#held === '' && at - from <= 4 && !COUNTED_FINALS.has(final)) return;
    const raw = this.#held + this.#bytes.toString('latin1', from, at);
    const clamped = clampParameters(raw.slice(0, MAX_HELD_BYTES), this.#firstLimit(final));
    const changed = this.#held !== '' || clamped !== raw;
    this.#held = '';
    if (!changed) return;
    this.#emitUntil(from);
    this.#emit(Buffer.from(clamped, 'latin1'));
    this.#done = at;
  }

  #firstLimit(final: number): number {
    const bound = COUNTED_FINALS.get(final);
    if (bound === 'cells') return Math.min(MAX_PARAMETER, this.#cols * this.#rows);
    if (bound === 'cols') return Math.min(MAX_PARAMETER, this.#cols);
    return bound === 'rows' ? Math.min(MAX_PARAMETER, this.#rows) : MAX_PARAMETER;
  }

  #inDcsHeader(at: number): number {
    const next = this.#control(at);
    if (next !== undefined) return next;
    const byte = this.#bytes[at] ?? 0;
    if (byte >= 0x80) return this.#abort(at);
    if (byte >= 0x40 && byte < DEL) this.#state = 'dcs';
    return this.#countString(at);
  }

  #inString(at: number): number {
    const next = this.#control(at);
    if (next !== undefined) return next;
    const byte = this.#bytes[at] ?? 0;
    if (byte === BEL && this.#state === 'osc') {
      this.#oscEnded(at + 1);
      this.#state = 'ground';
      return at + 1;
    }
    if (byte === QUESTION_MARK) this.#hasQuestionMark = true;
    // the emulator would take text beyond ASCII for the end of a string that it ignores, and show the rest
    if (byte >= 0x80 && this.#state === 'ignoredString') return this.#cut(at);
    return this.#countString(at);
  }

  #countString(at: number): number {
    this.#stringBytes += 1;
    return this.#stringBytes > MAX_STRING_BYTES ? this.#cut(at) : at + 1;
  }

  /** Leaves out the byte at `at`. */
  #cut(at: number): number {
    if (this.#done < at) this.#emitUntil(at);
    this.#done = at + 1;
    return at + 1;
  }

  #oscEnded(end: number): void {
    if (this.#hasQuestionMark) this.#cuts.push({ what: 'osc', end: this.#outBytes + end - this.#done });
  }

  #emitUntil(end: number): void {
    if (end > this.#done) this.#emit(this.#bytes.subarray(this.#done, end));
    this.#done = end;
  }

  #emit(bytes: Buffer): void {
    this.#out.push(bytes);
    this.#outBytes += bytes.length;
  }
}

function isParameterByte(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x3f;
}
