/** One connection to a host: hello, proof, requests, notes. Knows frames, not methods. */
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { systemClock } from '../base/clock.ts';
import { type Deferred, deferred } from '../base/deferred.ts';
import { LineDecoder } from '../base/lineDecoder.ts';
import { type ErrorBody, isErrorCode, quote, TtyError } from '../protocol/errors.ts';
import { encodeFrame, HELLO_ID, proveIdentity, sameProof } from '../protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { PACKAGE_VERSION, PROTOCOL_VERSION } from '../protocol/version.ts';
import { dropReply, takeReply } from './replyFile.ts';

interface PendingCall {
  readonly reply: Deferred<unknown>;
  readonly onNote: ((note: unknown) => void) | undefined;
}

/** Time for the host's hello. A host that is stopped, or a stranger that says nothing, is not waited for longer. */
const HELLO_MS = 10_000;

/** What a frame from the host may hold; every field is looked at before it is used. */
interface LooseFrame {
  readonly hello?: {
    readonly protocol?: unknown;
    readonly version?: unknown;
    readonly nonce?: unknown;
    readonly proof?: unknown;
  };
  readonly id?: unknown;
  readonly ok?: unknown;
  readonly result?: unknown;
  readonly file?: unknown;
  readonly note?: unknown;
  readonly error?: unknown;
}

export class Connection implements Disposable {
  readonly #socket: net.Socket;
  readonly #token: string;
  readonly #repliesDirectory: string;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #decoder = new LineDecoder(MAX_FRAME_BYTES);
  readonly #pending = new Map<string, PendingCall>();
  readonly #ready = deferred<void>();
  #auth: string | undefined;
  #isGreeted = false;
  #lastId = 0;
  #failure: TtyError | undefined;

  private constructor(socket: net.Socket, token: string, repliesDirectory: string) {
    this.#socket = socket;
    this.#token = token;
    this.#repliesDirectory = repliesDirectory;
    this.#ready.promise.catch(() => undefined); // the same failure reaches whoever awaits open()
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (cause) =>
      this.#fail(new TtyError('HOST_UNREACHABLE', `connection to the host failed: ${cause.message}`, { cause })),
    );
    socket.on('close', () => this.#fail(new TtyError('HOST_UNREACHABLE', 'the host closed the connection')));
  }

