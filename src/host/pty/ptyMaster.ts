/**
 * The host's end of a terminal: the only place that knows the number of its descriptor. The rule: the number is used
 * while it is open and never again, because the system gives it to the next file or session that opens one.
 *
 * A second descriptor, the program's end, is held open without being used. As long as it is there the kernel reports no
 * hang-up, so reading cannot stop early: libuv before 1.52 takes a hang-up with a short read for the end of the data
 * (libuv issues 2319 and 4992), and a program may close its terminal and open `/dev/tty` again.
 */
import fs from 'node:fs';
import type net from 'node:net';
import tty from 'node:tty';
import { isErrno } from '../../base/atomicFile.ts';

/** The kernel gives at most 4,095 bytes a read on Linux, but other systems more. */
const READ_BYTES = 64 * 1024;
/** Read at the end: far more than a kernel keeps (about 20 kB), yet an end to what a background job may go on writing. */
const MAX_DRAIN_BYTES = 4 * 1024 * 1024;
/** Read in one go while the program runs: above what a kernel keeps, so that only a program that writes on reaches it. */
const MAX_READ_NOW_BYTES = 128 * 1024;

export interface PtyMasterOptions {
  /** An open, non-blocking master; belongs to the `PtyMaster` from now on. */
  readonly fd: number;
  /** Path of the program's end. */
  readonly ttyName: string;
  /** Output; `chunk` is valid during the call. */
  readonly onBytes: (chunk: Buffer) => void;
  /** Called once, just before the descriptor is closed, for whatever reason. */
  readonly onClosing: () => void;
}

export class PtyMaster implements Disposable {
  readonly #fd: number;
  readonly #options: PtyMasterOptions;
  readonly #stream: MasterStream;
  readonly #programEnd: number;
  #isOpen = true;
  #isDrainWanted = true;

  /** @throws Error with the errno when the program's end cannot be opened; then `fd` is still the caller's */
  constructor(options: PtyMasterOptions) {
    this.#fd = options.fd;
    this.#options = options;
    // O_NOCTTY: a host that leads a session must not make a program's terminal its own
    this.#programEnd = fs.openSync(options.ttyName, fs.constants.O_RDONLY | fs.constants.O_NOCTTY);
    try {
      this.#stream = new MasterStream(options.fd, options.onBytes, () => this.#beforeClose());
    } catch (error) {
      fs.closeSync(this.#programEnd);
      throw error;
    }
  }

  /** Runs `action` with the descriptor; gives undefined, and runs nothing, when it is closed. */
  use<T>(action: (fd: number) => T): T | undefined {
    return this.#isOpen ? action(this.#fd) : undefined;
  }

  /** Runs `action` with the descriptor of the program's end, as {@link use} does with the other one. */
  useProgramEnd<T>(action: (fd: number) => T): T | undefined {
    return this.#isOpen ? action(this.#programEnd) : undefined;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  resume(): void {
    if (this.#isOpen) this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  /** Delivers what the kernel has now; false when that did not end within {@link MAX_READ_NOW_BYTES}. */
  readNow(): boolean {
    return this.#isOpen && this.#deliver(MAX_READ_NOW_BYTES);
  }

  /** Delivers what the program left behind, paused or not, and closes. */
  drainAndClose(): void {
    this.#stream.destroy();
  }

  /** Closes at once; what is unread is dropped. */
  [Symbol.dispose](): void {
    this.#isDrainWanted = false;
    this.#stream.destroy();
  }

  /** Every way to the end comes through here, in the same turn as the closing of the descriptor. */
  #beforeClose(): void {
    if (!this.#isOpen) return;
    try {
      this.#options.onClosing();
      fs.closeSync(this.#programEnd);
      if (this.#isDrainWanted) this.#deliver(MAX_DRAIN_BYTES);
    } finally {
      this.#isOpen = false;
    }
  }

  /** Reads until nothing is left (true) or about `maxBytes` were delivered. */
  #deliver(maxBytes: number): boolean {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let delivered = 0; delivered < maxBytes;) {
      const bytes = this.#readNow(buffer);
      if (bytes === 0) return true;
      delivered += bytes;
      this.#options.onBytes(buffer.subarray(0, bytes));
    }
    return false;
  }

  /** 0 when there is nothing left: EIO without a holder of the program's end, EAGAIN when a background job holds it. */
  #readNow(buffer: Buffer): number {
    try {
      return fs.readSync(this.#fd, buffer);
    } catch (error) {
      if (isErrno(error, 'EIO', 'EAGAIN')) return 0;
      throw error;
    }
  }
}

/** Node's reader of a terminal, without the two things that lose output: its own buffer, and closing without a look back. */
class MasterStream extends tty.ReadStream {
  readonly #beforeClose: () => void;

  constructor(fd: number, onBytes: (chunk: Buffer) => void, beforeClose: () => void) {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const callback = (bytes: number): boolean => {
      onBytes(buffer.subarray(0, bytes));
      return true;
    };
    const options: net.SocketConstructorOpts & net.ConnectOpts = { onread: { buffer, callback } };
    super(fd, options);
    this.#beforeClose = beforeClose;
    this.on('error', (error) => {
      // a failed read closes the terminal through `_destroy`, which hangs up the program: its exit then tells the rest
      if (!('syscall' in error)) throw error;
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    try {
      this.#beforeClose();
    } finally {
      // oxlint-disable-next-line no-underscore-dangle -- Node's name for the hook
      super._destroy(error, callback);
    }
  }
}
