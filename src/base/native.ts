/**
 * The system calls that Node has no name for, through `koffi`. The only importer of it. Koffi is optional: where it is
 * missing, each function says so (`undefined`), and its caller has a stated fall-back.
 */
import { createRequire } from 'node:module';

interface Bindings {
  flock(fd: number, operation: number): number;
  tcgetattr(fd: number, termios: Uint8Array): number;
  tcflush(fd: number, queue: number): number;
  /** `fcntl(fd, command, value)` for the commands that take a number. */
  fcntl(fd: number, command: number, value: number): number;
  /** `prctl(option, value)`; Linux only. */
  prctl: ((option: number, value: number) => number) | undefined;
  errno(): number;
}

const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = process.platform === 'darwin' ? 35 : 11;
/** Room for `struct termios` of any supported system (60 bytes on Linux, 72 on macOS). */
const TERMIOS_BYTES = 256;
const IS_DARWIN = process.platform === 'darwin';
/** Offset of `c_lflag`: after three 4-byte flags on Linux (termios(3)), after three 8-byte ones on macOS. */
const LFLAG_OFFSET = IS_DARWIN ? 24 : 12;
const ICANON = IS_DARWIN ? 0x100 : 0x2;
const ECHO = 0x8;
/** tcflush(3). */
const TCIFLUSH = IS_DARWIN ? 1 : 0;
const ISIG = IS_DARWIN ? 0x80 : 0x1;
/** Place of the INTR character: `c_cc[VINTR]`, behind the flags (and `c_line` on Linux). */
const INTR_OFFSET = IS_DARWIN ? 32 + 8 : 17;
/** _POSIX_VDISABLE: no character does it. */
const NO_CHARACTER = IS_DARWIN ? 0xff : 0;
/** fcntl(2); the same numbers on Linux and macOS. */
const F_SETFD = 2;
const FD_CLOEXEC = 1;
/** prctl(2). */
const PR_SET_PDEATHSIG = 1;

let loaded: Bindings | null | undefined;

function bindings(): Bindings | null {
  if (loaded !== undefined) return loaded;
  loaded = null;
  if (process.platform !== 'linux' && process.platform !== 'darwin') return loaded;
  try {
    // oxlint-disable-next-line typescript/no-unsafe-assignment -- require gives any; the package's own types name it
    const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
    const libc = koffi.load(IS_DARWIN ? 'libSystem.B.dylib' : 'libc.so.6');
    const flock = libc.func('int flock(int fd, int operation)');
    const tcgetattr = libc.func('int tcgetattr(int fd, _Out_ uint8_t *termios)');
    const tcflush = libc.func('int tcflush(int fd, int queue)');
    const fcntl = libc.func('int fcntl(int fd, int command, ...)');
    const prctl = IS_DARWIN ? undefined : libc.func('int prctl(int option, ...)');
    loaded = {
      prctl: prctl === undefined ? undefined : (option, value) => Number(prctl(option, 'unsigned long', value)),
      flock: (fd, operation) => Number(flock(fd, operation)),
      tcgetattr: (fd, termios) => Number(tcgetattr(fd, termios)),
      tcflush: (fd, queue) => Number(tcflush(fd, queue)),
      fcntl: (fd, command, value) => Number(fcntl(fd, command, 'int', value)),
      errno: () => koffi.errno(),
    };
  } catch {
    loaded = null; // koffi is optional: not installed, or no build for this system; `nativeAvailable` tells
  }
  return loaded;
}

/** Whether the native calls are there; `doctor` reports it. */
export function nativeAvailable(): boolean {
  return bindings() !== null;
}

/**
 * Tries to take an exclusive `flock(2)` on `fd` without waiting. The kernel frees it when the last descriptor of this
 * open file goes, however the process ends. `undefined` when there is no native binding.
 *
 * @throws Error with the errno when the file system has no locks
 */
export function tryFlock(fd: number): 'locked' | 'busy' | undefined {
  const native = bindings();
  if (native === null) return undefined;
  if (native.flock(fd, LOCK_EX | LOCK_NB) === 0) return 'locked';
  const errno = native.errno();
  if (errno === EWOULDBLOCK) return 'busy';
  throw new Error(`flock failed with errno ${errno}`);
}

/**
 * Keeps `fd` from programs that this process starts (FD_CLOEXEC). `undefined` when there is no native binding.
 *
 * @throws Error with the errno when `fd` is not open
 */
export function setCloseOnExec(fd: number): 'set' | undefined {
  const native = bindings();
  if (native === null) return undefined;
  if (native.fcntl(fd, F_SETFD, FD_CLOEXEC) === 0) return 'set';
  throw new Error(`fcntl failed with errno ${native.errno()}`);
}

/** The two local modes of a terminal that decide how input reaches its reader. */
export interface TerminalModes {
  /** Line at a time, edited by the kernel, at most 4,095 bytes a line. */
  readonly canonical: boolean;
  readonly echo: boolean;
}

/** Reads the modes of the terminal behind `fd` (tcgetattr(3)); `undefined` when there is no binding or no terminal. */
export function terminalModes(fd: number): TerminalModes | undefined {
  const termios = termiosOf(fd);
  if (termios === undefined) return undefined;
  const local = termios.readUInt32LE(LFLAG_OFFSET);
  return { canonical: (local & ICANON) !== 0, echo: (local & ECHO) !== 0 };
}

/**
 * The byte that, typed, makes the terminal behind `fd` send SIGINT to its foreground (termios(3), ISIG and VINTR);
 * `undefined` when none does, or nothing can be said of it.
 */
export function interruptByte(fd: number): number | undefined {
  const termios = termiosOf(fd);
  if (termios === undefined || (termios.readUInt32LE(LFLAG_OFFSET) & ISIG) === 0) return undefined;
  const byte = termios.readUInt8(INTR_OFFSET);
  return byte === NO_CHARACTER ? undefined : byte;
}

/**
 * Drops what was typed into the terminal whose program's end is `fd` and that nobody has read; false when that cannot be done.
 * What the program wrote stays.
 */
export function dropTypedInput(fd: number): boolean {
  const native = bindings();
  return native !== null && native.tcflush(fd, TCIFLUSH) === 0;
}

function termiosOf(fd: number): Buffer | undefined {
  const native = bindings();
  if (native === null) return undefined;
  const termios = Buffer.alloc(TERMIOS_BYTES);
  return native.tcgetattr(fd, termios) === 0 ? termios : undefined;
}

/**
 * Asks for signal number `signal` when our parent ends (PR_SET_PDEATHSIG). It comes when the *thread* ends that started us, and those
 * that we start do not inherit it. A parent that ended before is not noticed: look at `process.ppid` afterwards. `undefined` where the
 * system has no such thing.
 *
 * @throws Error with the errno when the signal is none
 */
export function setParentDeathSignal(signal: number): 'set' | undefined {
  const native = bindings();
  if (native?.prctl === undefined) return undefined;
  if (native.prctl(PR_SET_PDEATHSIG, signal) === 0) return 'set';
  throw new Error(`prctl failed with errno ${native.errno()}`);
}
