/**
 * Lines that others typed at the prompt of a shell that tells no beginnings (dash): each of its prompts answers one of them, so
 * that a command of somebody else is told from an empty line. Not told: what was typed while a command was running.
 */

const LF = 0x0a;
const CR = 0x0d;
const INTR = 0x03;

/** More than anybody types ahead; older ones are forgotten. */
const MAX_LINES = 256;

export class TypedLines {
  /** Whether each line that waits for its prompt holds anything. */
  #waiting: boolean[] = [];
  #hasText = false;

  /** Bytes that others typed while no run was in flight. */
  typed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === LF || byte === CR) this.#ended(this.#hasText);
      else if (byte === INTR) this.#interrupted();
      else this.#hasText ||= byte > 0x20;
    }
  }

  /** A prompt came: whether it answers a line that held something. */
  answered(): boolean {
    return this.#waiting.shift() ?? false;
  }

  /** The shell asks for the rest of a command: the line goes on in the next one. */
  continued(): void {
    const [line = false, next] = this.#waiting;
    if (next === undefined) this.#hasText ||= line;
    else this.#waiting[1] = line || next;
    this.#waiting.shift();
  }

  /** A run is typed: nothing is waited for any more. */
  clear(): void {
    this.#waiting = [];
    this.#hasText = false;
  }

  #ended(hasText: boolean): void {
    this.#waiting.push(hasText);
    if (this.#waiting.length > MAX_LINES) this.#waiting.shift();
    this.#hasText = false;
  }

  /** The terminal drops what was not read: all but the line that the shell has already. At the prompt it is answered by itself. */
  #interrupted(): void {
    this.#waiting = this.#waiting.slice(0, 1);
    if (this.#waiting.length === 0) this.#ended(false);
    this.#hasText = false;
  }
}
