import fs from 'node:fs';

/**
 * Which process a pid meant when it was written down. A pid alone is re-used; together with its start time and the boot
 * it lived in it names one process for ever. Source of the numbers: proc(5), `/proc/PID/stat` field 22 and
 * `/proc/sys/kernel/random/boot_id`.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, as printed by the kernel. */
  readonly startTicks: string;
  readonly bootId: string;
}

/** One row of `/proc/PID/stat`, as far as it is used here. */
export interface ProcessStat {
  readonly pid: number;
  /** The executable's name as the kernel keeps it, at most 15 bytes. */
  readonly comm: string;
  /** One letter: R, S, D, T, Z, X, ... */
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** Foreground process group of the controlling terminal, -1 when there is none. */
  readonly tpgid: number;
  readonly startTicks: string;
  /**
   * Address of the bottom of the stack, which the kernel draws anew for each program that a process becomes; `0` where it
   * is not told.
   */
  readonly startStack: string;
}

/** What can be said of a recorded process now. A zombie is gone: it runs nothing and holds nothing. */
export type Liveness = 'alive' | 'gone' | 'unknown';

/** Reads `/proc/PID/stat`; `undefined` when there is no such process. The name may hold any byte, `)` too. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // gone, or no procfs on this system: both mean that nothing can be said about the pid
  }
  return parseProcessStat(pid, text);
}

/** The same from the line itself, read as latin1; `undefined` for something else than such a line. */
export function parseProcessStat(pid: number, text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const [state, ppid, pgid, sid, , tpgid] = fields;
  const startTicks = fields[19];
  if (open === -1 || state === undefined || startTicks === undefined) return undefined;
  return {
    pid,
    comm: text.slice(open + 1, close),
    state,
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid),
    tpgid: Number(tpgid),
    startTicks,
    startStack: fields[25] ?? '0',
  };
}

let cachedBootId: string | undefined;

/** The kernel's boot id, or `unknown` where the system has none: then identities never prove a death by reboot. */
export function bootId(): string {
  if (cachedBootId === undefined) {
    try {
      cachedBootId = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    } catch {
      cachedBootId = 'unknown'; // not Linux
    }
  }
  return cachedBootId;
}

/** The identity of a process that exists now; `undefined` when it cannot be read. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcessStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks, bootId: bootId() };
}

/** Whether `identity`'s process still runs. Never says `gone` of a process that may be alive. */
export function liveness(identity: ProcessIdentity): Liveness {
  const boot = bootId();
  if (boot === 'unknown' || identity.bootId === 'unknown') return pidExists(identity.pid) ? 'unknown' : 'gone';
  if (identity.bootId !== boot) return 'gone';
  const stat = readProcessStat(identity.pid);
  if (stat === undefined) return pidExists(identity.pid) ? 'unknown' : 'gone';
  return stat.startTicks === identity.startTicks && stat.state !== 'Z' && stat.state !== 'X' ? 'alive' : 'gone';
}

/** Sends `signal` only if the process is still the one that was written down. Says whether it was sent. */
export function signalIdentity(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (liveness(identity) !== 'alive') return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false; // it ended between the check and the signal, or belongs to another user
  }
}

/** Bit of SIGCHLD (17 on Linux) in the signal masks of `/proc/PID/status`. */
const SIGCHLD_BIT = 1n << 16n;

/**
 * Whether this process ignores SIGCHLD, so that the kernel reaps its children and nobody learns how they ended (wait(2)).
 * Node takes back what its starter ignored, so only native code in this process can have done it. False where the system does not tell.
 */
export function ignoresChildren(): boolean {
  let status: string;
  try {
    status = fs.readFileSync('/proc/self/status', 'latin1');
  } catch {
    return false; // no procfs, or no descriptor free: the usual case is the better guess
  }
  const mask = /^SigIgn:\t([0-9a-f]+)$/m.exec(status)?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & SIGCHLD_BIT) !== 0n;
}

/** Clock ticks a second in which the kernel counts start times (USER_HZ, 100 on every Linux). */
const TICKS_PER_S = 100;
let ownStartTicks: number | undefined;

/**
 * Now, in the clock ticks of {@link ProcessStat.startTicks}: a process that starts later has this number or a larger one.
 * NaN where the system does not tell. A container may show an uptime of its own, so ours is looked at too.
 */
export function nowTicks(): number {
  ownStartTicks ??= Number(readProcessStat(process.pid)?.startTicks);
  const own = ownStartTicks + Math.floor(process.uptime() * TICKS_PER_S);
  try {
    const uptimeS = Number(fs.readFileSync('/proc/uptime', 'latin1').split(' ')[0]);
    return Math.max(Math.floor(uptimeS * TICKS_PER_S), own);
  } catch {
    return own; // no such file: then this process's own age has to do
  }
}

/**
 * The process id that was given last (proc(5), `/proc/loadavg`): one given later in the same tick is larger, until they begin
 * anew. `undefined` where the system does not tell.
 */
export function lastPid(): number | undefined {
  try {
    const last = Number(fs.readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1));
    return Number.isInteger(last) ? last : undefined;
  } catch {
    return undefined; // no procfs
  }
}

/** The children of a process, zombies too; `undefined` when it is gone or the kernel keeps no such lists. */
export function childPids(pid: number): number[] | undefined {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).flatMap((task) => {
      const text = fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1');
      return text
        .split(' ')
        .map(Number)
        .filter((child) => child > 0);
    });
  } catch {
    return undefined; // gone, or a kernel without CONFIG_PROC_CHILDREN
  }
}

/** All pids that `/proc` shows. Empty where there is no procfs. */
export function listPids(): number[] {
  try {
    return fs
      .readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0);
  } catch {
    return []; // no procfs
  }
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
