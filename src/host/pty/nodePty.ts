/**
 * Programs on real terminals, by the native half of node-pty alone (see
 * docs/decisions/0003-native-half-of-node-pty.md): forking and resizing. Reading is `ptyMaster.ts`, writing
 * `inputWriter.ts`.
 */
import fs from 'node:fs';
import { constants } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { setCloseOnExec, dropTypedInput, interruptByte, terminalModes } from '../../base/native.ts';
import type { TerminalModes } from '../../base/native.ts';
import { bootId, identify, ignoresChildren, readProcessStat, signalIdentity } from '../../base/processIdentity.ts';
import type { ProcessIdentity } from '../../base/processIdentity.ts';
import { TtyError, quote } from '../../protocol/errors.ts';
import { withoutDescriptorGaps } from './descriptorGaps.ts';
import { InputWriter, terminalClosed } from './inputWriter.ts';
import { Listeners } from './listeners.ts';
import { loadNativePty, spawnHelperPath } from './nodePtyNative.ts';
import type { NativeProcess } from './nodePtyNative.ts';
import type { Pty, PtyExit } from './pty.ts';
import { PtyMaster } from './ptyMaster.ts';
import { describeLimits, rememberOpenFilesLimit, spawnLimits } from './spawnLimits.ts';

/** What to run, and on what terminal. */
export interface SpawnOptions {
  /** Name or path of the program, also its `argv[0]`. Looked up by the child: check it first with `resolveProgram`. */
  readonly file: string;
  /** Arguments after `argv[0]`. */
  readonly args: readonly string[];
  /** The child's whole environment, each `NAME=VALUE`. */
  readonly environment: readonly string[];
  readonly cwd: string;
  readonly cols: number;
  readonly rows: number;
  readonly clock: Clock;
}

/** No change of user or group. */
const SAME_ID = -1;
/** Keeps IUTF8 on in the line discipline, so that Backspace removes a character and not one byte; reading is raw anyway. */
const IS_UTF8 = true;

/**
 * Starts a program on a new terminal. Nothing is read before the first `onData` listener. The caller disposes the
 * result; after the exit that is not needed.
 *
 * @throws TtyError SPAWN_FAILED when the system gives no terminal or process; names the limits that it knows
 */
export function spawnPty(options: SpawnOptions): Pty {
  rememberOpenFilesLimit();
  let pty: NodePty | undefined;
  const { file, args, environment, cwd, cols, rows } = options;
  const onExit = (code: number, signal: number): void => pty?.end(code, signal);
  let child: NativeProcess;
  try {
    const helper = spawnHelperPath();
    child = withoutDescriptorGaps(() =>
      loadNativePty().fork(
        file,
        [...args],
        [...environment],
        cwd,
        cols,
        rows,
        SAME_ID,
        SAME_ID,
        IS_UTF8,
        helper,
        onExit,
      ),
    );
  } catch (cause) {
    throw spawnFailed(file, cause);
  }
  const identity = identify(child.pid) ?? { pid: child.pid, startTicks: '0', bootId: bootId() };
  try {
    // Without the native binding nothing sets it: then sessions are kept apart by `withoutDescriptorGaps` alone, and another
    // child of the host, which has none, would inherit the master.
    setCloseOnExec(child.fd);
    pty = new NodePty(child, identity, options.clock);
    return pty;
  } catch (cause) {
    const failure = spawnFailed(file, cause);
    fs.closeSync(child.fd);
    signalIdentity(identity, 'SIGKILL');
    throw failure;
  }
}

class NodePty implements Pty {
  readonly pid: number;
  readonly identity: ProcessIdentity;
  readonly ttyName: string;
  readonly #data = new Listeners<Buffer>();
  readonly #exits = new Listeners<PtyExit>();
  readonly #losses = new Listeners<number>();
  readonly #master: PtyMaster;
  readonly #writer: InputWriter;
  #isReading = false;
  #isPaused = false;
  #exit: PtyExit | undefined;

  constructor(child: NativeProcess, identity: ProcessIdentity, clock: Clock) {
    this.pid = child.pid;
    this.identity = identity;
    this.ttyName = child.pty;
    this.#writer = new InputWriter({
      clock,
      write: (slice) => this.#master.use((fd) => fs.writeSync(fd, slice)) ?? 0,
      onLost: (bytes) => this.#losses.tell(bytes),
    });
    this.#master = new PtyMaster({
      fd: child.fd,
      ttyName: child.pty,
      onBytes: (chunk) => this.#data.tell(chunk),
      onClosing: () => this.#writer.stop(),
    });
  }

  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  onData(listener: (chunk: Buffer) => void): Disposable {
    this.#isReading = true;
    if (!this.#isPaused) this.#master.resume();
    return this.#data.add(listener);
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
    this.#master.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isReading) this.#master.resume();
  }

  readNow(): boolean {
    return this.#isReading && !this.#isPaused && this.#master.readNow();
  }

  write(bytes: Buffer): void {
    this.#writer.write(bytes);
  }

  assertRoom(bytes: number): void {
    this.#writer.assertRoom(bytes);
  }

  resize(cols: number, rows: number): void {
    if (!this.#master.isOpen) throw terminalClosed();
    this.#master.use((fd) => loadNativePty().resize(fd, cols, rows, 0, 0));
  }

  modes(): TerminalModes | undefined {
    return this.#master.use(terminalModes);
  }

  interruptByte(): number | undefined {
    return this.#master.use(interruptByte);
  }

  dropInput(): void {
    this.#master.useProgramEnd(dropTypedInput);
  }

  foregroundGroup(): number | undefined {
    if (!this.#master.isOpen) return undefined;
    const stat = readProcessStat(this.pid);
    const isOurs = stat?.startTicks === this.identity.startTicks;
    return stat !== undefined && isOurs && stat.tpgid > 0 ? stat.tpgid : undefined;
  }

  dispose(): void {
    this.#data.clear();
    this.#master[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The child was reaped. Its last output may still be in the kernel. */
  end(code: number, signal: number): void {
    this.#master.drainAndClose();
    this.#exit = exitOf(code, signal);
    this.#exits.tell(this.#exit);
  }
}

function exitOf(code: number, signal: number): PtyExit {
  // The kernel then kept no status for us: what node-pty tells is an unset variable of its own.
  if (ignoresChildren()) return { exitCode: null, exitSignal: null };
  if (signal === 0) return { exitCode: code, exitSignal: null };
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  // real-time signals have no name of their own there
  return { exitCode: null, exitSignal: name ?? `SIG${signal}` };
}

function spawnFailed(file: string, cause: unknown): TtyError {
  if (cause instanceof TtyError) return cause;
  const limits = spawnLimits();
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TtyError(
    'SPAWN_FAILED',
    `cannot start ${quote(file)} on a new terminal: ${reason} (${describeLimits(limits)})`,
    {
      details: { limits },
      hint: 'End sessions that are not needed, or raise the limit that is reached.',
      cause,
    },
  );
}
