/**
 * Pasted text as a terminal sends it: line ends become CR, a program that asked for it (mode 2004) gets the text in a
 * frame, and nothing in the text can leave that frame. Pure. Source of the frame: xterm's ctlseqs.txt, bracketed paste.
 */
import { TtyError } from '../../protocol/errors.ts';

/** `CSI 200 ~` and `CSI 201 ~`. */
const FRAME_START = Buffer.from('\u001b[200~');
const FRAME_END = Buffer.from('\u001b[201~');

const ESC = 0x1b;
const LEFT_BRACKET = 0x5b;
const TILDE = 0x7e;
/** CSI as one byte (C1); in UTF-8 the last byte of U+009B and of every 64th other character. */
const CSI = 0x9b;
/** `200` or `201`, zeros before it and parameters after it allowed: some programs read the numbers, not the bytes. */
const MARKER_PARAMETERS = /^0*20[01](?:[;:][0-9;:]*)?$/;
/** Every C0 control but TAB, LF and CR, and DEL. */
const CONTROL = /[\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** What was found in a text that is about to be pasted. */
export interface CleanPaste {
  /** Valid UTF-8 if the input was: without markers, its line ends CR. */
  readonly bytes: Buffer;
  readonly removedMarkers: number;
  /** Where in the text the first removed marker began. */
  readonly firstMarkerByte: number | undefined;
}

/**
 * Takes every start and end marker out of `text` (UTF-8), until none is left, also of those that the removal of others
 * brings together: ESC [ and both one-byte forms of CSI. A character whose last byte is that of CSI goes with the marker
 * that it would make for a program that reads bytes. Then line ends (CRLF, LF) become CR.
 *
 * @throws TtyError `INVALID_INPUT` naming the byte of the first other control but TAB, LF and CR, unless `raw`
 */
export function cleanPaste(text: Buffer, { raw }: { readonly raw: boolean }): CleanPaste {
  const { bytes, removed, firstByte } = removeMarkers(text);
  if (!raw) assertNoControls(bytes, text, removed);
  return { bytes: withCarriageReturns(bytes), removedMarkers: removed, firstMarkerByte: firstByte };
}

/** What goes to the program: in the frame, or as it is. */
export function framePaste(clean: Buffer, { bracketed }: { readonly bracketed: boolean }): Buffer {
  return bracketed ? Buffer.concat([FRAME_START, clean, FRAME_END]) : clean;
}

interface Removal {
  readonly bytes: Buffer;
  readonly removed: number;
  readonly firstByte: number | undefined;
}

/** With `origins` it writes down where in `text` each byte that is left comes from. */
function removeMarkers(text: Buffer, origins?: Uint32Array): Removal {
  if (!text.includes(TILDE)) return { bytes: text, removed: 0, firstByte: undefined };
  const kept = Buffer.allocUnsafe(text.length);
  let length = 0;
  let removed = 0;
  let firstByte: number | undefined;
  for (let from = 0; from < text.length;) {
    const tilde = text.indexOf(TILDE, from);
    const to = tilde === -1 ? text.length : tilde + 1;
    text.copy(kept, length, from, to);
    if (origins !== undefined) for (let at = from; at < to; at++) origins[length + at - from] = at;
    length += to - from;
    from = to;
    const start = tilde === -1 ? undefined : markerStart(kept, length);
    if (start === undefined) continue;
    firstByte ??= start; // nothing was removed before it: it stands where it stood
    length = start;
    removed++;
  }
  return { bytes: kept.subarray(0, length), removed, firstByte };
}

/** Where the marker begins that ends with the last of `length` bytes, a tilde. Looks no further back than its parameters. */
function markerStart(bytes: Buffer, length: number): number | undefined {
  let at = length - 2;
  while (at >= 0 && isParameter(bytes[at])) at--;
  const isEscaped = bytes[at] === LEFT_BRACKET && bytes[at - 1] === ESC;
  if (!isEscaped && bytes[at] !== CSI) return undefined;
  if (!MARKER_PARAMETERS.test(bytes.toString('latin1', at + 1, length - 1))) return undefined;
  return isEscaped ? at - 1 : characterStart(bytes, at);
}

/** Digits, `:` and `;`. */
function isParameter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x3b;
}

const MAX_CHARACTER_BYTES = 4;

/** The first byte of the character that ends at `at`; `at` itself for a lone byte. */
function characterStart(bytes: Buffer, at: number): number {
  for (let start = at - 1; start > at - MAX_CHARACTER_BYTES && start >= 0; start--) {
    const byte = bytes[start] ?? 0;
    if (byte >= 0xc0) return start;
    if (byte < 0x80) return at;
  }
  return at;
}

function assertNoControls(clean: Buffer, text: Buffer, removed: number): void {
  const at = clean.toString('latin1').search(CONTROL);
  if (at === -1) return;
  let byte = at;
  if (removed > 0) {
    const origins = new Uint32Array(text.length);
    removeMarkers(text, origins);
    byte = origins[at] ?? at;
  }
  const name = controlName(clean[at] ?? 0);
  throw new TtyError(
    'INVALID_INPUT',
    `the text holds the control character ${name} at byte ${byte}; nothing was sent`,
    {
      details: { reason: 'control', byte, character: name },
      hint: 'send keys with send-keys, or let control characters through with --raw',
    },
  );
}

const NAMES = ['NUL', '', '', 'Ctrl+C', 'Ctrl+D', '', '', 'BEL', 'BS'];

function controlName(byte: number): string {
  if (byte === ESC) return 'ESC';
  if (byte === 0x7f) return 'DEL';
  return NAMES[byte] || `Ctrl+${String.fromCharCode(byte + 0x40)}`;
}

const CR = 0x0d;
const LF = 0x0a;

function withCarriageReturns(bytes: Buffer): Buffer {
  if (!bytes.includes(LF)) return bytes;
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let from = 0; from < bytes.length;) {
    const lf = bytes.indexOf(LF, from);
    const to = lf === -1 ? bytes.length : lf;
    length += bytes.copy(out, length, from, to);
    if (lf !== -1 && bytes[lf - 1] !== CR) out[length++] = CR;
    from = to + 1;
  }
  return out.subarray(0, length);
}
