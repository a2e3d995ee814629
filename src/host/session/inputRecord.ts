/**
 * How input goes into the log: as it was sent, without the secrets that the session redacts, and only by its length when it was
 * typed while the terminal takes lines and does not echo them. That is how programs ask for a password; line editors and
 * full-screen programs switch both off.
 */
import { StringDecoder } from 'node:string_decoder';
import type { TerminalModes } from '../../base/native.ts';
import type { EventPayloads, InputRedaction } from '../../protocol/events.ts';
import { MAX_OUTPUT_RECORD_BYTES } from '../../protocol/limits.ts';
import { encodeKeys } from '../pty/keys.ts';
import type { SessionRedaction } from './sessionRedaction.ts';

const MASK = '*';
const PLAIN_KEYS = { applicationCursorKeys: false };
/** One character that a person reads, blanks too. */
const CHARACTER = /^[^\u0000-\u001f\u007f]$/u;

/** Text of one event. */
type TextRecord = EventPayloads['input_text'];
type KeysRecord = EventPayloads['input_keys'];

export class InputRecord {
  readonly #redaction: Pick<SessionRedaction, 'input'>;

  constructor(redaction: Pick<SessionRedaction, 'input'>) {
    this.#redaction = redaction;
  }

  /** `bytes`, valid UTF-8, in records; one empty record for nothing, so that the call stands in the log. */
  text(bytes: Buffer, modes: TerminalModes | undefined): TextRecord[] {
    if (isHidden(modes)) {
      this.#redaction.input?.flush();
      return records(Buffer.from(hidden(bytes.toString())), 'no_echo');
    }
    const masked = this.#masked(bytes);
    return records(masked, masked.equals(bytes) ? undefined : 'secret');
  }

  /** The names of the keys, those that type a character of something secret as asterisks. */
  keys(names: readonly string[], modes: TerminalModes | undefined): KeysRecord {
    const typed = names.map(typedCharacter);
    if (isHidden(modes)) {
      this.#redaction.input?.flush();
      const keys = names.map((name, index) => (typed[index] === undefined ? name : MASK));
      return { keys, redacted: 'no_echo' };
    }
    const keys: string[] = [];
    for (let from = 0; from < names.length;) {
      let to = from;
      while (to < names.length && typed[to] !== undefined) to++;
      keys.push(...this.#maskedRow(names.slice(from, to), typed.slice(from, to).join('')));
      // a key that types no text ends what was begun
      if (to < names.length) this.#redaction.input?.flush();
      if (to < names.length) keys.push(names[to] ?? '');
      from = to + 1;
    }
    return keys.every((key, index) => key === names[index]) ? { keys } : { keys, redacted: 'secret' };
  }

  #maskedRow(names: readonly string[], typed: string): readonly string[] {
    const before = [...typed];
    const after = [...this.#masked(Buffer.from(typed)).toString()];
    // Wide characters take two asterisks: then no character can be told from the others.
    if (after.length !== before.length) return names.map(() => MASK);
    return names.map((name, index) => (after[index] === before[index] ? name : MASK));
  }

  /** Nothing is held: what was typed before is on record already. */
  #masked(bytes: Buffer): Buffer {
    const { input } = this.#redaction;
    return input === undefined ? bytes : Buffer.concat([input.feed(bytes), input.release()]);
  }
}

/** Whether the terminal asks for a line that nobody is to see. */
function isHidden(modes: TerminalModes | undefined): boolean {
  return modes !== undefined && modes.canonical && !modes.echo;
}

/** As many asterisks as characters; the ends of lines stay. */
function hidden(text: string): string {
  return text.replaceAll(/[^\r\n]/gu, MASK);
}

function records(bytes: Buffer, redacted: InputRedaction | undefined): TextRecord[] {
  return textRecords(bytes).map((data) => (redacted === undefined ? { data } : { data, redacted }));
}

/** Cuts valid UTF-8 into records on character borders. */
function textRecords(bytes: Buffer): string[] {
  const decoder = new StringDecoder('utf8');
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; at += MAX_OUTPUT_RECORD_BYTES) {
    texts.push(decoder.write(bytes.subarray(at, at + MAX_OUTPUT_RECORD_BYTES)));
  }
  return texts.length === 0 ? [''] : texts;
}

/** The character that a key types; undefined for one that does something else. */
function typedCharacter(name: string): string | undefined {
  const text = encodeKeys([name], PLAIN_KEYS).toString();
  return CHARACTER.test(text) ? text : undefined;
}
