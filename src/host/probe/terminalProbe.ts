/**
 * Looks, in one instant, at the processes before a terminal: which of their threads wait for its input, in which system
 * call. Reads procfs only: nothing is sent to a process and none is stopped. It judges nothing; `inputJudge.ts` does.
 */
import fs from 'node:fs';
import type { ProcessStat } from '../../base/processIdentity.ts';
import { epollSet, fdSet, fdSetBytes, POLLFD_BYTES, type PollSet, pollSet } from './pollSets.ts';
import { type DeviceNode, Procfs } from './procfs.ts';
import { descriptorOf, parseSystemCall, type SystemCall, waitsWithoutTimeout } from './systemCalls.ts';

/** A thread that waits for input from the terminal. */
export interface TerminalWait {
  readonly pid: number;
  readonly tid: number;
  /**
   * `read`: in read(2) on the terminal. `poll`: in poll, select or epoll, the terminal among what it waits for.
   * `kernel_wait`: its system call may not be seen; it sleeps where such calls sleep, its standard input being the terminal.
   */
  readonly how: 'read' | 'poll' | 'kernel_wait';
  /** The call with arguments, stack and program counter: equal texts mean that it has not come back meanwhile, or to the same. */
  readonly call: string;
  /** Nothing but the terminal's input (and signals) ends the wait: no other descriptor, no time. */
  readonly only: boolean;
  /** The process has no other thread that does anything: they wait for one another. */
  readonly alone: boolean;
}

/** What one look saw. */
export interface InputSight {
  readonly waits: readonly TerminalWait[];
  /** A process in the foreground may not be looked into: another user's, as `sudo` is. */
  readonly hidden: boolean;
  /** A process in the foreground is running, or waits for a disk. */
  readonly busy: boolean;
}

export interface TerminalProbeOptions {
  /** The session's program: every process before its terminal descends from it. */
  readonly pid: number;
  /** Path of the terminal, such as `/dev/pts/7`. */
  readonly ttyName: string;
  /** Where procfs is mounted. */
  readonly proc?: string;
  /** Node's name of the machine: decides what the numbers of system calls mean. */
  readonly architecture?: string;
}

/** More processes, or threads, than this are not looked at: what is left out counts as busy. */
const MAX_PROCESSES = 256;
const MAX_THREADS = 512;
/** More descriptors than this in one poll, and it is no program that asks a person. */
const MAX_DESCRIPTORS = 1_024;
const MAX_READ_DESCRIPTORS = 64;

/** Where a read of a terminal, a poll, a select and an epoll sleep (names of kernel functions, some with a suffix). */
const TERMINAL_SLEEPS =
  /^(?:wait_woken|n_tty_read|poll_schedule_timeout|do_(?:sys_)?poll|do_select|do_epoll_wait|ep_poll)\b/;

export class TerminalProbe {
  readonly #options: TerminalProbeOptions;
  readonly #proc: Procfs;
  readonly #architecture: string;
  #terminal: DeviceNode | undefined;

  constructor(options: TerminalProbeOptions) {
    this.#options = options;
    this.#proc = new Procfs(options.proc ?? '/proc');
    this.#architecture = options.architecture ?? process.arch;
  }

