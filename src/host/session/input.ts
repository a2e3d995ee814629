/** Text, pastes and keys from callers to the program: checked whole, logged, then sent; or refused whole. */
import type { NewEvent } from '../../protocol/events.ts';
import { MAX_INPUT_BYTES, MAX_PASTE_BYTES } from '../../protocol/limits.ts';
import type { PasteResult } from '../../protocol/methods/input.ts';
import { assertCanonicalLines } from '../pty/canonicalLimit.ts';
import { encodeKeys } from '../pty/keys.ts';
import type { TerminalOutputModes } from '../pty/modeScanner.ts';
import { cleanPaste, framePaste } from '../pty/paste.ts';
import type { Pty } from '../pty/pty.ts';
import { type InputPart, InputParts } from './inputParts.ts';
import { InputRecord } from './inputRecord.ts';
import type { Journal } from './journal.ts';
import type { SessionRedaction } from './sessionRedaction.ts';

/** Ctrl+C, the default INTR character (termios(3)). */
const INTR = 0x03;
const CR = 0x0d;
const LF = 0x0a;
const ENTER = ['Enter'];

export interface SessionInputParts {
  readonly pty: Pty;
  readonly journal: Journal;
  readonly redaction: Pick<SessionRedaction, 'input'>;
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
  readonly #record: InputRecord;

  constructor(parts: SessionInputParts) {
    this.#parts = parts;
    this.#record = new InputRecord(parts.redaction);
  }

  /** Takes one part of a text; sends the whole when the last part is here. Parts of a connection that goes are dropped. */
  type(request: TypeRequest): { seq: number | null; bytesWritten: number } {
    this.#parts.assertLive();
    const text = this.#open.take('input.type', request, MAX_INPUT_BYTES);
    if (text === undefined) return { seq: null, bytesWritten: 0 };
    const bytes = Buffer.from(text);
    if (!request.force) assertCanonicalLines(bytes, this.#parts.pty.modes());
    const events = (): NewEvent[] =>
      this.#record.text(bytes, this.#parts.pty.modes()).map((payload) => ({ type: 'input_text', payload }));
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
    const events = (): NewEvent[] => {
      const texts = this.#record.text(clean.bytes, this.#parts.pty.modes());
      const pasted = texts.map((part): NewEvent => ({ type: 'input_paste', payload: { ...part, bracketed } }));
      return request.enter ? [...pasted, { type: 'input_keys', payload: { keys: ENTER } }] : pasted;
    };
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
    const events = (): NewEvent[] => [
      { type: 'input_keys', payload: this.#record.keys(names, this.#parts.pty.modes()) },
    ];
    const seq = this.#send(bytes, events);
    return { seq, bytesWritten: bytes.length };
  }

  /** `events` is called right before they are logged: how the terminal takes input then decides what they hold. */
  #send(bytes: Buffer, events: () => readonly NewEvent[]): number {
    const { pty, journal } = this.#parts;
    pty.assertRoom(bytes.length);
    this.#parts.drainOutput();
    const seq = journal.commit(...events());
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
