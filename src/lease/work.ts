/**
 * The work that a lease is for, and whether it goes on. Only asked when the holder itself is gone: while somebody holds the
 * lock, the lock is the answer. Whoever cannot tell says so, and the place stays taken.
 */
import fs from 'node:fs';
import os from 'node:os';
import { bootId, listPids, type ProcessStat, readProcessStat } from '../base/processIdentity.ts';
import { SESSION_MARK_VARIABLE } from '../protocol/homeLayout.ts';
import type { HolderRecord, Work, Whereabouts } from './record.ts';

/** What can be said of work: it runs; it is proven to have ended; nobody here can see it; it is another machine's. */
export type WorkState = 'alive' | 'dead' | 'unverifiable' | 'foreign';

/** What the judge sees of the machine. Tests show it another one. */
export interface ProcessView {
  readonly here: Whereabouts;
  /** A process; `none` when there is none of that pid, `unknown` when there may be one. */
  look(pid: number): ProcessStat | 'none' | 'unknown';
  /** All processes; `undefined` where they cannot be listed. */
  all(): readonly ProcessStat[] | undefined;
  /** Whether a process carries `mark` in its environment; `undefined` where environments cannot be read. */
  carriesMark(pid: number, mark: string): boolean;
}

/** The variable that marks the processes of a command that runs under a lease. */
export const LEASE_MARK_VARIABLE = 'AGENT_TTY_LEASE';
/** Processes of a session carry that of the session, whichever of its runs they are of. */
const MARK_VARIABLES = [LEASE_MARK_VARIABLE, SESSION_MARK_VARIABLE];

/** Start of a boot id that does not change with a boot: it proves nothing. */
const UNKNOWN = 'unknown';

/** The state of the work in a record whose holder is gone. A record without work has nothing left: dead. */
export function workState(record: HolderRecord, view: ProcessView): WorkState {
  const { holder, work } = record;
  const { here } = view;
  const isKnownBoot = isKnown(holder.bootId) && isKnown(here.bootId);
  if (isKnownBoot && holder.bootId !== here.bootId) return holder.host === here.host ? 'dead' : 'foreign';
  if (!isKnownBoot && holder.host !== here.host) return 'foreign';
  if (work === null) return 'dead';
  // Another namespace has other pids and, for time, other start times: nothing there can be compared with ours.
  if (!isKnownBoot || holder.pidNs !== here.pidNs || holder.timeNs !== here.timeNs) return 'unverifiable';
  return seenState(work, view);
}

function isKnown(boot: string): boolean {
  return boot !== '' && !boot.startsWith(UNKNOWN);
}

/** Whether work of this boot and these namespaces goes on. */
export function seenState(work: Work, view: ProcessView): WorkState {
  const leader = view.look(work.id);
  if (leader === 'unknown') return 'unverifiable';
  if (leader !== 'none' && leader.startTicks === work.startTicks && isRunning(leader)) return 'alive';
  if (view.all() === undefined) return 'unverifiable';
  return membersOf(work, view).length > 0 ? 'alive' : 'dead';
}

/**
 * The running processes of a work; this process is never one. Empty where processes cannot be listed. The program to which the work was
 * given (see {@link Work.since}) is none of them, unless it is asked for.
 */
export function membersOf(work: Work, view: ProcessView, { withLeader = false } = {}): ProcessStat[] {
  const leader = view.look(work.id);
  const isSame = typeof leader === 'object' && leader.startTicks === work.startTicks;
  // The kernel gives a number away again only when nobody has it as group or session: another leader means that it ended.
  const mayHaveMembers = leader === 'none' || isSame;
  const isMember = (stat: ProcessStat): boolean =>
    (isSame && stat.pid === work.id) ||
    (mayHaveMembers &&
      ((work.kind === 'group' && stat.pgid === work.id) || (work.kind === 'session' && stat.sid === work.id)));
  const { mark, since } = work;
  const isInTime = (stat: ProcessStat): boolean =>
    since === undefined || Number(stat.startTicks) >= Number(since) || (withLeader && isSame && stat.pid === work.id);
  return (view.all() ?? []).filter(
    (stat) =>
      isRunning(stat) &&
      stat.pid !== process.pid &&
      isInTime(stat) &&
      (isMember(stat) || (mark !== null && view.carriesMark(stat.pid, mark))),
  );
}

function isRunning(stat: ProcessStat): boolean {
  return stat.state !== 'Z' && stat.state !== 'X';
}

/** This machine as this process sees it. */
export function systemView(): ProcessView {
  const here = whereabouts();
  return {
    here,
    look: (pid) => readProcessStat(pid) ?? (here.bootId !== UNKNOWN && !exists(pid) ? 'none' : 'unknown'),
    all: () => {
      const pids = listPids();
      return pids.length === 0 ? undefined : pids.flatMap((pid) => readProcessStat(pid) ?? []);
    },
    carriesMark,
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function carriesMark(pid: number, mark: string): boolean {
  try {
    const environment = fs.readFileSync(`/proc/${pid}/environ`);
    return MARK_VARIABLES.some((name) => environment.includes(`${name}=${mark}\0`));
  } catch {
    return false; // another user's process, or gone: no work that we started
  }
}

/** Where this process lives. What cannot be read is empty, and then compares with nothing. */
export function whereabouts(): Whereabouts {
  return { bootId: bootId(), pidNs: namespaceOf('pid'), timeNs: namespaceOf('time'), host: os.hostname() };
}

function namespaceOf(kind: 'pid' | 'time'): string {
  try {
    return fs.readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return ''; // no procfs, or a kernel without such namespaces: the same for all of its processes
  }
}
