/** Which system call a thread waits in, from the line of `/proc/PID/task/TID/syscall` (proc(5)). Pure. */

/** A system call that can wait for a terminal's input. */
export type CallKind =
  /** read(2) and its kin: the first argument is the descriptor. */
  | 'read'
  /** poll(2): array of descriptors, their number, milliseconds. */
  | 'poll'
  /** ppoll(2): the same, with a pointer to the time. */
  | 'ppoll'
  /** select(2), pselect6: number of bits, sets to read, to write, exceptional, pointer to the time. */
  | 'select'
  /** epoll_wait(2), epoll_pwait(2): descriptor of the set, events, their number, milliseconds. */
  | 'epoll'
  /** epoll_pwait2: the same, with a pointer to the time. */
  | 'epollTimespec'
  /** futex(2): waits for another thread. */
  | 'futex'
  | 'other';

/** A blocked system call. Arguments as the kernel printed them. */
export interface SystemCall {
  readonly kind: CallKind;
  readonly args: readonly bigint[];
}

type Numbers = Readonly<Record<number, CallKind>>;

/** Linux, arch/x86/entry/syscalls/syscall_64.tbl. */
const X64: Numbers = {
  0: 'read',
  17: 'read',
  19: 'read',
  295: 'read',
  327: 'read',
  7: 'poll',
  271: 'ppoll',
  23: 'select',
  270: 'select',
  232: 'epoll',
  281: 'epoll',
  441: 'epollTimespec',
  202: 'futex',
  449: 'futex',
};

/** Linux, include/uapi/asm-generic/unistd.h. */
const GENERIC: Numbers = {
  63: 'read',
  65: 'read',
  67: 'read',
  69: 'read',
  286: 'read',
  73: 'ppoll',
  72: 'select',
  22: 'epoll',
  441: 'epollTimespec',
  98: 'futex',
  449: 'futex',
};

/** By Node's names of architectures. For others nothing is known, and what a thread waits in cannot be told. */
const BY_ARCHITECTURE: Readonly<Record<string, Numbers>> = {
  x64: X64,
  arm64: GENERIC,
  riscv64: GENERIC,
  loong64: GENERIC,
};

/** What the line says: a blocked call, or that the thread runs (or is blocked outside of a call). */
export type SystemCallLine = SystemCall | 'not_blocked';

/** Reads a line; `undefined` for a machine whose numbers are not known here, or for something else than such a line. */
export function parseSystemCall(line: string, architecture: string): SystemCallLine | undefined {
  const numbers = BY_ARCHITECTURE[architecture];
  const [number, ...words] = line.trim().split(' ');
  if (number === 'running' || number === '-1') return 'not_blocked';
  if (numbers === undefined || number === undefined || !/^[0-9]+$/.test(number)) return undefined;
  if (!words.every((word) => /^0x[0-9a-f]+$/.test(word))) return undefined;
  return { kind: numbers[Number(number)] ?? 'other', args: words.slice(0, 6).map(BigInt) };
}

/** Whether a waiting call has no time of its own after which it returns. */
export function waitsWithoutTimeout({ kind, args }: SystemCall): boolean {
  switch (kind) {
    case 'poll':
      return isNegativeInt(args[2]);
    case 'ppoll':
      return args[2] === 0n;
    case 'select':
      return args[4] === 0n;
    case 'epoll':
      return isNegativeInt(args[3]);
    case 'epollTimespec':
      return args[3] === 0n;
    default:
      return true;
  }
}

/** Of a register that holds a C `int`; what stands above its 32 bits means nothing. */
function isNegativeInt(register: bigint | undefined): boolean {
  return register !== undefined && BigInt.asIntN(32, register) < 0n;
}

/** A register as a descriptor's number; `undefined` when it cannot be one. */
export function descriptorOf(register: bigint | undefined): number | undefined {
  if (register === undefined) return undefined;
  const fd = BigInt.asIntN(32, register);
  return fd < 0n ? undefined : Number(fd);
}
