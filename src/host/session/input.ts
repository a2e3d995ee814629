/** Text and keys from callers to the program: checked whole, logged, then sent; or refused whole. */
import { StringDecoder } from 'node:string_decoder';
import { TtyError } from '../../protocol/errors.ts';
import type { NewEvent } from '../../protocol/events.ts';
import { MAX_INPUT_BYTES, MAX_OUTPUT_RECORD_BYTES } from '../../protocol/limits.ts';
import { assertCanonicalLines } from '../pty/canonicalLimit.ts';
import { encodeKeys, type KeyModes } from '../pty/keys.ts';
import type { Pty } from '../pty/pty.ts';
import type { Journal } from './journal.ts';

/** Ctrl+C, the default INTR character (termios(3)). */
const INTR = 0x03;

export interface InputParts {
  readonly pty: Pty;
  readonly journal: Journal;
  /** Modes that the application asked for, which decide how keys are encoded. */
  keyModes(): KeyModes;
  /** Handles output that has come and is not logged yet, so that it stands before the input. */
  drainOutput(): void;
  /** Tells that an INTR character goes to the program. */
  onInterrupt(): void;
  /** @throws TtyError `SESSION_NOT_RUNNING` */
  assertLive(): void;
}

interface TypeRequest {
  readonly connection: { readonly id: number; readonly closed: AbortSignal };
  readonly text: string;
  readonly more: boolean;
  readonly force: boolean;
}

export class SessionInput {
  readonly #parts: InputParts;
  /** Parts of calls that are not complete, by connection. */
  readonly #open = new Map<number, string[]>();

  constructor(parts: InputParts) {
    this.#parts = parts;
  }

  /** Takes one part of a text; sends the whole when the last part is here. Parts of a connection that goes are dropped. */
  type(request: TypeRequest): { seq: number | null; bytesWritten: number } {
    this.#parts.assertLive();
    const { id, closed } = request.connection;
    const parts = this.#open.get(id) ?? [];
    parts.push(request.text);
    if (parts.reduce((sum, part) => sum + part.length, 0) > MAX_INPUT_BYTES) {
      this.#open.delete(id);
      throw new TtyError('INVALID_INPUT', `input has more than ${MAX_INPUT_BYTES} bytes; send it in several calls`);
    }
    if (request.more) {
      if (!this.#open.has(id)) closed.addEventListener('abort', () => this.#open.delete(id), { once: true });
      this.#open.set(id, parts);
      return { seq: null, bytesWritten: 0 };
    }
    this.#open.delete(id);
    const text = parts.join('');
    const bytes = Buffer.from(text);
    if (!request.force) assertCanonicalLines(bytes, this.#parts.pty.modes());
    const events = textRecords(bytes).map((data): NewEvent => ({ type: 'input_text', payload: { data } }));
    return { seq: this.#send(bytes, events), bytesWritten: bytes.length };
  }

  /** Sends key chords; all names are checked before the first byte goes out. */
  keys(names: readonly string[]): { seq: number; bytesWritten: number } {
    this.#parts.assertLive();
    const bytes = encodeKeys(names, this.#parts.keyModes());
    const seq = this.#send(bytes, [{ type: 'input_keys', payload: { keys: names } }]);
    return { seq, bytesWritten: bytes.length };
  }

  #send(bytes: Buffer, events: readonly NewEvent[]): number {
    const { pty, journal } = this.#parts;
    pty.assertRoom(bytes.length);
    this.#parts.drainOutput();
    const seq = journal.commit(...events);
    if (bytes.includes(INTR)) this.#parts.onInterrupt();
    pty.write(bytes);
    return seq;
  }
}

/** Cuts valid UTF-8 into records on character borders; one empty record for empty input, so that the call stands in the log. */
function textRecords(bytes: Buffer): string[] {
  const decoder = new StringDecoder('utf8');
  const records: string[] = [];
  for (let at = 0; at < bytes.length; at += MAX_OUTPUT_RECORD_BYTES) {
    records.push(decoder.write(bytes.subarray(at, at + MAX_OUTPUT_RECORD_BYTES)));
  }
  return records.length === 0 ? [''] : records;
}
