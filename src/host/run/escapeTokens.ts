/** Cuts bytes of a terminal stream into control sequences and the rest. ECMA-48 section 5.4 and xterm's ctlseqs. */

export type TokenKind =
  /** `ESC [ ... final`. */
  | 'csi'
  /** `ESC ] ...` up to BEL or ST, and the DCS, SOS, PM and APC strings. */
  | 'string'
  /** `ESC` with its intermediates and final byte. */
  | 'escape'
  /** One C0 control or DEL. */
  | 'control'
  /** A run of everything else. */
  | 'text';

/** One token: `bytes.subarray(start, end)`. The tokens of a buffer cover it without a gap. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const ESC = 0x1b;
const BEL = 0x07;
const STRING_OPENERS = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f]); // ] P X ^ _

/** The tokens of `bytes`, in order. A sequence that the end cuts off is one token. */
export function* escapeTokens(bytes: Buffer): Generator<Token> {
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const byte = bytes[at] ?? 0;
    if (byte === ESC) {
      const next = bytes[at + 1];
      const kind = next === 0x5b ? 'csi' : next !== undefined && STRING_OPENERS.has(next) ? 'string' : 'escape';
      at = sequenceEnd(bytes, at, kind);
      yield { kind, start, end: at };
    } else if (isControl(byte)) {
      yield { kind: 'control', start, end: ++at };
    } else {
      while (at < bytes.length && !isControl(bytes[at] ?? 0)) at++;
      yield { kind: 'text', start, end: at };
    }
  }
}

function sequenceEnd(bytes: Buffer, start: number, kind: 'csi' | 'string' | 'escape'): number {
  if (kind === 'string') return stringEnd(bytes, start + 2);
  // Parameters and intermediates (CSI) or intermediates (escape), then one final byte; anything else breaks it off.
  const low = 0x20;
  const high = kind === 'csi' ? 0x3f : 0x2f;
  let at = start + (kind === 'csi' ? 2 : 1);
  while (at < bytes.length && (bytes[at] ?? 0) >= low && (bytes[at] ?? 0) <= high) at++;
  const final = bytes[at];
  return final !== undefined && final >= 0x30 && final <= 0x7e ? at + 1 : at;
}

function stringEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === BEL) return at + 1;
    if (bytes[at] === ESC) return bytes[at + 1] === 0x5c ? at + 2 : at;
  }
  return bytes.length;
}

function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f;
}
