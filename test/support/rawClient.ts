/** A client of a host that may say anything: raw bytes to its real socket, what comes back, and what it cost the host. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import { systemClock } from '../../src/base/clock.ts';
import { deferred } from '../../src/base/deferred.ts';
import { MAIN_HOST_ID } from '../../src/protocol/homeLayout.ts';
import { encodeFrame, proveIdentity } from '../../src/protocol/frames.ts';
import { PACKAGE_VERSION, PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { type HostRecord, readHostRecord } from '../../src/store/hostRecord.ts';

/** A frame from the host, as loosely typed as a test needs it. */
export interface RawFrame {
  readonly id?: string;
  readonly ok?: boolean;
  readonly hello?: { readonly nonce: string };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** No answer takes so long. */
const ANSWER_MS = 20_000;

/** The record of a home's host; throws when none runs. */
export function hostRecord(home: string): HostRecord {
  const record = readHostRecord(home, MAIN_HOST_ID);
  if (record === undefined) throw new Error(`no host runs for ${home}`);
  return record;
}

export class RawClient implements Disposable {
  readonly socket: net.Socket;
  readonly #record: HostRecord;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #frames: RawFrame[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Resolves when the host has closed. */
  readonly closed: Promise<void>;
  receivedBytes = 0;
  #text = '';
  #isClosed = false;
  #auth: string | undefined;

  private constructor(socket: net.Socket, record: HostRecord) {
    this.socket = socket;
    this.#record = record;
    const closed = deferred<void>();
    this.closed = closed.promise;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => undefined); // the host may close while we write
    const end = (): void => {
      this.#isClosed = true;
      for (const wake of this.#waiting.splice(0)) wake();
      closed.resolve();
    };
    socket.on('end', end);
    socket.on('close', end);
  }

  /** Connects, and says nothing yet. */
  static async connect(home: string): Promise<RawClient> {
    const record = hostRecord(home);
    const socket = net.connect(record.socketPath);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket, record);
  }

  /** Connects as a client of the home does: hello and proof are through. */
  static async known(home: string): Promise<RawClient> {
    const client = await RawClient.connect(home);
    await client.hello();
    await client.request('host.status', {});
    return client;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Greets; what it sends next may carry `proof`. */
  async hello(): Promise<void> {
    this.send(encodeFrame({ hello: { protocol: PROTOCOL_VERSION, version: PACKAGE_VERSION, nonce: this.#nonce } }));
    const frame = await this.next();
    if (frame?.hello === undefined) throw new Error(`no hello: ${JSON.stringify(frame)}`);
    this.#auth = proveIdentity(this.#record.token, 'client', this.#nonce, frame.hello.nonce);
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Sends a request, with the proof on the first one, and gives its reply. */
  async request(method: string, params: unknown, id = randomBytes(8).toString('hex')): Promise<RawFrame> {
    this.start(method, params, id);
    const reply = await this.next();
    if (reply === undefined) throw new Error(`the host closed instead of answering ${method}`);
    return reply;
  }

  /** Sends a request and does not wait. */
  start(method: string, params: unknown, id = randomBytes(8).toString('hex')): void {
    const auth = this.#auth === undefined ? {} : { auth: this.#auth };
    this.#auth = undefined;
    this.send(encodeFrame({ id, method, params, ...auth }));
  }

  /** The next frame; `undefined` when the host closed without one. */
  async next(): Promise<RawFrame | undefined> {
    const deadline = systemClock.nowMs() + ANSWER_MS;
    while (this.#frames.length === 0 && !this.#isClosed) {
      if (systemClock.nowMs() > deadline) throw new Error('the host neither answered nor closed');
      const woken = deferred<void>();
      this.#waiting.push(() => woken.resolve());
      const timer = systemClock.after(ANSWER_MS, () => woken.resolve());
      await woken.promise;
      timer.clear();
    }
    return this.#frames.shift();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    this.#text += chunk.toString('utf8');
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      // oxlint-disable-next-line typescript/no-unsafe-assignment -- looked at by the tests
      const frame: RawFrame = JSON.parse(line);
      this.#frames.push(frame);
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** CPU time of all threads of a process so far, in ms. Source: /proc/PID/task/TID/schedstat, field 1, ns. */
export function cpuMs(pid: number): number {
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => {
    const [ns = '0'] = fs.readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(ns) / 1e6;
  }, 0);
}

/** Resident memory of a process, in bytes. */
export function rssBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) * 1024;
}
