import type { TerminalModes } from '../../base/native.ts';
import { TtyError } from '../../protocol/errors.ts';
import { MAX_CANONICAL_LINE_BYTES } from '../../protocol/limits.ts';

const LF = 0x0a;
const CR = 0x0d;
/** Ctrl+D: hands the line to its reader as it is (termios(3), VEOF). */
const EOT = 0x04;
/** Ctrl+V: takes the next byte as it is, also one that would end the line (termios(3), VLNEXT). */
const SYN = 0x16;

/** A line of input that a terminal in canonical mode would cut. */
export interface LongLine {
  /** Counted from 1. */
  readonly lineNumber: number;
  /** What ends the line (LF, CR, Ctrl+D) not counted. */
  readonly bytes: number;
}

/**
 * The first line of `bytes` with more than `maxBytes`, as the kernel's line discipline cuts lines with its usual control
 * characters (CR counts as a newline: ICRNL). What the program has not read yet is not known here and not counted.
 */
export function findLongLine(bytes: Buffer, maxBytes: number = MAX_CANONICAL_LINE_BYTES): LongLine | undefined {
  if (bytes.length <= maxBytes) return undefined;
  let lineNumber = 1;
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === SYN) at++;
    if (byte !== LF && byte !== CR && byte !== EOT) continue;
    if (at - from > maxBytes) return { lineNumber, bytes: at - from };
    lineNumber++;
    from = at + 1;
  }
  return bytes.length - from > maxBytes ? { lineNumber, bytes: bytes.length - from } : undefined;
}

/**
 * Refuses input with a line that the terminal would cut without a word. Passes when the modes are not canonical or not
 * known.
 *
 * @throws TtyError CANONICAL_LINE_TOO_LONG naming the line and its size
 */
export function assertCanonicalLines(bytes: Buffer, modes: TerminalModes | undefined): void {
  if (modes?.canonical !== true) return;
  const long = findLongLine(bytes);
  if (long === undefined) return;
  throw new TtyError(
    'CANONICAL_LINE_TOO_LONG',
    `line ${long.lineNumber} has ${long.bytes} bytes; the program reads at most ${MAX_CANONICAL_LINE_BYTES} a line (canonical mode), so nothing was typed`,
    { details: { ...long, maxBytes: MAX_CANONICAL_LINE_BYTES }, hint: 'Split the line, or force it and have it cut.' },
  );
}
