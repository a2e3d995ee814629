import { isErrno } from '../../base/atomicFile.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { MAX_INPUT_BYTES } from '../../protocol/limits.ts';
import { TtyError } from '../../protocol/errors.ts';
import { ByteQueue } from './byteQueue.ts';

/** One `write(2)`; the kernel takes at most about this much from a terminal's writer before it says EAGAIN. */
const SLICE_BYTES = 4 * 1024;
/**
 * First and longest pause after EAGAIN; each is twice the one before, so a reader that goes on waits no longer than it has
 * stalled. The longest one decides what a reader that is stuck costs: a turn of the event loop each time.
 */
const MIN_BACKOFF_MS = 1;
const MAX_BACKOFF_MS = 128;
/** Written in one turn of the event loop, so that a paste to a quick reader does not hold up other sessions. */
const MAX_TURN_BYTES = 256 * 1024;

export interface InputWriterOptions {
  readonly clock: Clock;
  /** One non-blocking `write(2)` of `slice`: the bytes taken, or a thrown errno (EAGAIN: none now). */
  readonly write: (slice: Buffer) => number;
  /** Told once, at {@link InputWriter.stop}, when bytes were still waiting. */
  readonly onLost: (bytes: number) => void;
  readonly maxBytes?: number;
}

/**
 * Brings input to a terminal in order, as fast as its reader takes it, from one bounded queue. After `stop` it never
 * writes again, whatever was waiting: the descriptor may belong to another file by then.
 */
export class InputWriter {
  readonly #options: InputWriterOptions;
  readonly #maxBytes: number;
  readonly #queue = new ByteQueue();
  #timer: Timer | undefined;
  #backoffMs = MIN_BACKOFF_MS;
  #stopped = false;

  constructor(options: InputWriterOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_INPUT_BYTES;
  }

  get queuedBytes(): number {
    return this.#queue.length;
  }

  /**
   * Takes all of `bytes` or none. What cannot be written now is copied.
   *
   * @throws TtyError INPUT_QUEUE_FULL, SESSION_NOT_RUNNING
   */
  write(bytes: Buffer): void {
    this.assertRoom(bytes.length);
    this.#queue.push(bytes);
    if (this.#timer === undefined) this.#pump();
  }

  /**
   * Whether {@link write} would take this many bytes now.
   *
   * @throws TtyError INPUT_QUEUE_FULL, SESSION_NOT_RUNNING
   */
  assertRoom(bytes: number): void {
    if (this.#stopped) throw terminalClosed();
    const queuedBytes = this.#queue.length;
    if (queuedBytes + bytes > this.#maxBytes) {
      throw new TtyError(
        'INPUT_QUEUE_FULL',
        `0 of ${bytes} bytes accepted: the program is not reading, ${queuedBytes} bytes wait already`,
        {
          details: { acceptedBytes: 0, queuedBytes, maxBytes: this.#maxBytes },
          hint: `At most ${this.#maxBytes} bytes may wait for a program; try again when it reads, or send less.`,
        },
      );
    }
  }

  /** Ends writing for good and tells what was lost. Stopping twice is harmless. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.clear();
    this.#timer = undefined;
    const lost = this.#queue.length;
    this.#queue.clear();
    if (lost > 0) this.#options.onLost(lost);
  }

  #pump(): void {
    this.#timer = undefined;
    for (let written = 0; this.#queue.length > 0;) {
      if (written >= MAX_TURN_BYTES) return this.#later(0);
      const taken = this.#writeSlice();
      if (this.#stopped) return;
      if (taken === 0) {
        this.#later(this.#backoffMs);
        this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
        return;
      }
      this.#backoffMs = MIN_BACKOFF_MS;
      this.#queue.drop(taken);
      written += taken;
    }
  }

  #writeSlice(): number {
    try {
      return this.#options.write(this.#queue.peek(SLICE_BYTES));
    } catch (error) {
      if (isErrno(error, 'EAGAIN', 'EINTR')) return 0;
      // EIO and the like: nobody will ever read from this terminal again, which is what `stop` tells
      this.stop();
      return 0;
    }
  }

  #later(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => this.#pump());
  }
}

/** The answer to input and resizing when there is no program any more. */
export function terminalClosed(): TtyError {
  return new TtyError('SESSION_NOT_RUNNING', 'the program has ended and its terminal is closed');
}
