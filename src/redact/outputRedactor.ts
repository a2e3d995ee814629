/**
 * Masks secrets in a stream. Bytes that may be the beginning of a secret are held back until it is known; how long is up to the
 * caller, who may have them {@link OutputRedactor.release released} at any time.
 */
import { maskFlagged } from './masks.ts';
import { SecretScanner } from './secretScanner.ts';
import type { SecretTable } from './secretTable.ts';

const NOTHING = Buffer.alloc(0);
/** A beginning of so many bytes, when part of it was released already, is released masked. */
export const TELLING_BYTES = 4;

export class OutputRedactor {
  readonly #scanner: SecretScanner;
  #held: Buffer = NOTHING;
  /** Position of the first byte that was not given out. */
  #base = 0;
  /** Which bytes of what is held, and of what is fed at the moment, are secret. */
  #flags: Uint8Array | undefined;
  #size = 0;

  /** `onFound` is called with the number of the rule for each secret that is masked. */
  constructor(table: SecretTable, onFound: (rule: number) => void) {
    this.#scanner = new SecretScanner(table, {
      mark: (position) => this.#mark(position),
      found: onFound,
    });
  }

  /** Whether anything is held back. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Position of the first byte that is held back, counted from the beginning of the stream. */
  get heldFrom(): number {
    return this.#base;
  }

  /** Whether what is held back looks enough like a secret to wait for its rest. */
  get isTelling(): boolean {
    return this.isHolding && this.#scanner.unsureBytes >= TELLING_BYTES;
  }

  /** What can go out of all that has come. Shares memory with `chunk` when nothing was held or masked. */
  feed(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#resize(bytes.length);
    this.#scanner.feed(chunk);
    return this.#give(bytes, Math.min(bytes.length, this.#scanner.unsureFrom - this.#base));
  }

  /**
   * Gives out what is held back. What belongs to a secret that shows itself only later is masked from here on; of what goes out
   * now, that which continues something released before is masked, if it is {@link TELLING_BYTES} long by now.
   */
  release(): Buffer {
    const bytes = this.#held;
    if (bytes.length === 0) return NOTHING;
    this.#resize(bytes.length);
    this.#scanner.markUnsure(this.#base, TELLING_BYTES);
    return this.#give(bytes, bytes.length);
  }

  /** Gives out what is held back; what follows has nothing to do with it. */
  flush(): Buffer {
    const bytes = this.release();
    this.#scanner.reset();
    return bytes;
  }

  #mark(position: number): void {
    const at = position - this.#base;
    if (at < 0) return; // released before it was known
    this.#flags ??= new Uint8Array(this.#size);
    this.#flags[at] = 1;
  }

  /** Room for flags of so many bytes; those that are set stay. */
  #resize(size: number): void {
    this.#size = size;
    if (this.#flags === undefined) return;
    const flags = new Uint8Array(size);
    flags.set(this.#flags);
    this.#flags = flags;
  }

  #give(bytes: Buffer, upTo: number): Buffer {
    const end = Math.max(0, upTo);
    const given = bytes.subarray(0, end);
    const masked = this.#flags === undefined ? given : maskFlagged(given, this.#flags);
    const heldFlags = this.#flags?.subarray(end);
    this.#flags = heldFlags?.includes(1) === true ? Uint8Array.from(heldFlags) : undefined;
    this.#held = end === bytes.length ? NOTHING : Buffer.from(bytes.subarray(end));
    this.#base += end;
    return masked;
  }
}
