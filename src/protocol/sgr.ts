/** How characters look: the parameters of SGR (`CSI ... m`, ECMA-48 and ctlseqs), kept so that the same look is the same text. */

/** The look that a terminal begins with. */
export const PLAIN_STYLE = '';
/** Gives the plain look back. */
export const SGR_RESET = '\u001b[0m';

/** Parts of a look, in the order in which they are written. */
const SLOTS = [
  'bold',
  'dim',
  'italic',
  'underline',
  'blink',
  'inverse',
  'hidden',
  'strike',
  'overline',
  'fg',
  'bg',
  'line',
] as const;
type Slot = (typeof SLOTS)[number];
type Look = Partial<Record<Slot, string>>;

const SET: Readonly<Record<number, Slot>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  5: 'blink',
  6: 'blink',
  7: 'inverse',
  8: 'hidden',
  9: 'strike',
  21: 'underline',
  53: 'overline',
};
const UNSET: Readonly<Record<number, readonly Slot[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  25: ['blink'],
  27: ['inverse'],
  28: ['hidden'],
  29: ['strike'],
  39: ['fg'],
  49: ['bg'],
  55: ['overline'],
  59: ['line'],
};
/** Codes that a colour follows, as `;5;N`, `;2;R;G;B` or the same with colons. */
const EXTENDED: Readonly<Record<number, Slot>> = { 38: 'fg', 48: 'bg', 58: 'line' };

/** The look of a terminal while SGR sequences come. */
export class SgrState {
  #look: Look = {};
  #style = PLAIN_STYLE;

  /** The look as SGR parameters; empty for the plain one. The same look is the same text, however it came about. */
  get style(): string {
    return this.#style;
  }

  /** Takes the parameters of one SGR. Those that mean nothing are left out. */
  apply(parameters: string): void {
    const codes = parameters.split(';');
    for (let at = 0; at < codes.length; at += 1) at += this.#code(codes, at);
    this.#style = SLOTS.flatMap((slot) => this.#look[slot] ?? []).join(';');
  }

  /** Takes the code at `at`; gives how many more it took. */
  #code(codes: readonly string[], at: number): number {
    const text = codes[at] ?? '';
    const code = text === '' ? 0 : Number.parseInt(text, 10);
    const extended = EXTENDED[code];
    if (extended !== undefined) return this.#extended(extended, codes.slice(at));
    if (code === 0) this.#look = {};
    const slot = SET[code];
    if (text === '4:0') delete this.#look.underline;
    else if (slot !== undefined) this.#look[slot] = /^4:[1-5]$/.test(text) ? text : String(code);
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) this.#look.fg = String(code);
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) this.#look.bg = String(code);
    for (const unset of UNSET[code] ?? []) delete this.#look[unset];
    return 0;
  }

  #extended(slot: Slot, codes: readonly string[]): number {
    const [first = '', kind, ...values] = codes;
    if (first.includes(':')) {
      if (/^\d+:(?:5:\d{1,3}|2:\d*:?\d{1,3}:\d{1,3}:\d{1,3})$/.test(first)) this.#look[slot] = first;
      return 0;
    }
    const count = kind === '5' ? 1 : kind === '2' ? 3 : 0;
    const given = values.slice(0, count);
    const areBytes = given.every((value) => /^\d{0,3}$/.test(value) && Number(value) <= 255);
    if (count > 0 && given.length === count && areBytes) this.#look[slot] = [first, kind, ...given].join(';');
    return count === 0 ? 0 : 1 + given.length;
  }
}

/** The sequence that turns the look `from` into the look `to`; empty when they are the same. */
export function styleChange(from: string, to: string): string {
  if (from === to) return '';
  if (to === PLAIN_STYLE) return SGR_RESET;
  return from === PLAIN_STYLE ? `\u001b[${to}m` : `\u001b[0;${to}m`;
}
