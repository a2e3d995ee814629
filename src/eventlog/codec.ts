/**
 * One event, one line: both directions of the format of `events.jsonl`, and the hash chain that holds the lines together.
 * Pure: knows nothing of files. A line is sealed by its last member, `h`, which stands at a fixed distance from the end, so
 * that the sealed bytes are exact whatever JSON the rest is.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { invariant } from '../base/invariant.ts';
import { nestsDeeper } from '../base/jsonDepth.ts';
import type { LogEvent, NewEvent } from '../protocol/events.ts';
import { MAX_EVENT_DEPTH, MAX_LOG_LINE_BYTES } from '../protocol/limits.ts';

/** Characters of a SHA-256 in base64url without padding. */
const HASH_CHARS = 43;
const SEAL = ',"h":"';
const SEAL_END = '"}';
/** Bytes of a line after the sealed ones, LF not counted. */
const TAIL_BYTES = SEAL.length + HASH_CHARS + SEAL_END.length;
const HASH = /^[A-Za-z0-9_-]{43}$/;

/** Where and when an event stands, before it is sealed. */
export interface EventPosition {
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** Monotonic microseconds since the session began. */
  readonly t: number;
}

/** Why a line is no event of its log. `order` is a `seq` or `t` that does not follow the line before. */
export type LineFaultKind =
  | 'form'
  | 'order'
  | 'hash'
  | 'header'
  | 'session'
  | 'too_long'
  | 'format_version'
  | 'shorter';

export interface LineFault {
  readonly fault: LineFaultKind;
  /** One sentence without a full stop, for a message. */
  readonly reason: string;
}

/** What the first event chains on: base64url SHA-256 of the session's id. */
export function chainSeed(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url');
}

function chainHash(previous: string, sealed: Buffer): string {
  return createHash('sha256').update(previous, 'latin1').update(sealed).digest('base64url');
}

/**
 * The line of `event`, LF included, and the `h` that the next one chains on. The payload is turned into text once and
 * hashed as the bytes that are written.
 */
export function encodeEvent(event: NewEvent, at: EventPosition, previous: string): { line: Buffer; h: string } {
  const ts = new Date(at.wallMs).toISOString();
  const payload = JSON.stringify(event.payload);
  const text = `{"seq":${at.seq},"ts":"${ts}","t":${at.t},"type":"${event.type}","payload":${payload}`;
  const sealedBytes = Buffer.byteLength(text);
  invariant(
    sealedBytes + TAIL_BYTES <= MAX_LOG_LINE_BYTES,
    `${event.type} event of ${sealedBytes} bytes is too long for the log`,
  );
  const line = Buffer.allocUnsafe(sealedBytes + TAIL_BYTES + 1);
  line.write(text, 'utf8');
  const h = chainHash(previous, line.subarray(0, sealedBytes));
  line.write(`${SEAL}${h}${SEAL_END}\n`, sealedBytes, 'latin1');
  return { line, h };
}

/** The `h` that a line (without LF) ends with, `undefined` when its end has another form. Checks nothing else. */
export function sealOf(line: Buffer): string | undefined {
  const at = line.length - TAIL_BYTES;
  if (at <= 0) return undefined;
  const tail = line.toString('latin1', at);
  const h = tail.slice(SEAL.length, SEAL.length + HASH_CHARS);
  return tail.startsWith(SEAL) && tail.endsWith(SEAL_END) && HASH.test(h) ? h : undefined;
}

/** Whether a line (without LF) carries the hash of its own bytes after a line that ended with `previous`. */
export function sealHolds(line: Buffer, previous: string): boolean {
  const h = sealOf(line);
  return h !== undefined && chainHash(previous, line.subarray(0, line.length - TAIL_BYTES)) === h;
}

/** Reads a line (without LF) as an event. Types it does not know are kept; its hash is {@link sealHolds}'s matter. */
export function decodeLine(line: Buffer): LogEvent | LineFault {
  const h = sealOf(line);
  if (h === undefined) return form(describeEnd(line));
  if (!isUtf8(line)) return form('it is not UTF-8');
  if (nestsDeeper(line, MAX_EVENT_DEPTH)) return form(`it nests deeper than ${MAX_EVENT_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    return form('it is not JSON'); // the parser's own message would quote what the program wrote
  }
  const event = eventOf(value, h);
  return event ?? form('seq, ts, t, type or payload is missing or has another type');
}

/** Tells the two results of {@link decodeLine} and of the chain checker apart. */
export function isFault(result: LogEvent | LineFault): result is LineFault {
  return 'fault' in result;
}

function form(reason: string): LineFault {
  return { fault: 'form', reason };
}

function describeEnd(line: Buffer): string {
  if (line.length === 0) return 'it is an empty line';
  if (line.includes(0)) return `it holds ${line.filter((byte) => byte === 0).length} NUL bytes`;
  return line.at(-1) === 0x0d ? 'it ends with CR: the file was edited' : 'it does not end with its hash';
}

function eventOf(value: unknown, h: string): LogEvent | undefined {
  if (!isObject(value)) return undefined;
  const { seq, ts, t, type, payload } = value;
  if (!isCount(seq) || !isCount(t) || typeof ts !== 'string') return undefined;
  if (typeof type !== 'string' || type === '' || !isObject(payload)) return undefined;
  return { seq, ts, t, type, payload, h };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
