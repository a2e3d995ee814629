import type { Clock } from '../../src/base/clock.ts';
import type { TerminalModes } from '../../src/base/native.ts';
import type { ProcessIdentity } from '../../src/base/processIdentity.ts';
import { InputWriter, terminalClosed } from '../../src/host/pty/inputWriter.ts';
import { Listeners } from '../../src/host/pty/listeners.ts';
import type { Pty, PtyExit } from '../../src/host/pty/pty.ts';

export interface FakePtyOptions {
  readonly clock: Clock;
  readonly pid?: number;
  /** Bound of the input queue; the real one's unless given. */
  readonly maxInputBytes?: number;
}

/**
 * A terminal without a system under it: a test plays the program with `print`, `end` and the reading of input. Keeps the
 * contract of `Pty` (test/contract/pty.contract.test.ts). The memory of each delivered chunk is overwritten after the
 * call, as the real reader does it sooner or later.
 */
export class FakePty implements Pty {
  readonly pid: number;
  readonly identity: ProcessIdentity;
  readonly ttyName = '/dev/pts/fake';
  /** Every size that was set, in order. */
  readonly sizes: { readonly cols: number; readonly rows: number }[] = [];
  readonly #data = new Listeners<Buffer>();
  readonly #exits = new Listeners<PtyExit>();
  readonly #losses = new Listeners<number>();
  readonly #inputs = new Listeners<Buffer>();
  readonly #writer: InputWriter;
  #input: Buffer[] = [];
  #unread: Buffer[] = [];
  #inputRoomBytes = Infinity;
  #modes: TerminalModes = { canonical: false, echo: false };
  #interruptByte: number | undefined;
  #foregroundGroup: number;
  #isListened = false;
  #isPaused = false;
  #isOpen = true;
  #exit: PtyExit | undefined;

  constructor(options: FakePtyOptions) {
    this.pid = options.pid ?? 4_194_304; // above the largest pid that Linux gives
    this.identity = { pid: this.pid, startTicks: '1', bootId: 'fake' };
    this.#foregroundGroup = this.pid;
    this.#writer = new InputWriter({
      clock: options.clock,
      write: (slice) => this.#takeInput(slice),
      onLost: (bytes) => this.#losses.tell(bytes),
      ...(options.maxInputBytes === undefined ? {} : { maxBytes: options.maxInputBytes }),
    });
  }

  // ---- what a test does as the program ----

  /** The program writes. Kept back while the terminal is paused or has no listener. */
  print(output: string | Buffer): void {
    if (!this.#isOpen) return;
    this.#unread.push(Buffer.from(output));
    if (this.#isListened && !this.#isPaused) this.#deliver();
  }

  /** The program ends; what it printed is delivered before, paused or not. */
  end(exit: Partial<PtyExit> = { exitCode: 0 }): void {
    if (this.#exit !== undefined) return;
    this.#writer.stop();
    this.#deliver();
    this.#isOpen = false;
    this.#exit = { exitCode: exit.exitCode ?? null, exitSignal: exit.exitSignal ?? null };
    this.#exits.tell(this.#exit);
  }

  /** How many more bytes of input fit before the program must read: 0 for one that does not, Infinity for one that does. */
  allowInput(bytes: number): void {
    this.#inputRoomBytes = bytes;
  }

  setModes(modes: TerminalModes): void {
    this.#modes = modes;
  }

  setInterruptByte(byte: number | undefined): void {
    this.#interruptByte = byte;
  }

  setForegroundGroup(group: number): void {
    this.#foregroundGroup = group;
  }

  /** All input that reached the program. */
  get input(): Buffer {
    return Buffer.concat(this.#input);
  }

  /** Tells input as it reaches the program, so that a test may answer. */
  onInput(listener: (bytes: Buffer) => void): Disposable {
    return this.#inputs.add(listener);
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  // ---- Pty ----

  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  onData(listener: (chunk: Buffer) => void): Disposable {
    const handle = this.#data.add(listener);
    this.#isListened = true;
    queueMicrotask(() => this.#isPaused || this.#deliver());
    return handle;
  }

  onExit(listener: (exit: PtyExit) => void): Disposable {
    const handle = this.#exits.add(listener);
    const exit = this.#exit;
    if (exit === undefined) return handle;
    let isWanted = true;
    queueMicrotask(() => isWanted && listener(exit));
    return { [Symbol.dispose]: () => void (isWanted = false) };
  }

  onInputLost(listener: (bytes: number) => void): Disposable {
    return this.#losses.add(listener);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isListened) queueMicrotask(() => this.#isPaused || this.#deliver());
  }

  readNow(): boolean {
    if (!this.#isOpen || !this.#isListened || this.#isPaused) return false;
    this.#deliver();
    return true;
  }

  write(bytes: Buffer): void {
    this.#writer.write(bytes);
  }

  assertRoom(bytes: number): void {
    this.#writer.assertRoom(bytes);
  }

  resize(cols: number, rows: number): void {
    if (!this.#isOpen) throw terminalClosed();
    this.sizes.push({ cols, rows });
  }

  modes(): TerminalModes | undefined {
    return this.#isOpen ? this.#modes : undefined;
  }

  interruptByte(): number | undefined {
    return this.#isOpen ? this.#interruptByte : undefined;
  }

  dropInput(): void {
    // a test's program reads at once
  }

  foregroundGroup(): number | undefined {
    return this.#isOpen ? this.#foregroundGroup : undefined;
  }

  /** The program is hung up and ends by that, as one does that does not catch SIGHUP. */
  dispose(): void {
    if (!this.#isOpen) return;
    this.#writer.stop();
    this.#data.clear();
    this.#unread = [];
    this.#isOpen = false;
    queueMicrotask(() => this.end({ exitSignal: 'SIGHUP' }));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #deliver(): void {
    for (let chunk = this.#unread.shift(); chunk !== undefined; chunk = this.#unread.shift()) {
      this.#data.tell(chunk);
      chunk.fill('!');
    }
  }

  #takeInput(slice: Buffer): number {
    const taken = Math.min(slice.length, this.#inputRoomBytes);
    if (taken === 0) throw Object.assign(new Error('EAGAIN: the program does not read'), { code: 'EAGAIN' });
    this.#inputRoomBytes -= taken;
    const bytes = Buffer.from(slice.subarray(0, taken));
    this.#input.push(bytes);
    this.#inputs.tell(bytes);
    return taken;
  }
}
