import { randomBytes } from 'node:crypto';
import { MAX_NAME_CHARS } from './limits.ts';
import { quote, TtyError } from './errors.ts';

/** Crockford's base 32, the alphabet of ULIDs (github.com/ulid/spec). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const RUN_ID = /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.([1-9][0-9]{0,9})$/;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;
/** Words that follow `run` and therefore cannot name a session. */
const RESERVED_NAMES = new Set(['wait', 'status', 'cancel', 'output', 'list']);

/** A new ULID: 48 bits of `wallMs` and 80 random bits, sorted by time, 26 characters. */
export function newUlid(wallMs: number): string {
  let time = Math.floor(wallMs);
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = (ALPHABET[time % 32] ?? '') + text;
    time = Math.floor(time / 32);
  }
  for (const byte of randomBytes(16)) text += ALPHABET[byte % 32] ?? '';
  return text;
}

export function isSessionId(text: string): boolean {
  return ULID.test(text);
}

/** A run's id carries its session's id: `<sessionId>.<n>`, n counting from 1. */
export function runId(sessionId: string, n: number): string {
  return `${sessionId}.${n}`;
}

/** Takes a run id apart, or throws `INVALID_INPUT`. */
export function parseRunId(text: string): { sessionId: string; n: number } {
  const match = RUN_ID.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new TtyError('INVALID_INPUT', `run id must look like <sessionId>.<n>, got ${quote(text)}`, {
      details: { reason: 'run_id' },
    });
  }
  return { sessionId: match[1], n: Number(match[2]) };
}

/** Throws `INVALID_INPUT` unless `name` may name a session: a letter or digit, then letters, digits, `.`, `_`, `-`. */
export function checkSessionName(name: string): void {
  const fail = (why: string): never => {
    throw new TtyError('INVALID_INPUT', `session name ${quote(name)} ${why}`, { details: { reason: 'name' } });
  };
  if ([...name].length > MAX_NAME_CHARS) fail(`has more than ${MAX_NAME_CHARS} characters`);
  if (!NAME.test(name)) fail('must be a letter or digit, then letters, digits, ".", "_" or "-"');
  if (RESERVED_NAMES.has(name)) fail('is a word of the run command');
  if (isSessionId(name)) fail('looks like a session id');
}

/** Throws `INVALID_SESSION_ID` unless `text` could be a session's id or name. */
export function checkSessionReference(text: string): void {
  if (isSessionId(text) || (NAME.test(text) && [...text].length <= MAX_NAME_CHARS)) return;
  throw new TtyError('INVALID_SESSION_ID', `a session is named by its id or name, got ${quote(text)}`, {
    hint: 'agent-tty list shows the sessions of this home',
  });
}

/** A run's public marker, as scripts expect it. */
export function newMarker(): string {
  return `__AT_MARKER_${randomBytes(16).toString('hex')}__`;
}
