/**
 * Where long output is cut: between lines where there are lines, else between characters, and never within a control
 * sequence. What is left out lies between head and tail, and is counted.
 */

const LF = 0x0a;
const ESC = 0x1b;
/** Longest control sequence that a cut looks for; those that the text model gives out are far shorter. */
const MAX_SEQUENCE_BYTES = 128;

/** Head and tail of a text, and the bytes between them. */
export interface CutText {
  readonly head: string;
  readonly tail: string;
  readonly omittedBytes: number;
}

/** Head and tail of `text`, together at most `max` bytes. */
export function cutMiddle(text: Buffer, max: number): CutText {
  const head = lineHead(text, Math.ceil(max / 2));
  const tail = lineTail(text, max - head.length);
  return { head: head.toString(), tail: tail.toString(), omittedBytes: text.length - head.length - tail.length };
}

/** As much of two texts as fits `max` bytes, from the start of the one and the end of the other; what one does not need the other may use. */
export function fitTwo(headText: Buffer, tailText: Buffer, max: number): CutText {
  const headMax = Math.max(Math.ceil(max / 2), max - tailText.length);
  const head = lineHead(headText, headMax);
  const tail = lineTail(tailText, max - head.length);
  const omittedBytes = headText.length - head.length + (tailText.length - tail.length);
  return { head: head.toString(), tail: tail.toString(), omittedBytes };
}

/** At most `max` bytes from the start: whole lines if one fits, else whole characters and sequences. */
function lineHead(bytes: Buffer, max: number): Buffer {
  if (bytes.length <= max) return bytes;
  const line = max > 0 ? bytes.lastIndexOf(LF, max - 1) : -1;
  if (line !== -1) return bytes.subarray(0, line + 1);
  let end = Math.max(0, max);
  while (end > 0 && isContinuation(bytes[end])) end--;
  return bytes.subarray(0, sequenceAround(bytes, end)?.from ?? end);
}

/** At most `max` bytes from the end: whole lines if one fits, else whole characters and sequences. */
function lineTail(bytes: Buffer, max: number): Buffer {
  if (bytes.length <= max) return bytes;
  let from = bytes.length - Math.max(0, max);
  if (bytes[from - 1] === LF) return bytes.subarray(from);
  const line = bytes.indexOf(LF, from);
  if (line !== -1 && line + 1 < bytes.length) return bytes.subarray(line + 1);
  while (from < bytes.length && isContinuation(bytes[from])) from++;
  return bytes.subarray(sequenceAround(bytes, from)?.to ?? from);
}

/** What is left of program output whose end is cut: whole lines if there are any, else whole characters. */
export function wholeLines(bytes: Buffer): Buffer {
  const line = bytes.lastIndexOf(LF);
  return line === -1 ? wholeCharacters(bytes) : bytes.subarray(0, line + 1);
}

/**
 * What is left of program output whose beginning is cut: whole lines if there are any, else what certainly stands outside
 * of a sequence that began before.
 */
export function afterCut(bytes: Buffer): Buffer {
  const line = bytes.indexOf(LF);
  if (line !== -1 && line + 1 < bytes.length) return bytes.subarray(line + 1);
  let start = Math.min(MAX_SEQUENCE_BYTES, bytes.length);
  start = sequenceAround(bytes, start)?.to ?? start;
  while (start < bytes.length && isContinuation(bytes[start])) start++;
  return bytes.subarray(start);
}

/** The control sequence (CSI) that begins before `at` and has not ended there. */
function sequenceAround(bytes: Buffer, at: number): { from: number; to: number } | undefined {
  if (at === 0 || at >= bytes.length) return undefined;
  const from = bytes.lastIndexOf(ESC, at - 1);
  if (from === -1 || at - from > MAX_SEQUENCE_BYTES) return undefined;
  let to = from + 1;
  if (bytes[to] === 0x5b) to++;
  while (to < bytes.length && (bytes[to] ?? 0) >= 0x20 && (bytes[to] ?? 0) <= 0x3f) to++;
  return to + 1 > at ? { from, to: Math.min(to + 1, bytes.length) } : undefined;
}

/** `bytes` without a UTF-8 sequence that its end cuts in two. */
function wholeCharacters(bytes: Buffer): Buffer {
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && lead > 0 && isContinuation(bytes[lead])) lead--;
  const first = bytes[lead] ?? 0;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return size > bytes.length - lead ? bytes.subarray(0, lead) : bytes;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
