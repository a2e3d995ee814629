/**
 * Whether bytes for a terminal move about its screen: switch to the alternate one, address rows, scroll or clear. What such
 * output looks like only a terminal model can tell; for all other the line model (outputText.ts) is exact.
 *
 * Sequences are those of ECMA-48 and ctlseqs (xterm); the states follow https://vt100.net/emu/dec_ansi_parser.
 */

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const DEL = 0x7f;
/** First byte of U+0080 to U+00BF, where the 8-bit controls are. */
const C1_LEAD = 0xc2;

/** CSI finals without a prefix that address rows, scroll or erase outside the line. */
const ADDRESSING_FINALS = new Set(Buffer.from('ABEFHJLMSTdefru'));
/** RI, RIS, DECRC: they move in rows or clear the screen. */
const ADDRESSING_ESCAPES = new Set(Buffer.from('Mc8'));
/** DCS, SOS, PM, APC. */
const STRING_ESCAPES = new Set(Buffer.from('PX^_'));
/** Private modes that switch to or from the alternate screen. */
const ALTERNATE_SCREEN_MODES = new Set(['47', '1047', '1049']);
/** CSI parameters that are kept; nothing that is looked for needs more. */
const MAX_SEQUENCE_CHARS = 64;

type State = 'ground' | 'escape' | 'escapeIntermediate' | 'csi' | 'osc' | 'string';

/** Streaming; any split of the bytes tells the same. Plain text costs a search for two bytes. */
export class ScreenUse {
  #state: State = 'ground';
  #sequence = '';
  #heldLead = false;
  #usesScreen = false;
  #erasures = 0;

  /** Whether anything so far moved about the screen. */
  get usesScreen(): boolean {
    return this.#usesScreen;
  }

  /** How often the lines above the screen were erased (ED 3, RIS). */
  get scrollbackErasures(): number {
    return this.#erasures;
  }

  feed(bytes: Buffer): void {
    let nextEscape = -1;
    let nextLead = -1;
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#state === 'ground' && !this.#heldLead) {
        if (nextEscape < at) nextEscape = indexOr(bytes, ESC, at);
        if (nextLead < at) nextLead = indexOr(bytes, C1_LEAD, at);
        at = Math.min(nextEscape, nextLead);
        if (at >= bytes.length) return;
      }
      this.#byte(bytes[at] ?? 0);
    }
  }

  #byte(byte: number): void {
    if (this.#heldLead) {
      this.#heldLead = false;
      if (byte >= 0x80 && byte <= 0x9f) return this.#c1(byte - 0x40);
      this.#beyondControls();
      if (byte >= 0xa0 && byte <= 0xbf) return;
    }
    if (byte === C1_LEAD) this.#heldLead = true;
    else if (byte >= 0x80) this.#beyondControls();
    else if (byte === ESC) this.#enter('escape');
    else if (this.#state !== 'ground') this.#inSequence(byte);
  }

  /** An 8-bit control; it is short for ESC and the letter `code`. */
  #c1(code: number): void {
    this.#enter('escape');
    this.#inSequence(code);
  }

  /** A character that no control sequence holds; strings may hold it. */
  #beyondControls(): void {
    if (this.#state !== 'osc' && this.#state !== 'string') this.#enter('ground');
  }

  #enter(state: State): void {
    this.#state = state;
    this.#sequence = '';
  }

  #inSequence(byte: number): void {
    if (byte === CAN || byte === SUB) this.#enter('ground');
    else if (this.#state === 'osc' || this.#state === 'string') {
      if (byte === BEL && this.#state === 'osc') this.#enter('ground');
    } else if (byte < 0x20 || byte === DEL) return;
    else if (this.#state === 'csi') this.#csiByte(byte);
    else if (byte < 0x30) this.#enter('escapeIntermediate');
    else if (this.#state === 'escapeIntermediate') this.#enter('ground');
    else this.#escapeFinal(byte);
  }

  #csiByte(byte: number): void {
    if (byte >= 0x40) {
      const parameters = this.#sequence;
      this.#enter('ground');
      this.#csiFinal(parameters, byte);
    } else if (this.#sequence.length < MAX_SEQUENCE_CHARS) this.#sequence += String.fromCharCode(byte);
  }

  #csiFinal(parameters: string, final: number): void {
    if (parameters.startsWith('?')) {
      const isSwitch = final === 0x68 || final === 0x6c;
      const modes = isSwitch ? parameters.slice(1).split(';') : [];
      if (modes.some((mode) => ALTERNATE_SCREEN_MODES.has(mode))) this.#usesScreen = true;
      return;
    }
    if (!ADDRESSING_FINALS.has(final) || /[^0-9;:]/.test(parameters)) return;
    this.#usesScreen = true;
    if (final === 0x4a && Number.parseInt(parameters, 10) === 3) this.#erasures += 1;
  }

  #escapeFinal(byte: number): void {
    if (byte === 0x5b) this.#enter('csi');
    else if (byte === 0x5d) this.#enter('osc');
    else if (STRING_ESCAPES.has(byte)) this.#enter('string');
    else {
      this.#enter('ground');
      if (ADDRESSING_ESCAPES.has(byte)) this.#usesScreen = true;
      if (byte === 0x63) this.#erasures += 1;
    }
  }
}

/** Where `byte` next is; the length when it does not come. */
function indexOr(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}
