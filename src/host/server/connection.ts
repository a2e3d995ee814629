/** One client on the host's side: hello, proof, requests, replies. Every step has a deadline or a bound. */
import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import { LineDecoder, LineTooLongError } from '../../base/lineDecoder.ts';
import { type ErrorBody, quote, TtyError } from '../../protocol/errors.ts';
import { frameFault } from '../../protocol/frameBounds.ts';
import { encodeFrame, HELLO_ID, type HostFrame, proveIdentity, REQUEST_ID, sameProof } from '../../protocol/frames.ts';
import { FRAME_DEADLINE_MS, MAX_ERROR_REPLY_BYTES, MAX_FRAME_BYTES } from '../../protocol/limits.ts';
import { PACKAGE_VERSION, PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Dispatch } from './dispatch.ts';
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
}

/** Bytes that may wait for a client that does not read; past it, notes are dropped and at twice it the client is cut off. */
const MAX_BACKLOG_BYTES = 2 * MAX_FRAME_BYTES;

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
  #closed = false;
  #leaving = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket } = options;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => this.close()); // the client went away: nobody is left to tell
    socket.on('close', () => this.close());
    this.#armDeadline();
  }

  /** Ends the connection; calls under way are aborted. Harmless to repeat. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.clear();
    for (const abort of this.#calls.values()) abort.abort();
    this.#life.abort();
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
    this.#send({ id: HELLO_ID, ok: false, error: error.toBody() });
    this.#options.socket.end();
    this.#options.socket.removeAllListeners('data');
    this.#options.socket.resume();
    this.#armDeadline();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#decoder.feed(chunk)) {
        if (this.#closed) return;
        this.#handle(this.#parse(line));
      }
    } catch (error) {
      if (error instanceof LineTooLongError) {
        return this.refuse(new TtyError('PROTOCOL_ERROR', `a frame has at most ${MAX_FRAME_BYTES} bytes`));
      }
      if (error instanceof TtyError) return this.refuse(error);
      throw error;
    }
    // A frame that was begun must be finished in time; between frames a client may stay silent once it is known.
    if (this.#decoder.pendingBytes > 0 || !this.#authorized) this.#armDeadline();
    else this.#clearDeadline();
  }

  #parse(line: Buffer): ClientFrameFields {
    const fault = frameFault(line);
    if (fault !== undefined) throw new TtyError('PROTOCOL_ERROR', fault);
    let frame: unknown;
    try {
      frame = JSON.parse(line.toString('utf8'));
    } catch (cause) {
      throw new TtyError('PROTOCOL_ERROR', `frame is not JSON: ${quote(line.toString('latin1', 0, 20))}`, { cause });
    }
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
    if (this.#seenIds.has(id)) throw new TtyError('PROTOCOL_ERROR', `request id ${quote(id)} was used before`);
    this.#seenIds.add(id);
    void this.#call(id, typeof method === 'string' ? method : String(method), frame.params);
  }

  #greet(hello: NonNullable<ClientFrameFields['hello']>): void {
    if (this.#clientNonce !== undefined) throw new TtyError('PROTOCOL_ERROR', 'hello came twice');
    if (hello.protocol !== PROTOCOL_VERSION) {
      const message = `this host speaks protocol ${PROTOCOL_VERSION} (${PACKAGE_VERSION}), the client ${quote(hello.protocol)} (${quote(hello.version)})`;
      throw new TtyError('PROTOCOL_VERSION_MISMATCH', message, { hint: 'restart the host: agent-tty host stop' });
    }
    if (typeof hello.nonce !== 'string' || !/^[0-9a-f]{32}$/.test(hello.nonce)) {
      throw new TtyError('PROTOCOL_ERROR', 'hello needs a nonce of 32 hex digits');
    }
    this.#clientNonce = hello.nonce;
    const { face } = this.#options;
    this.#send({
      hello: {
        protocol: PROTOCOL_VERSION,
        version: PACKAGE_VERSION,
        hostId: face.hostId,
        instanceId: face.instanceId,
        nonce: this.#nonce,
        proof: proveIdentity(face.token, 'host', hello.nonce, this.#nonce),
      },
    });
  }

  #authorize(auth: unknown): void {
    const { token } = this.#options.face;
    if (this.#clientNonce === undefined) throw new TtyError('PROTOCOL_ERROR', 'hello comes before requests');
    if (!sameProof(proveIdentity(token, 'client', this.#clientNonce, this.#nonce), auth)) {
      throw new TtyError('UNAUTHORIZED', 'the first request must carry the proof of this home');
    }
    this.#authorized = true;
  }

  async #call(id: string, method: string, params: unknown): Promise<void> {
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const frame = await this.#options.dispatch(method, params, {
      signal: abort.signal,
      connection: { id: this.#options.id, closed: this.#life.signal },
      note: (note) => {
        if (this.#options.socket.writableLength < MAX_BACKLOG_BYTES) this.#send({ id, note });
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
    if (this.#closed) return;
    if ('error' in outcome) return this.#send({ id, ok: false, error: bounded(outcome.error) });
    try {
      this.#write(await encodeReply(id, outcome.result, this.#options.replies));
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      this.#send({ id, ok: false, error: bounded(error.toBody()) });
    }
  }

  #send(frame: HostFrame): void {
    this.#write(encodeFrame(frame));
  }

  #write(frame: string | Buffer): void {
    if (this.#closed) return;
    if (this.#options.socket.writableLength > 2 * MAX_BACKLOG_BYTES) return this.close();
    this.#options.socket.write(frame);
  }

  #armDeadline(): void {
    this.#deadline ??= this.#options.clock.after(FRAME_DEADLINE_MS, () => this.close(), { background: true });
  }

  #clearDeadline(): void {
    this.#deadline?.clear();
    this.#deadline = undefined;
  }
}

/** Cuts an error to what a reply may hold: details go first, then the message is shortened. */
function bounded(error: ErrorBody): ErrorBody {
  if (Buffer.byteLength(JSON.stringify(error)) <= MAX_ERROR_REPLY_BYTES) return error;
  return { code: error.code, message: error.message.slice(0, MAX_ERROR_REPLY_BYTES / 8), retryable: error.retryable };
}
