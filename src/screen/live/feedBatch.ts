import type { ScreenNumber, WorkerRequest } from '../workerProtocol.ts';

/** An event that changes a screen: output or a new size. */
export type ScreenItem =
  | { readonly bytes: Buffer; readonly seq: number }
  | { readonly cols: number; readonly rows: number; readonly seq: number };

/** What goes to a screen in order: the events, and between them the moments at which it is stamped. */
export type FeedItem = ScreenItem | { readonly stamp: true; readonly seq: number };

/** Bytes of one message; large enough that its cost does not count, small enough not to double a flood's memory. */
const MAX_BATCH_BYTES = 256 * 1024;

/** Puts events in order into few messages to the worker. Bytes are copied, because they are transferred. */
export class FeedBatch {
  readonly #screen: ScreenNumber;
  readonly #post: (request: WorkerRequest, transfer: readonly ArrayBuffer[], bytes: number) => void;
  #parts: Buffer[] = [];
  #seqs: number[] = [];
  #ends: number[] = [];
  #bytes = 0;

  /** `post` gets each message, what it transfers, and how many bytes of output it has. */
  constructor(
    screen: ScreenNumber,
    post: (request: WorkerRequest, transfer: readonly ArrayBuffer[], bytes: number) => void,
  ) {
    this.#screen = screen;
    this.#post = post;
  }

  add(item: FeedItem): void {
    if (!('bytes' in item)) {
      this.send();
      if ('stamp' in item) return this.#post({ type: 'stamp', screen: this.#screen }, [], 0);
      this.#post({ type: 'resize', screen: this.#screen, cols: item.cols, rows: item.rows, seq: item.seq }, [], 0);
      return;
    }
    this.#parts.push(item.bytes);
    this.#bytes += item.bytes.length;
    this.#seqs.push(item.seq);
    this.#ends.push(this.#bytes);
    if (this.#bytes >= MAX_BATCH_BYTES) this.send();
  }

  /** Sends what was added since. */
  send(): void {
    if (this.#parts.length === 0) return;
    const bytes = new ArrayBuffer(this.#bytes);
    const view = Buffer.from(bytes);
    let at = 0;
    for (const part of this.#parts) at += part.copy(view, at);
    const request: WorkerRequest = { type: 'feed', screen: this.#screen, bytes, ends: this.#ends, seqs: this.#seqs };
    const count = this.#bytes;
    this.#parts = [];
    this.#seqs = [];
    this.#ends = [];
    this.#bytes = 0;
    this.#post(request, [bytes], count);
  }
}
