/**
 * Follows the few terminal modes that decide how input must look at this moment. The screen knows them too, but it lags
 * behind the bytes; this scanner is fed by the reader itself. It understands just enough of the control language to
 * find those modes, and not to find them inside titles and other strings. Source of the sequences: xterm's ctlseqs.txt;
 * what resets do follows @xterm/headless, which the screen is made with. C1 controls as single bytes are not known: in
 * UTF-8 they are parts of characters.
 */

/** What the program asked of its terminal. */
export interface TerminalOutputModes {
  /** `CSI ? 2004 h`: pasted text comes in a frame. */
  readonly bracketedPaste: boolean;
  /** `CSI ? 1 h` (DECCKM). */
  readonly applicationCursorKeys: boolean;
  /** `ESC =` (DECKPAM). */
  readonly applicationKeypad: boolean;
  /** `CSI ? 9/1000/1002/1003 h`: what of the mouse is reported; each adds to the one before it. */
  readonly mouse: 'none' | 'press' | 'click' | 'drag' | 'any';
  /** `CSI ? 1006 h`: mouse reports in the SGR form. */
  readonly mouseSgr: boolean;
  /** `CSI ? 47/1047/1049 h`: full-screen programs. */
  readonly alternateScreen: boolean;
  /** `CSI ? 1004 h`: gaining and losing the focus is reported. */
  readonly focusReports: boolean;
  /** `CSI ? 25 h/l` (DECTCEM). */
  readonly cursorVisible: boolean;
}

const INITIAL_MODES: TerminalOutputModes = {
  bracketedPaste: false,
  applicationCursorKeys: false,
  applicationKeypad: false,
  mouse: 'none',
  mouseSgr: false,
  alternateScreen: false,
  focusReports: false,
  cursorVisible: true,
};

/** DECSTR, the soft reset, leaves the mouse and the alternate screen alone. */
const SOFT_RESET: Partial<TerminalOutputModes> = {
  bracketedPaste: false,
  applicationCursorKeys: false,
  applicationKeypad: false,
  focusReports: false,
  cursorVisible: true,
};

/** DEC private modes by number: what setting (true) and resetting them changes. */
const PRIVATE_MODES = new Map<number, (isOn: boolean) => Partial<TerminalOutputModes>>([
  [1, (isOn) => ({ applicationCursorKeys: isOn })],
  [9, (isOn) => ({ mouse: isOn ? 'press' : 'none' })],
  [25, (isOn) => ({ cursorVisible: isOn })],
  [47, (isOn) => ({ alternateScreen: isOn })],
  [66, (isOn) => ({ applicationKeypad: isOn })],
  [1000, (isOn) => ({ mouse: isOn ? 'click' : 'none' })],
  [1002, (isOn) => ({ mouse: isOn ? 'drag' : 'none' })],
  [1003, (isOn) => ({ mouse: isOn ? 'any' : 'none' })],
  [1004, (isOn) => ({ focusReports: isOn })],
  [1006, (isOn) => ({ mouseSgr: isOn })],
  [1047, (isOn) => ({ alternateScreen: isOn })],
  [1049, (isOn) => ({ alternateScreen: isOn })],
  [2004, (isOn) => ({ bracketedPaste: isOn })],
]);
const BRACKETED_PASTE = 2004;

const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const DEL = 0x7f;
/** More parameters than any sequence has; what follows them is dropped. */
const MAX_PARAMETERS = 32;
/** Above every mode number, and small enough never to lose digits. */
const MAX_PARAMETER = 99_999;

/**
 * Titles and other strings (`ESC ]`, `ESC P`, ...) and longer escapes (`ESC ( B`) need no state of their own: what is left
 * of them is passed over like text, and an ESC ends each of them.
 */
type State = 'ground' | 'escape' | 'csi';

export class ModeScanner {
  #modes = INITIAL_MODES;
  readonly #onBracketedPaste: (isOn: boolean) => void;
  #state: State = 'ground';
  /** The bytes of a CSI that are no digits or separators, such as `?` and `!`. */
  #marks = '';
  #parameters: number[] = [0];

  /**
   * `onBracketedPaste` is called each time the program switches the frame on or off, also when it is so already: line
   * editors do it at each prompt.
   */
  constructor(onBracketedPaste: (isOn: boolean) => void = () => undefined) {
    this.#onBracketedPaste = onBracketedPaste;
  }

  /** The modes after all that was fed; a new object whenever one changed. */
  get modes(): TerminalOutputModes {
    return this.#modes;
  }

  /** Takes the next output. Sequences may be split over calls anywhere. */
  feed(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at++) {
      if (this.#state === 'ground') {
        at = chunk.indexOf(ESC, at);
        if (at === -1) return;
      }
      const byte = chunk[at];
      if (byte !== undefined) this.#take(byte);
    }
  }

  #take(byte: number): void {
    if (byte === ESC) {
      this.#state = 'escape';
    } else if (byte === CAN || byte === SUB) {
      this.#state = 'ground';
    } else if (byte >= 0x20 && byte !== DEL) {
      // other controls inside a sequence act at once and do not end it
      if (this.#state === 'escape') this.#takeEscape(byte);
      else this.#takeCsi(byte);
    }
  }

  #takeEscape(byte: number): void {
    const char = String.fromCharCode(byte);
    this.#state = 'ground';
    if (char === '[') {
      this.#state = 'csi';
      this.#marks = '';
      this.#parameters = [0];
    } else if (char === 'c') {
      this.#modes = INITIAL_MODES;
    } else if (char === '=' || char === '>') {
      this.#change({ applicationKeypad: char === '=' });
    }
  }

  #takeCsi(byte: number): void {
    const char = String.fromCharCode(byte);
    const last = this.#parameters.length - 1;
    if (char >= '0' && char <= '9') {
      this.#parameters[last] = Math.min((this.#parameters[last] ?? 0) * 10 + Number(char), MAX_PARAMETER);
    } else if (char === ';') {
      if (this.#parameters.length < MAX_PARAMETERS) this.#parameters.push(0);
    } else if (byte >= 0x40) {
      this.#state = 'ground';
      this.#endCsi(this.#marks + char);
    } else if (this.#marks.length < 2) {
      this.#marks += char;
    }
  }

  #endCsi(form: string): void {
    if (form === '!p') return this.#change(SOFT_RESET);
    if (form !== '?h' && form !== '?l') return;
    const isOn = form === '?h';
    for (const parameter of this.#parameters) {
      const change = PRIVATE_MODES.get(parameter);
      if (change !== undefined) this.#change(change(isOn));
      if (parameter === BRACKETED_PASTE) this.#onBracketedPaste(isOn);
    }
  }

  #change(change: Partial<TerminalOutputModes>): void {
    this.#modes = { ...this.#modes, ...change };
  }
}
