/** What leaves on one connection: bounded in what may wait, and in how long a reply may wait for its reader. */
import type net from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import { encodeFrame, type HostFrame } from '../../protocol/frames.ts';
import { MAX_FRAME_BYTES, REPLY_DEADLINE_MS } from '../../protocol/limits.ts';

/** Bytes that may wait for a client that does not read; past it, notes are dropped and at twice it the client is cut off. */
const MAX_BACKLOG_BYTES = 2 * MAX_FRAME_BYTES;

export interface OutboxOptions {
  readonly socket: net.Socket;
  readonly clock: Clock;
  /** Called when the client does not read what it asked for. */
  onStuck(): void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #repliesWaiting = 0;
  #deadline: Timer | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Sends a note, or drops it when the client is too far behind. */
  note(frame: HostFrame): void {
    const { socket } = this.#options;
    if (socket.writableLength < MAX_BACKLOG_BYTES) socket.write(encodeFrame(frame), () => this.#progress(0));
  }

  /** Sends an encoded reply. */
  reply(frame: string | Buffer): void {
    const { socket } = this.#options;
    if (socket.writableLength > 2 * MAX_BACKLOG_BYTES) return this.#options.onStuck();
    this.#repliesWaiting++;
    socket.write(frame, () => this.#progress(1));
    this.#watch();
  }

  /** Stops looking after what has not left. */
  close(): void {
    this.#deadline?.clear();
    this.#repliesWaiting = 0;
  }

  /** The system took a frame: whoever reads has time again for the next one. */
  #progress(replies: number): void {
    this.#repliesWaiting = Math.max(0, this.#repliesWaiting - replies);
    this.#deadline?.clear();
    this.#deadline = undefined;
    this.#watch();
  }

  /** Notes alone may wait: a person who stops a watching client for a while loses nothing. */
  #watch(): void {
    if (this.#repliesWaiting === 0 || this.#options.socket.writableLength === 0) return;
    this.#deadline ??= this.#options.clock.after(REPLY_DEADLINE_MS, () => this.#options.onStuck(), {
      background: true,
    });
  }
}
