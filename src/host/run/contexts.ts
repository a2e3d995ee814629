/**
 * Hierarchical context signalling, OSC 3008: what systemd (258 and later) has shells print around each command. Source:
 * specification UAPI.15 of the UAPI group, and the profile script that systemd ships, which is looser than it.
 *
 *     ESC ] 3008 ; start=<id> ; type=command ; ... ST        a command begins
 *     ESC ] 3008 ; end=<id> ; exit=failure ; status=3 ST      it has ended
 *     ESC ] 3008 ; start=<id> ; type=shell ; ... ST           the shell draws a prompt
 *
 * The sequences are the shell's own output: they are read, and passed on as they are.
 */
import { escapeTokens } from './escapeTokens.ts';

/** One sequence. */
export interface Context {
  readonly kind: 'start' | 'end';
  readonly id: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** One piece of a stream, in order; put together again they are what was fed. */
export type ContextPiece =
  | { readonly kind: 'output'; readonly bytes: Buffer }
  | { readonly kind: 'context'; readonly context: Context; readonly raw: Buffer };

const INTRODUCER = Buffer.from('\u001b]3008;');
/** Longest sequence that is waited for: each of a dozen fields may have 255 characters. */
const MAX_BYTES = 4 * 1024;
const BEL = 0x07;
const ESC = 0x1b;

/** Finds the sequences in a stream. Any split of the bytes gives the same pieces, adjacent outputs joined. */
export class ContextScanner {
  #held: Buffer = Buffer.alloc(0);

  feed(chunk: Buffer): ContextPiece[] {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    const pieces: ContextPiece[] = [];
    let from = 0;
    const output = (end: number): void => {
      if (end > from) pieces.push({ kind: 'output', bytes: bytes.subarray(from, end) });
      from = end;
    };
    for (let at = bytes.indexOf(INTRODUCER); at !== -1; at = bytes.indexOf(INTRODUCER, at + 1)) {
      const end = sequenceEnd(bytes, at);
      if (end === 'incomplete') {
        output(at);
        this.#held = Buffer.from(bytes.subarray(at));
        return pieces;
      }
      const raw = bytes.subarray(at, Math.max(at, end));
      const context = end === -1 ? undefined : parseContext(raw);
      if (context === undefined) continue;
      output(at);
      pieces.push({ kind: 'context', context, raw });
      from = end;
    }
    const keep = possibleStart(bytes, from);
    output(keep);
    if (keep < bytes.length) this.#held = Buffer.from(bytes.subarray(keep));
    return pieces;
  }

  /** Gives up waiting: what was held is ordinary output. */
  flush(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }
}

/** The offset behind the sequence that begins at `at`; -1 when it is none. */
function sequenceEnd(bytes: Buffer, at: number): number | 'incomplete' {
  const limit = Math.min(bytes.length, at + MAX_BYTES);
  for (let i = at + INTRODUCER.length; i < limit; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === BEL) return i + 1;
    if (byte === ESC) {
      if (i + 1 === bytes.length) return 'incomplete';
      return bytes[i + 1] === 0x5c ? i + 2 : -1;
    }
    if (byte < 0x20 || byte === 0x7f) return -1;
  }
  return limit === bytes.length && limit < at + MAX_BYTES ? 'incomplete' : -1;
}

/** Where a beginning of the introducer ends the bytes. */
function possibleStart(bytes: Buffer, from: number): number {
  const at = bytes.lastIndexOf(ESC);
  const length = bytes.length - at;
  if (at < from || length >= INTRODUCER.length) return bytes.length;
  return bytes.compare(INTRODUCER, 0, length, at) === 0 ? at : bytes.length;
}

/** Reads one whole sequence; fields that are not well formed are left out. */
function parseContext(raw: Buffer): Context | undefined {
  const [token] = escapeTokens(raw);
  if (token?.kind !== 'string') return undefined;
  const body = raw.toString('utf8', INTRODUCER.length).replace(/(?:\u0007|\u001b\\)$/, '');
  const [first = '', ...rest] = body.split(';');
  const [, kind, id = ''] = /^(start|end)=([\x20-\x7e]{1,64})$/.exec(first) ?? [];
  if (kind !== 'start' && kind !== 'end') return undefined;
  const fields = new Map<string, string>();
  for (const field of rest) {
    const at = field.indexOf('=');
    if (at > 0) fields.set(field.slice(0, at), field.slice(at + 1));
  }
  return { kind, id, fields };
}
