/** What a shell says about a line that it does not take, between its editor's end and the next prompt. */
import { escapeTokens } from './escapeTokens.ts';

/** An error message of a shell; a longer one is cut. */
const MAX_REFUSAL_BYTES = 4 * 1024;

const LF = 0x0a;
const BS = 0x08;

/** Collects it; most lines are taken, and then it is forgotten. */
export class Refusal {
  readonly #command: string;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #hasBegun = false;

  constructor(command: string) {
    this.#command = command;
  }

  /** The editor has its line, and what was pushed so far was its own: what comes now, `bytes` first, is the shell's. */
  begin(bytes: Buffer = Buffer.alloc(0)): void {
    this.#drain();
    this.#hasBegun = true;
    this.push(bytes);
  }

  push(bytes: Buffer): void {
    const kept = bytes.subarray(0, MAX_REFUSAL_BYTES - this.#bytes);
    if (kept.length === 0) return;
    this.#chunks.push(Buffer.from(kept));
    this.#bytes += kept.length;
  }

  /** The message, without the line ends that the editor left in front of it. Where nobody told its end, the echo tells. */
  take(): Buffer {
    const all = this.#drain();
    const message = this.#hasBegun ? all : behindEcho(all, this.#command);
    const from = message.findIndex((byte) => byte !== LF && byte !== 0x0d);
    return from === -1 ? Buffer.alloc(0) : message.subarray(from);
  }

  #drain(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    return all;
  }
}

/**
 * What follows the line in which `bytes` echo `command`, through colours, wraps and characters that were drawn over; empty when
 * they begin with anything else, as the paint of an editor that moves about.
 */
export function behindEcho(bytes: Buffer, command: string): Buffer {
  const wanted = withoutBlanks(command);
  let drawn = '';
  for (const { kind, start, end } of escapeTokens(bytes)) {
    if (kind === 'text') drawn += bytes.toString('utf8', start, end);
    else if (kind === 'control' && bytes[start] === BS) drawn = drawn.slice(0, -1);
    else if (kind === 'control' && bytes[start] === LF && withoutBlanks(drawn) === wanted) return bytes.subarray(end);
  }
  return Buffer.alloc(0);
}

function withoutBlanks(text: string): string {
  return text.replaceAll(/\s/g, '');
}