  /**
   * Looks at the processes of the foreground process group `group`. `undefined` when the session's program is gone, or
   * where there is no procfs.
   */
  look(group: number): InputSight | undefined {
    const root = this.#proc.stat(this.#options.pid);
    const terminal = this.#terminalNode();
    if (root === undefined || isDead(root) || terminal === undefined) return undefined;
    const look = new Look(this.#proc, this.#architecture, { terminal, group, root });
    return look.sight();
  }

  #terminalNode(): DeviceNode | undefined {
    if (this.#terminal !== undefined) return this.#terminal;
    try {
      const { dev, rdev } = fs.statSync(this.#options.ttyName);
      this.#terminal = { dev, rdev };
    } catch {
      return undefined; // the terminal is gone with its session
    }
    return this.#terminal;
  }
}

/** Ended, and not yet asked how by its parent. */
function isDead({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X';
}

interface Scene {
  readonly terminal: DeviceNode;
  readonly group: number;
  readonly root: ProcessStat;
}

/** A thread and the line that names its call. */
interface ThreadCall {
  readonly tid: number;
  readonly line: string;
  readonly call: SystemCall;
}

class Look {
  readonly #proc: Procfs;
  readonly #architecture: string;
  readonly #scene: Scene;
  readonly #waits: TerminalWait[] = [];
  #threadsLeft = MAX_THREADS;
  #hidden = false;
  #busy = false;

  constructor(proc: Procfs, architecture: string, scene: Scene) {
    this.#proc = proc;
    this.#architecture = architecture;
    this.#scene = scene;
  }

  sight(): InputSight {
    for (const member of this.#members()) this.#process(member);
    return { waits: this.#waits, hidden: this.#hidden, busy: this.#busy };
  }

  /** Processes of the group, and those that left its session but not its terminal (`su -c` does that). */
  #members(): ProcessStat[] {
    const { root, group } = this.#scene;
    const members: ProcessStat[] = [];
    const queue: { stat: ProcessStat; belongs: boolean }[] = [{ stat: root, belongs: root.pgid === group }];
    for (let seen = 0; seen < queue.length; seen++) {
      const entry = queue[seen];
      if (entry === undefined) break;
      if (entry.belongs) members.push(entry.stat);
      const children = this.#children(entry.stat.pid);
      if (children === undefined) return this.#membersByScan();
      for (const pid of children) {
        const stat = this.#proc.stat(pid);
        if (stat === undefined || isDead(stat)) continue;
        if (queue.length >= MAX_PROCESSES) this.#busy = true;
        else queue.push({ stat, belongs: stat.pgid === group || (entry.belongs && stat.sid !== root.sid) });
      }
    }
    return members;
  }

  /** `undefined` when the kernel keeps no such list. */
  #children(pid: number): number[] | undefined {
    const children: number[] = [];
    for (const tid of this.#proc.threads(pid)) {
      const ofThread = this.#proc.children(pid, tid);
      if (ofThread === undefined && this.#proc.stat(pid) !== undefined) return undefined;
      children.push(...(ofThread ?? []));
    }
    return children;
  }

  #membersByScan(): ProcessStat[] {
    const all = this.#proc.pids().flatMap((pid) => this.#proc.stat(pid) ?? []);
    const members = all.filter((stat) => stat.pgid === this.#scene.group && !isDead(stat));
    if (members.length > MAX_PROCESSES) this.#busy = true;
    return members.slice(0, MAX_PROCESSES);
  }

  #process(stat: ProcessStat): void {
    if (stat.state === 'R' || stat.state === 'D') this.#busy = true;
    const calls: ThreadCall[] = [];
    let others = 0;
    for (const tid of this.#proc.threads(stat.pid)) {
      if (this.#threadsLeft-- <= 0) {
        this.#busy = true;
        return;
      }
      const file = this.#proc.read(`${stat.pid}/task/${tid}/syscall`);
      const call = typeof file === 'string' ? undefined : parseSystemCall(file.text, this.#architecture);
      if (call === undefined) return this.#byKernelWait(stat);
      if (call === 'not_blocked' || call.kind === 'other') others++;
      else if (call.kind !== 'futex') calls.push({ tid, call, line: typeof file === 'string' ? '' : file.text.trim() });
    }
    for (const thread of calls) this.#thread(stat, thread, others + calls.length === 1);
  }

  #thread(stat: ProcessStat, { tid, line, call }: ThreadCall, alone: boolean): void {
    const { pid } = stat;
    const set = call.kind === 'read' ? undefined : this.#pollSet(pid, call);
    const reads = call.kind === 'read' ? [descriptorOf(call.args[0]) ?? -1] : (set?.reads ?? []);
    if (!reads.slice(0, MAX_READ_DESCRIPTORS).some((fd) => this.#isTerminal(stat, fd))) return;
    // One that was stopped in its call does not read.
    const state = this.#threadState(pid, tid);
    if (state !== 'S') return;
    const only = set === undefined || (set.readsOnly && reads.length === 1 && waitsWithoutTimeout(call));
    this.#waits.push({ pid, tid, how: call.kind === 'read' ? 'read' : 'poll', call: line, only, alone });
  }

  /** The system call is not to be seen: what is left is the kernel function in which the process sleeps. */
  #byKernelWait(stat: ProcessStat): void {
    const { pid } = stat;
    const file = this.#proc.read(`${pid}/task/${pid}/wchan`);
    const place = typeof file === 'string' ? '' : file.text.trim();
    // A kernel that does not want to tell says 0.
    if (place === '' || place === '0') {
      if (stat.state === 'S') this.#hidden = true;
      return;
    }
    if (stat.state !== 'S' || !TERMINAL_SLEEPS.test(place) || !this.#isTerminal(stat, 0)) return;
    this.#waits.push({ pid, tid: pid, how: 'kernel_wait', call: place, only: false, alone: false });
  }

  #threadState(pid: number, tid: number): string | undefined {
    const file = this.#proc.read(`${pid}/task/${tid}/stat`);
    if (typeof file === 'string') return undefined;
    return /\) ([A-Za-z]) /.exec(file.text.slice(file.text.lastIndexOf(')')))?.[1];
  }

  #isTerminal(stat: ProcessStat, fd: number): boolean {
    const device = this.#proc.device(stat.pid, fd);
    const { terminal, root } = this.#scene;
    if (device === 'own_terminal') return stat.sid === root.sid;
    return device?.rdev === terminal.rdev && device.dev === terminal.dev;
  }

  #pollSet(pid: number, { kind, args }: SystemCall): PollSet | undefined {
    const [first = 0n, second = 0n, third = 0n, fourth = 0n] = args;
    switch (kind) {
      case 'poll':
      case 'ppoll': {
        const memory =
          second > MAX_DESCRIPTORS ? undefined : this.#proc.memory(pid, first, Number(second) * POLLFD_BYTES);
        return memory === undefined ? undefined : pollSet(memory);
      }
      case 'select': {
        const bits = Number(first);
        if (bits > MAX_DESCRIPTORS) return undefined;
        const [reads, writes, exceptions] = [second, third, fourth].map((address) => this.#fdSet(pid, address, bits));
        if (reads === undefined || writes === undefined || exceptions === undefined) return undefined;
        return { reads, readsOnly: writes.length === 0 && exceptions.every((fd) => reads.includes(fd)) };
      }
      case 'epoll':
      case 'epollTimespec': {
        const info = this.#proc.read(`${pid}/fdinfo/${descriptorOf(first) ?? -1}`);
        return typeof info === 'string' ? undefined : epollSet(info.text);
      }
      default:
        return undefined;
    }
  }

  #fdSet(pid: number, address: bigint, bits: number): number[] | undefined {
    if (address === 0n) return [];
    const memory = this.#proc.memory(pid, address, fdSetBytes(bits));
    return memory === undefined ? undefined : fdSet(memory, bits);
  }
}
