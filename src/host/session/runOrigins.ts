/** Remembers, for the run in flight and for stopped ones, what was there before them: what is later found is theirs. */
import fs from 'node:fs';
import {
  childPids,
  lastPid,
  listPids,
  nowTicks,
  type ProcessIdentity,
  type ProcessStat,
  readProcessStat,
} from '../../base/processIdentity.ts';
import type { RunView } from '../../protocol/methods/common.ts';
import { processName, type ProcessTable, type RunOrigin } from '../run/runProcesses.ts';
import { carriesMark } from './processTree.ts';

/** A run's origin, and the program that the shell's process ran then. */
export interface KnownOrigin {
  readonly origin: RunOrigin;
  readonly program: string | undefined;
}

export class RunOrigins {
  readonly #shell: ProcessIdentity;
  readonly #view: (runId: string) => RunView | undefined;
  readonly #origins = new Map<string, KnownOrigin>();

  /** `view` tells how runs stand. */
  constructor(shell: ProcessIdentity, view: (runId: string) => RunView | undefined) {
    this.#shell = shell;
    this.#view = view;
  }

  /** To be called before a run's bytes go out. Costs a look at the shell's children. */
  typed(runId: string): void {
    // A run that is over keeps no processes, except one that was stopped.
    for (const id of this.#origins.keys()) if (this.#view(id)?.outcome !== 'stopped') this.#origins.delete(id);
    const stats = descendants(this.#shell.pid);
    const origin = {
      sinceTicks: nowTicks(),
      lastPid: lastPid(),
      untilTicks: undefined,
      before: new Set(stats.map(processName)),
      groupsBefore: new Set(stats.map(({ pgid }) => pgid)),
    };
    this.#origins.set(runId, { origin, program: programOf(this.#shell.pid) });
  }

  /** To be called when a run's end is seen. */
  ended(runId: string): void {
    const known = this.#origins.get(runId);
    if (known === undefined || known.origin.untilTicks !== undefined) return;
    this.#origins.set(runId, { ...known, origin: { ...known.origin, untilTicks: nowTicks() } });
  }

  get(runId: string): KnownOrigin | undefined {
    return this.#origins.get(runId);
  }
}

/** The process table as it is now, zombies left out. */
export function readProcessTable(mark: string): ProcessTable {
  const stats = new Map<number, ProcessStat>();
  for (const pid of listPids()) {
    const stat = readProcessStat(pid);
    if (stat !== undefined && stat.state !== 'Z' && stat.state !== 'X') stats.set(pid, stat);
  }
  return { stats, carriesMark: (pid) => carriesMark(pid, mark) };
}

/** Path of the program that a process runs; `undefined` when it cannot be read. */
export function programOf(pid: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined; // gone, or another user's
  }
}

/** All processes below `root`, by the kernel's lists of children, else by the whole process table. */
function descendants(root: number): ProcessStat[] {
  const found: ProcessStat[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const children = childPids(pid);
    if (children === undefined && pid === root) return descendantsByTable(root);
    for (const child of children ?? []) {
      const stat = readProcessStat(child);
      if (stat === undefined) continue;
      found.push(stat);
      open.push(child);
    }
  }
  return found;
}

function descendantsByTable(root: number): ProcessStat[] {
  const stats = listPids().flatMap((pid) => readProcessStat(pid) ?? []);
  const found: ProcessStat[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const children = stats.filter(({ ppid }) => ppid === pid);
    found.push(...children);
    open.push(...children.map((child) => child.pid));
  }
  return found;
}
