/** The files of a procfs (proc(5)), read so that "it is gone" and "it may not be looked into" stay apart. */
import fs from 'node:fs';
import { isErrno } from '../../base/atomicFile.ts';
import { parseProcessStat, type ProcessStat } from '../../base/processIdentity.ts';

/** Contents of a file, or why there are none: no such file or process, or not for this user. */
export type ProcText = { readonly text: string } | 'gone' | 'denied';

/** A device node as stat(2) names it; equal ones are the same terminal, also through another mount. */
export interface DeviceNode {
  readonly dev: number;
  readonly rdev: number;
}

/** Device number of `/dev/tty` (5, 0): whoever opens it gets the terminal of its session. */
const OWN_TERMINAL = (5 << 8) | 0;

/** Reads below `root`, which is `/proc` but for tests. Never throws for what a process may do meanwhile. */
export class Procfs {
  readonly #root: string;
  /** Most files here are smaller; used again and again, because a look reads dozens of them. */
  readonly #buffer = Buffer.allocUnsafeSlow(4 * 1024);

  constructor(root: string) {
    this.#root = root;
  }

  /** `name` as below the root, such as `12/stat`. */
  read(name: string): ProcText {
    let fd: number | undefined;
    try {
      fd = fs.openSync(`${this.#root}/${name}`, 'r');
      return { text: this.#readAll(fd) };
    } catch (error) {
      return isErrno(error, 'EACCES', 'EPERM') ? 'denied' : 'gone';
    } finally {
      if (fd !== undefined) fs.closeSync(fd);
    }
  }

  stat(pid: number): ProcessStat | undefined {
    const file = this.read(`${pid}/stat`);
    return typeof file === 'string' ? undefined : parseProcessStat(pid, file.text);
  }

  /** All processes; empty where there is no procfs. */
  pids(): number[] {
    return this.#numbers('.');
  }

  /** Threads of a process; empty when it is gone. */
  threads(pid: number): number[] {
    return this.#numbers(`${pid}/task`);
  }

  /** Children that the thread has begun; `undefined` on a kernel that does not list them (CONFIG_PROC_CHILDREN). */
  children(pid: number, tid: number): number[] | undefined {
    const file = this.read(`${pid}/task/${tid}/children`);
    if (typeof file === 'string') return undefined;
    return file.text === '' ? [] : file.text.trim().split(' ').map(Number);
  }

  /**
   * What the descriptor `fd` of `pid` is open on, followed to the device; `undefined` when there is no such descriptor or
   * nobody may know. `/dev/tty` is told by its own number.
   */
  device(pid: number, fd: number): DeviceNode | 'own_terminal' | undefined {
    try {
      const { dev, rdev } = fs.statSync(`${this.#root}/${pid}/fd/${fd}`);
      return rdev === OWN_TERMINAL ? 'own_terminal' : { dev, rdev };
    } catch {
      return undefined; // closed, gone, or another user's
    }
  }

  /** `bytes` of the memory of `pid` at `address`; `undefined` when it may not be read or there is none. */
  memory(pid: number, address: bigint, bytes: number): Buffer | undefined {
    if (address <= 0n || address > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
    let fd: number | undefined;
    try {
      fd = fs.openSync(`${this.#root}/${pid}/mem`, 'r');
      const memory = Buffer.alloc(bytes);
      return fs.readSync(fd, memory, 0, bytes, Number(address)) === bytes ? memory : undefined;
    } catch {
      return undefined; // another user's, gone, or nothing mapped there
    } finally {
      if (fd !== undefined) fs.closeSync(fd);
    }
  }

  #readAll(fd: number): string {
    let text = '';
    for (;;) {
      const bytes = fs.readSync(fd, this.#buffer, 0, this.#buffer.length, null);
      // A file made of lines gives whole ones: less than was asked for does not mean the end.
      if (bytes === 0) return text;
      text += this.#buffer.toString('latin1', 0, bytes);
    }
  }

  #numbers(directory: string): number[] {
    try {
      const names = fs.readdirSync(`${this.#root}/${directory}`);
      return names.map(Number).filter((number) => Number.isInteger(number) && number > 0);
    } catch {
      return []; // gone, or no procfs
    }
  }
}
