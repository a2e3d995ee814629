/** One client on the host's side: hello, proof, requests, replies. Every step has a deadline or a bound. */
import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import { LineDecoder, LineTooLongError } from '../../base/lineDecoder.ts';
import { type ErrorBody, quote, TtyError } from '../../protocol/errors.ts';
import { frameFault, valueFault } from '../../protocol/frameBounds.ts';
import { encodeFrame, HELLO_ID, proveIdentity, REQUEST_ID, sameProof } from '../../protocol/frames.ts';
import {
  FRAME_DEADLINE_MS,
  MAX_CALLS,
  MAX_ERROR_REPLY_BYTES,
  MAX_FRAME_BYTES,
  MAX_SEEN_IDS,
} from '../../protocol/limits.ts';
import { PACKAGE_VERSION, PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Dispatch } from './dispatch.ts';
import { Outbox } from './outbox.ts';
import { encodeReply } from './reply.ts';
import type { ReplyFiles } from './replyFiles.ts';

export interface HostFace {
  readonly hostId: string;
  readonly instanceId: string;
  readonly token: string;
}

export interface ConnectionOptions {
  readonly id: number;
  readonly socket: net.Socket;
  readonly face: HostFace;
  readonly dispatch: Dispatch;
  /** Where replies go that do not fit a frame. */
  readonly replies: ReplyFiles;
  readonly clock: Clock;
  onClose(): void;
  /** An error that is no answer to what a client sent, but a bug of ours. */
  onBug(error: unknown): void;
}

/** Time for a client that is refused to read why, and bytes that it may still send meanwhile. */
const REFUSED_MS = 1_000;
const REFUSED_BYTES = 4 * MAX_FRAME_BYTES;

interface ClientFrameFields {
  readonly hello?: { readonly protocol?: unknown; readonly version?: unknown; readonly nonce?: unknown };
  readonly cancel?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly auth?: unknown;
}