  /**
   * Connects and proves both sides to one another. Replies that do not fit a frame are taken from `repliesDirectory`.
   *
   * @throws the system error when nothing listens at `socketPath`
   * @throws TtyError `UNAUTHORIZED`, `PROTOCOL_VERSION_MISMATCH`, `TOO_MANY_CONNECTIONS`, `HOST_UNREACHABLE`, `HOST_TIMEOUT`
   */
  static async open(socketPath: string, token: string, repliesDirectory: string): Promise<Connection> {
    const socket = await new Promise<net.Socket>((resolve, reject) => {
      const candidate = net.connect(socketPath);
      candidate.once('connect', () => {
        candidate.removeListener('error', reject);
        resolve(candidate);
      });
      candidate.once('error', reject);
    });
    const connection = new Connection(socket, token, repliesDirectory);
    socket.write(
      encodeFrame({ hello: { protocol: PROTOCOL_VERSION, version: PACKAGE_VERSION, nonce: connection.#nonce } }),
    );
    const late = new TtyError('HOST_TIMEOUT', `what listens at ${socketPath} said nothing for ${HELLO_MS / 1_000} s`);
    const timer = systemClock.after(HELLO_MS, () => connection.#fail(late));
    try {
      await connection.#ready.promise;
    } finally {
      timer.clear();
    }
    return connection;
  }

  /** Sends a request and resolves with the reply's result, unchecked. Aborting takes the request back at the host. */
  request(
    method: string,
    params: unknown,
    options: { signal?: AbortSignal; onNote?: (note: unknown) => void } = {},
  ): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (options.signal?.aborted === true) return Promise.reject(cancelled(method));
    const id = String(++this.#lastId);
    const auth = this.#auth === undefined ? {} : { auth: this.#auth };
    this.#auth = undefined;
    const frame = encodeFrame({ id, method, params, ...auth });
    const bytes = Buffer.byteLength(frame);
    if (bytes > MAX_FRAME_BYTES) {
      return Promise.reject(
        new TtyError('INVALID_INPUT', `request ${method} has ${bytes} bytes; at most ${MAX_FRAME_BYTES} fit a frame`),
      );
    }
    const reply = deferred<unknown>();
    this.#pending.set(id, { reply, onNote: options.onNote });
    this.#socket.write(frame);
    const abort = (): void => {
      if (!this.#pending.delete(id)) return;
      this.#socket.write(encodeFrame({ cancel: id }));
      reply.reject(cancelled(method));
    };
    options.signal?.addEventListener('abort', abort, { once: true });
    return reply.promise.finally(() => options.signal?.removeEventListener('abort', abort));
  }

  [Symbol.dispose](): void {
    this.#fail(new TtyError('CANCELLED', 'the connection was closed by its owner'));
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#decoder.feed(chunk)) {
        const frame: unknown = JSON.parse(line.toString('utf8'));
        if (typeof frame !== 'object' || frame === null) throw new TtyError('PROTOCOL_ERROR', 'a frame is one object');
        this.#handle(frame);
      }
    } catch (cause) {
      this.#fail(new TtyError('PROTOCOL_ERROR', 'the host sent a frame that cannot be read', { cause }));
      this.#socket.destroy();
    }
  }

  #handle(frame: LooseFrame): void {
    if (frame.hello !== undefined) return this.#greet(frame.hello);
    if (typeof frame.id !== 'string') throw new TtyError('PROTOCOL_ERROR', 'frame without id');
    if (frame.id === HELLO_ID) return this.#fail(errorOf(frame.error));
    if (!this.#isGreeted) throw new TtyError('PROTOCOL_ERROR', 'a frame came before the hello');
    const call = this.#pending.get(frame.id);
    if (call === undefined) {
      // the answer to a request that was taken back
      if (frame.file !== undefined) dropReply(frame.file, this.#repliesDirectory);
      return;
    }
    if ('note' in frame) {
      call.onNote?.(frame.note);
      return;
    }
    this.#pending.delete(frame.id);
    if (frame.ok !== true) call.reply.reject(errorOf(frame.error));
    else if (frame.file === undefined) call.reply.resolve(frame.result);
    else this.#take(frame.file, call.reply);
  }

  #take(file: unknown, reply: Deferred<unknown>): void {
    try {
      reply.resolve(takeReply(file, this.#repliesDirectory));
    } catch (error) {
      reply.reject(error);
    }
  }

  #greet(hello: NonNullable<LooseFrame['hello']>): void {
    if (hello.protocol !== PROTOCOL_VERSION) {
      return this.#fail(versionMismatch(quote(hello.version), quote(hello.protocol)));
    }
    const hostNonce = typeof hello.nonce === 'string' ? hello.nonce : '';
    if (!sameProof(proveIdentity(this.#token, 'host', this.#nonce, hostNonce), hello.proof)) {
      return this.#fail(
        new TtyError('UNAUTHORIZED', 'what listens on the socket could not prove that it is the host of this home'),
      );
    }
    this.#auth = proveIdentity(this.#token, 'client', this.#nonce, hostNonce);
    this.#isGreeted = true;
    this.#ready.resolve();
  }

  #fail(error: TtyError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#ready.reject(error);
    for (const call of this.#pending.values()) call.reply.reject(error);
    this.#pending.clear();
    this.#socket.destroy();
  }
}

function cancelled(method: string): TtyError {
  return new TtyError('CANCELLED', `request ${method} was taken back`);
}

function versionMismatch(version: string, protocol: string): TtyError {
  const message = `this client speaks protocol ${PROTOCOL_VERSION} (${PACKAGE_VERSION}), the host speaks ${protocol} (${version})`;
  return new TtyError('PROTOCOL_VERSION_MISMATCH', message, {
    hint: 'restart the host: agent-tty host stop --force',
  });
}

function errorOf(raw: unknown): TtyError {
  const body: Partial<ErrorBody> = typeof raw === 'object' && raw !== null ? raw : {};
  const code = typeof body.code === 'string' && isErrorCode(body.code) ? body.code : 'PROTOCOL_ERROR';
  return new TtyError(
    code,
    typeof body.message === 'string' ? body.message : 'the host sent an error without a message',
    {
      ...(body.details === undefined ? {} : { details: body.details }),
      ...(body.hint === undefined ? {} : { hint: body.hint }),
    },
  );
}
