/**
 * A terminal with a program on it, as sessions see it. Two classes keep this contract and pass one test suite: the real
 * one (`nodePty.ts`) and `FakePty` of the tests. The rule: every byte that the program wrote is delivered, in order,
 * before its exit is told. It decides nothing about the program's life: signals are the session's business.
 */
import type { TerminalModes } from '../../base/native.ts';
import type { ProcessIdentity } from '../../base/processIdentity.ts';

/**
 * How a program ended: by itself with `exitCode`, or by `exitSignal` (such as `SIGKILL`). One of the two is null; both are
 * when the system did not keep the status.
 */
export interface PtyExit {
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
}

export interface Pty extends Disposable {
  readonly pid: number;
  /** The program's process for ever, also after its pid was given to another one. */
  readonly identity: ProcessIdentity;
  /** Path of the terminal as the program sees it, such as `/dev/pts/7`. */
  readonly ttyName: string;
  /** Input that waits for the program to read, in bytes; at most `MAX_INPUT_BYTES`. */
  readonly queuedBytes: number;

  /**
   * Delivers output as it comes. `chunk` is valid during the call only: its memory is used again for the next one.
   * Reading begins with the first listener; add it in the turn that spawned the program, or the output of a program
   * that ends at once may have no one to go to.
   */
  onData(listener: (chunk: Buffer) => void): Disposable;
  /** Tells the end of the program once, after its last data. A listener that comes later is told in a microtask. */
  onExit(listener: (exit: PtyExit) => void): Disposable;
  /** Tells how many queued bytes can no longer be delivered because the terminal closed. Not told for zero. */
  onInputLost(listener: (bytes: number) => void): Disposable;

  /**
   * Stops reading; the program blocks when the kernel's buffer (about 20 kB) is full. What is unread when the program
   * ends is delivered all the same, then, before `onExit`.
   */
  pause(): void;
  resume(): void;

  /**
   * Delivers, within the call, what the program has written so far. Says whether that was all of it: not while paused, nor
   * when there is more than a kernel keeps. For whoever must know what came before something that the system tells.
   */
  readNow(): boolean;

  /**
   * Queues `bytes`; what the terminal takes at once is gone on return. The caller may use the memory again. Taken
   * whole or refused whole.
   *
   * @throws TtyError INPUT_QUEUE_FULL (`details.acceptedBytes` is 0) when more than `MAX_INPUT_BYTES` would wait,
   *   SESSION_NOT_RUNNING after the exit or `dispose`
   */
  write(bytes: Buffer): void;
  /** Throws what {@link write} would for this many bytes: to be asked before their intention goes on record. */
  assertRoom(bytes: number): void;
  /** @throws TtyError SESSION_NOT_RUNNING after the exit or `dispose` */
  resize(cols: number, rows: number): void;
  /** The line discipline's modes now; undefined after the end, or where the system call is not to be had. */
  modes(): TerminalModes | undefined;
  /**
   * The byte that, typed, sends SIGINT to the foreground (Ctrl+C, unless the program set another one); undefined when the
   * terminal makes no signals of input, after the end, or where the system call is not to be had.
   */
  interruptByte(): number | undefined;
  /** Drops input that the program has not read, as the key that interrupts does; does nothing without the system call. */
  dropInput(): void;
  /** The process group that holds the terminal's foreground; undefined after the end or without procfs. */
  foregroundGroup(): number | undefined;

  /**
   * Closes the terminal, so that the kernel hangs up a program that still runs, and delivers no more data. The exit is
   * still told. Harmless when the terminal is closed already.
   */
  dispose(): void;
}