export class ServerConnection {
  readonly #options: ConnectionOptions;
  readonly #decoder = new LineDecoder(MAX_FRAME_BYTES);
  readonly #calls = new Map<string, AbortController>();
  readonly #seenIds = new Set<string>();
  readonly #life = new AbortController();
  readonly #nonce = randomBytes(16).toString('hex');
  #clientNonce: string | undefined;
  #authorized = false;
  #deadline: Timer | undefined;
  readonly #outbox: Outbox;
  #state: 'open' | 'refused' | 'closed' = 'open';
  #leaving = false;
  #refusedBytes = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, clock } = options;
    this.#outbox = new Outbox({ socket, clock, onStuck: () => this.close() });
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.#clientEnded());
    socket.on('error', () => this.close()); // the client went away: nobody is left to tell
    socket.on('close', () => this.close());
    this.#armDeadline();
  }

  /** Ends the connection; calls under way are aborted. Harmless to repeat. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#stopWork();
    this.#state = 'closed';
    this.#deadline?.clear();
    this.#outbox.close();
    this.#options.socket.destroy();
    this.#options.onClose();
  }

  /** Closes as soon as the calls under way are answered and their replies have left. */
  closeWhenIdle(): void {
    this.#leaving = true;
    if (this.#calls.size === 0) this.#leave();
  }

  /** Tells the client why it cannot be served, and closes. */
  refuse(error: TtyError): void {
    if (this.#state !== 'open') return;
    this.#outbox.reply(encodeFrame({ id: HELLO_ID, ok: false, error: bounded(error.toBody()) }));
    this.#stopWork();
    this.#state = 'refused';
    this.#options.socket.end();
    this.#clearDeadline();
    this.#deadline = this.#options.clock.after(REFUSED_MS, () => this.close(), { background: true });
  }

  #stopWork(): void {
    for (const abort of this.#calls.values()) abort.abort();
    this.#life.abort();
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'refused') return this.#discard(chunk.length);
    let lines = 0;
    try {
      for (const line of this.#decoder.feed(chunk)) {
        if (this.#state !== 'open') return;
        this.#handle(this.#parse(line));
        lines++;
      }
    } catch (error) {
      return this.refuse(this.#reasonOf(error));
    }
    // A frame that was begun must be finished in time; between frames a client may stay silent once it is known.
    if (this.#authorized && (lines > 0 || this.#decoder.pendingBytes === 0)) this.#clearDeadline();
    if (this.#decoder.pendingBytes > 0 || !this.#authorized) this.#armDeadline();
  }

  #reasonOf(error: unknown): TtyError {
    if (error instanceof TtyError) return error;
    if (error instanceof LineTooLongError)
      return new TtyError('PROTOCOL_ERROR', `a frame has at most ${MAX_FRAME_BYTES} bytes`);
    // One client's frame must not cost all others their sessions, whatever it found.
    this.#options.onBug(error);
    return new TtyError('INTERNAL_ERROR', 'the host failed on this frame; its log says more');
  }

  /** A client that is refused may finish what it was sending, so that it reads the reason; not for ever. */
  #discard(bytes: number): void {
    this.#refusedBytes += bytes;
    if (this.#refusedBytes > REFUSED_BYTES) this.close();
  }

  #clientEnded(): void {
    if (this.#decoder.pendingBytes === 0 || this.#state !== 'open') return this.close();
    this.refuse(new TtyError('PROTOCOL_ERROR', 'the connection ended within a frame: its LF is missing'));
  }

  #parse(line: Buffer): ClientFrameFields {
    const fault = frameFault(line);
    if (fault !== undefined) throw new TtyError('PROTOCOL_ERROR', fault);
    const text = line.toString('utf8');
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch (cause) {
      if (text.trim() === '') throw new TtyError('PROTOCOL_ERROR', 'frame is empty', { cause });
      throw new TtyError('PROTOCOL_ERROR', `frame is not JSON: ${quote(line.toString('latin1', 0, 20))}`, { cause });
    }
    const unfit = valueFault(text, frame);
    if (unfit !== undefined) throw new TtyError('PROTOCOL_ERROR', unfit);
    if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
      throw new TtyError('PROTOCOL_ERROR', 'a frame is one JSON object');
    }
    return frame;
  }

  #handle(frame: ClientFrameFields): void {
    if (frame.hello !== undefined) return this.#greet(frame.hello);
    if (typeof frame.cancel === 'string') {
      this.#calls.get(frame.cancel)?.abort();
      return;
    }
    const { id, method } = frame;
    if (typeof id !== 'string' || !REQUEST_ID.test(id)) {
      throw new TtyError('PROTOCOL_ERROR', `request id must be 1 to 64 of letters, digits, "_", "-", got ${quote(id)}`);
    }
    if (!this.#authorized) this.#authorize(frame.auth);
    this.#noteId(id);
    if (this.#calls.size >= MAX_CALLS) {
      const message = `a connection has at most ${MAX_CALLS} requests under way`;
      return this.#refuseCall(id, new TtyError('RPC_ERROR', message).toBody());
    }
    void this.#call(id, method, frame.params);
  }

  #noteId(id: string): void {
    if (this.#seenIds.has(id)) throw new TtyError('PROTOCOL_ERROR', `request id ${quote(id)} was used before`);
    this.#seenIds.add(id);
    const [oldest] = this.#seenIds;
    if (this.#seenIds.size > MAX_SEEN_IDS && oldest !== undefined) this.#seenIds.delete(oldest);
  }

  #greet(hello: NonNullable<ClientFrameFields['hello']>): void {
    if (this.#clientNonce !== undefined) throw new TtyError('PROTOCOL_ERROR', 'hello came twice');
    if (hello.protocol !== PROTOCOL_VERSION) {
      const message = `this host speaks protocol ${PROTOCOL_VERSION} (${PACKAGE_VERSION}), the client ${quote(hello.protocol)} (${quote(hello.version)})`;
      throw new TtyError('PROTOCOL_VERSION_MISMATCH', message, {
        hint: 'restart the host: agent-tty host stop --force',
      });
    }
    if (typeof hello.nonce !== 'string' || !/^[0-9a-f]{32}$/.test(hello.nonce)) {
      throw new TtyError('PROTOCOL_ERROR', 'hello needs a nonce of 32 hex digits');
    }
    this.#clientNonce = hello.nonce;
    const { face } = this.#options;
    const hostHello = {
      hello: {
        protocol: PROTOCOL_VERSION,
        version: PACKAGE_VERSION,
        hostId: face.hostId,
        instanceId: face.instanceId,
        nonce: this.#nonce,
        proof: proveIdentity(face.token, 'host', hello.nonce, this.#nonce),
      },
    };
    this.#outbox.reply(encodeFrame(hostHello));
  }

  #authorize(auth: unknown): void {
    const { token } = this.#options.face;
    if (this.#clientNonce === undefined) throw new TtyError('PROTOCOL_ERROR', 'hello comes before requests');
    if (!sameProof(proveIdentity(token, 'client', this.#clientNonce, this.#nonce), auth)) {
      throw new TtyError('UNAUTHORIZED', 'the first request must carry the proof of this home');
    }
    this.#authorized = true;
  }

  async #call(id: string, method: unknown, params: unknown): Promise<void> {
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const frame = await this.#options.dispatch(method, params, {
      signal: abort.signal,
      connection: { id: this.#options.id, closed: this.#life.signal },
      note: (note) => {
        if (this.#state === 'open') this.#outbox.note({ id, note });
      },
    });
    // of what was taken back the client wants no more than an end
    const isWanted = !abort.signal.aborted || 'error' in frame;
    await this.#reply(id, isWanted ? frame : { result: null });
    this.#calls.delete(id);
    if (this.#leaving && this.#calls.size === 0) this.#leave();
  }

  #leave(): void {
    this.#options.socket.end(() => this.close());
  }

  async #reply(id: string, outcome: { result: unknown } | { error: ErrorBody }): Promise<void> {
    if ('error' in outcome) return this.#refuseCall(id, outcome.error);
    try {
      const frame = await encodeReply(id, outcome.result, this.#options.replies);
      if (this.#state === 'open') this.#outbox.reply(frame);
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      this.#refuseCall(id, error.toBody());
    }
  }

  #refuseCall(id: string, error: ErrorBody): void {
    if (this.#state === 'open') this.#outbox.reply(encodeFrame({ id, ok: false, error: bounded(error) }));
  }

  #armDeadline(): void {
    this.#deadline ??= this.#options.clock.after(FRAME_DEADLINE_MS, () => this.#late(), { background: true });
  }

  #late(): void {
    const what = this.#clientNonce === undefined ? 'hello' : this.#authorized ? 'whole frame' : 'request';
    this.refuse(new TtyError('PROTOCOL_ERROR', `no ${what} came within ${FRAME_DEADLINE_MS} ms`));
  }

  #clearDeadline(): void {
    this.#deadline?.clear();
    this.#deadline = undefined;
  }
}

/** Cuts an error to what a reply may hold: details go first, then the message is shortened. */
function bounded(error: ErrorBody): ErrorBody {
  if (Buffer.byteLength(JSON.stringify(error)) <= MAX_ERROR_REPLY_BYTES) return error;
  // a character may take six bytes as an escape
  return { code: error.code, message: error.message.slice(0, MAX_ERROR_REPLY_BYTES / 8), retryable: error.retryable };
}
