/** Text, pastes and keys from callers to the program: checked whole, logged, then sent; or refused whole. */
import { StringDecoder } from 'node:string_decoder';
import type { NewEvent } from '../../protocol/events.ts';
import { MAX_INPUT_BYTES, MAX_OUTPUT_RECORD_BYTES, MAX_PASTE_BYTES } from '../../protocol/limits.ts';
import type { PasteResult } from '../../protocol/methods/input.ts';
import { assertCanonicalLines } from '../pty/canonicalLimit.ts';
import { encodeKeys } from '../pty/keys.ts';
import type { TerminalOutputModes } from '../pty/modeScanner.ts';
import { cleanPaste, framePaste } from '../pty/paste.ts';
import type { Pty } from '../pty/pty.ts';
import { type InputPart, InputParts } from './inputParts.ts';
import type { Journal } from './journal.ts';

/** Ctrl+C, the default INTR character (termios(3)). */
const INTR = 0x03;
const CR = 0x0d;
const LF = 0x0a;
const ENTER = ['Enter'];

export interface SessionInputParts {
  readonly pty: Pty;
  readonly journal: Journal;
  /** Modes that the application asked for, which decide how keys and pastes look. */
  modes(): TerminalOutputModes;
  /** Handles output that has come and is not logged yet, so that it stands before the input. */
  drainOutput(): void;
  /** Tells that an INTR character goes to the program. */
  onInterrupt(): void;
  /** Tells what goes to the program, and how many ends of lines and INTR characters are in it. */
  onTyped(bytes: Buffer, answers: number): void;
  /** @throws TtyError `SESSION_NOT_RUNNING` */
  assertLive(): void;
}

interface TypeRequest extends InputPart {
  readonly force: boolean;
}

interface PasteRequest extends TypeRequest {
  readonly raw: boolean;
  readonly enter: boolean;
}

export class SessionInput {
  readonly #parts: SessionInputParts;
  readonly #open = new InputParts();

  constructor(parts: SessionInputParts) {
    this.#parts = parts;
  }

  /** Takes one part of a text; sends the whole when the last part is here. Parts of a connection that goes are dropped. */
  type(request: TypeRequest): { seq: number | null; bytesWritten: number } {
    this.#parts.assertLive();
    const text = this.#open.take('input.type', request, MAX_INPUT_BYTES);
    if (text === undefined) return { seq: null, bytesWritten: 0 };
    const bytes = Buffer.from(text);
    if (!request.force) assertCanonicalLines(bytes, this.#parts.pty.modes());
    const events = textRecords(bytes).map((data): NewEvent => ({ type: 'input_text', payload: { data } }));
    return { seq: this.#send(bytes, events), bytesWritten: bytes.length };
  }

  /** Takes one part of a paste; cleans and sends the whole when the last part is here. See `paste.ts`. */
  paste(request: PasteRequest): Omit<PasteResult, 'sessionId'> {
    this.#parts.assertLive();
    const text = this.#open.take('input.paste', request, MAX_PASTE_BYTES);
    if (text === undefined)
      return { seq: null, bytesWritten: 0, bracketed: false, removedMarkers: 0, firstMarkerByte: null };
    const clean = cleanPaste(Buffer.from(text), { raw: request.raw });
    // Before the modes are looked at: the program may have switched the frame in what has come already.
    this.#parts.drainOutput();
    const modes = this.#parts.modes();
    const bracketed = modes.bracketedPaste;
    const events = textRecords(clean.bytes).map((data): NewEvent => ({
      type: 'input_paste',
      payload: { data, bracketed },
    }));
    if (request.enter) events.push({ type: 'input_keys', payload: { keys: ENTER } });
    const enter = request.enter ? [encodeKeys(ENTER, modes)] : [];
    const bytes = Buffer.concat([framePaste(clean.bytes, { bracketed }), ...enter]);
    if (!request.force) assertCanonicalLines(bytes, this.#parts.pty.modes());
    const seq = this.#send(bytes, events);
    const { removedMarkers, firstMarkerByte = null } = clean;
    return { seq, bytesWritten: bytes.length, bracketed, removedMarkers, firstMarkerByte };
  }

  /** Sends key chords; all names are checked before the first byte goes out. */
  keys(names: readonly string[]): { seq: number; bytesWritten: number } {
    this.#parts.assertLive();
    const bytes = encodeKeys(names, this.#parts.modes());
    const seq = this.#send(bytes, [{ type: 'input_keys', payload: { keys: names } }]);
    return { seq, bytesWritten: bytes.length };
  }

  #send(bytes: Buffer, events: readonly NewEvent[]): number {
    const { pty, journal } = this.#parts;
    pty.assertRoom(bytes.length);
    this.#parts.drainOutput();
    const seq = journal.commit(...events);
    if (bytes.includes(INTR)) {
      this.#parts.onInterrupt();
      // The key makes the terminal drop what nobody has read yet, a mark of the shell too.
      pty.readNow();
      this.#parts.drainOutput();
    }
    const answers = bytes.reduce((count, byte) => count + Number(byte === CR || byte === LF || byte === INTR), 0);
    this.#parts.onTyped(bytes, answers);
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
