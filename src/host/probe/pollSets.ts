/** Which descriptors a waiting poll, select or epoll wants to read from: the shapes of its sets. Pure. */

/** Size of a `struct pollfd`: int fd, short events, short revents (poll(2)). */
export const POLLFD_BYTES = 8;
/** POLLIN, POLLPRI, POLLRDNORM. */
const WANTS_INPUT = 0x1 | 0x2 | 0x40;
/** EPOLLIN, EPOLLPRI, EPOLLRDNORM; the same bits. */
const EPOLL_WANTS_INPUT = WANTS_INPUT;

/** What a call waits for. */
export interface PollSet {
  /** Descriptors that it wants to read from. */
  readonly reads: readonly number[];
  /** Whether it waits for nothing else. */
  readonly readsOnly: boolean;
}

/** A `struct pollfd[]` in the memory of a little-endian machine. A negative descriptor is passed over, as poll does. */
export function pollSet(memory: Buffer): PollSet {
  const reads: number[] = [];
  let readsOnly = true;
  for (let at = 0; at + POLLFD_BYTES <= memory.length; at += POLLFD_BYTES) {
    const fd = memory.readInt32LE(at);
    if (fd < 0) continue;
    if ((memory.readUInt16LE(at + 4) & WANTS_INPUT) === 0) readsOnly = false;
    else reads.push(fd);
  }
  return { reads, readsOnly };
}

/** Bytes of an `fd_set` that hold the first `bits` descriptors: whole words, as the kernel reads them. */
export function fdSetBytes(bits: number): number {
  return Math.ceil(bits / 64) * 8;
}

/** The first `bits` descriptors of an `fd_set` in the memory of a little-endian machine. */
export function fdSet(memory: Buffer, bits: number): number[] {
  const found: number[] = [];
  for (let fd = 0; fd < bits; fd++) {
    if (((memory[fd >> 3] ?? 0) & (1 << (fd & 7))) !== 0) found.push(fd);
  }
  return found;
}

/** The set of an epoll descriptor as `/proc/PID/fdinfo/N` prints it (proc(5)): lines `tfd: N events: HEX ...`. */
export function epollSet(fdinfo: string): PollSet {
  const reads: number[] = [];
  let readsOnly = true;
  for (const [, fd, events] of fdinfo.matchAll(/^tfd:\s*([0-9]+)\s+events:\s*([0-9a-f]+)/gm)) {
    if ((Number.parseInt(events ?? '0', 16) & EPOLL_WANTS_INPUT) === 0) readsOnly = false;
    else reads.push(Number(fd));
  }
  return { reads, readsOnly };
}
