/** Which program holds a terminal, read from procfs (proc(5)). Nothing is kept: a process may become another program at any time. */
import fs from 'node:fs';
import path from 'node:path';
import { listPids, type ProcessStat, readProcessStat } from '../../base/processIdentity.ts';
import type { ForegroundProgram, ProgramImage } from '../run/reader.ts';
import { commandProgram } from '../run/sources/programs.ts';

/**
 * Programs that only pass on what is typed to one they run on a terminal of its own. Editors and multiplexers do that too,
 * but show it in a part of the screen among other things.
 */
const RELAYS = new Set(['script', 'sudo', 'su', 'runuser', 'doas', 'unbuffer']);
/** Relays inside one another that are followed. */
const MAX_RELAYS = 4;

/** The program of a process; `undefined` when there is no such process. */
export function programImage(pid: number): ProgramImage | undefined {
  const stat = readProcessStat(pid);
  return stat === undefined ? undefined : { pid, key: keyOf(stat) };
}

/** Whether `image` is the program that its process runs now. */
export function isCurrent(image: ProgramImage): boolean {
  return programImage(image.pid)?.key === image.key;
}

/**
 * The program that reads what is typed when the process group `group` holds the terminal: its leader, or what a relay runs.
 * `undefined` when the system does not tell.
 */
export function foregroundProgram(group: number): ForegroundProgram | undefined {
  let stat = readProcessStat(group);
  let isOnOwnTerminal = true;
  for (let relays = 0; stat !== undefined && RELAYS.has(stat.comm) && relays < MAX_RELAYS; relays++) {
    const inner = behindRelay(stat);
    if (inner === undefined) break;
    stat = inner;
    isOnOwnTerminal = false;
  }
  if (stat === undefined) return undefined;
  const argv = argumentsOf(stat.pid);
  return {
    image: { pid: stat.pid, key: keyOf(stat) },
    name: stat.comm,
    speaks: readsFromTerminal(stat.pid) ? commandProgram(argv, executableOf(stat.pid)) : undefined,
    isFork: isFork(stat, argv),
    isOnOwnTerminal,
    isAsleep: stat.state === 'S',
    startedBy: startedBy(stat),
    isOthers: isOthers(stat.pid),
  };
}

/** What a relay runs: the foreground of the terminal session that one of its descendants leads. */
function behindRelay(relay: ProcessStat): ProcessStat | undefined {
  const stats = listPids().flatMap((pid) => readProcessStat(pid) ?? []);
  const family = new Set([relay.pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, ppid, sid } of stats) {
      // Only the relay's own session is searched: what the inner one runs is its foreground's matter.
      if (family.has(pid) || !family.has(ppid) || !(sid === relay.sid || sid === pid)) continue;
      family.add(pid);
      grew = true;
    }
  }
  const leader = stats.find(({ pid, sid, tpgid }) => family.has(pid) && sid === pid && sid !== relay.sid && tpgid > 0);
  return leader === undefined ? undefined : stats.find(({ pid }) => pid === leader.tpgid);
}

/** Programs on the same terminal that end with the status of the one program that they run (su(1), sudo(8), runuser(1)). */
const HAND_ON_STATUS = new Set(['su', 'sudo', 'runuser']);

function startedBy(stat: ProcessStat): number {
  const parent = readProcessStat(stat.ppid);
  return parent !== undefined && HAND_ON_STATUS.has(parent.comm) ? parent.ppid : stat.ppid;
}

/** Root reads everything. Where there are no users there is nobody else. */
function isOthers(pid: number): boolean {
  const uid = fs.statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  return uid !== undefined && uid !== 0 && uid !== (process.geteuid?.() ?? uid);
}

function keyOf({ startTicks, startStack, pid }: ProcessStat): string {
  // Without the address, as for another user's process, the arguments have to tell an exec.
  return startStack === '0' ? `${startTicks} ${argumentsOf(pid).join('\0')}` : `${startTicks} ${startStack}`;
}

/** A fork is a copy of its parent, addresses included, until it runs a program of its own. */
function isFork(stat: ProcessStat, argv: readonly string[]): boolean {
  const parent = readProcessStat(stat.ppid);
  if (parent?.startStack !== stat.startStack) return false;
  return argumentsOf(stat.ppid).join('\0') === argv.join('\0');
}

function argumentsOf(pid: number): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0');
  } catch {
    return []; // gone, or no procfs: then it is no known program
  }
}

/** The name of the file that runs, links resolved; `undefined` for another user's process. */
function executableOf(pid: number): string | undefined {
  try {
    return path.basename(fs.readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return undefined; // not ours to see: the arguments tell
  }
}

/** Whether standard input is a terminal, as far as the system tells. */
function readsFromTerminal(pid: number): boolean {
  try {
    return /^\/dev\/(?:pts\/|tty|console)/.test(fs.readlinkSync(`/proc/${pid}/fd/0`));
  } catch {
    return readProcessStat(pid) !== undefined; // another user's process: the arguments have to tell
  }
}
