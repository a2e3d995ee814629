/**
 * Finds and ends every process of a session.
 *
 * A process belongs to it when it carries the session's mark in its environment, descends from the session's child, or
 * sits in the child's terminal session while that child lives. Only what cleared its environment *and* left the tree is
 * out of reach. Each process is pinned by pid, start time and boot before it is signalled, so no stranger ever is.
 */
import fs from 'node:fs';
import { type Clock, delay } from '../../base/clock.ts';
import {
  bootId,
  listPids,
  liveness,
  type ProcessIdentity,
  type ProcessStat,
  readProcessStat,
  signalIdentity,
} from '../../base/processIdentity.ts';
import { SESSION_MARK_VARIABLE } from '../../protocol/homeLayout.ts';

export interface TreeRoot {
  /** Value of the mark variable: the session's id. */
  readonly mark: string;
  /** The session's child, when it is known; it may be gone. */
  readonly child: ProcessIdentity | null;
}

export type LadderStep = 'none' | 'HUP' | 'TERM' | 'KILL';

export interface TreeEnd {
  readonly survivors: number;
  /** The strongest step that was taken. */
  readonly lastStep: LadderStep;
  /** Processes that were found at the start. */
  readonly found: number;
}

/** How long each step may take before the next, in ms; together under the 5 s that `destroy` promises. */
const GRACE_MS = { HUP: 700, TERM: 1_500, KILL: 2_500 } as const;
const POLL_MS = 10;

/** The living processes of a session, this process never among them. */
export function findTree(root: TreeRoot, known: readonly ProcessIdentity[] = []): ProcessIdentity[] {
  const stats = new Map<number, ProcessStat>();
  for (const pid of listPids()) {
    const stat = readProcessStat(pid);
    if (stat !== undefined && stat.state !== 'Z' && stat.state !== 'X') stats.set(pid, stat);
  }
  const members = new Set<number>();
  const childLives = root.child !== null && liveness(root.child) === 'alive';
  for (const identity of known)
    if (stats.get(identity.pid)?.startTicks === identity.startTicks) members.add(identity.pid);
  for (const [pid, stat] of stats) {
    if (pid === process.pid) continue;
    if (childLives && stat.sid === root.child.pid) members.add(pid);
    else if (carriesMark(pid, root.mark)) members.add(pid);
  }
  addDescendants(stats, members);
  members.delete(process.pid);
  const boot = bootId();
  return [...members].flatMap((pid) => {
    const stat = stats.get(pid);
    return stat === undefined ? [] : [{ pid, startTicks: stat.startTicks, bootId: boot }];
  });
}

/**
 * Ends the tree: HUP, then TERM, then KILL, each only for what is left. `force` begins with KILL. Returns when nothing is
 * left or the last step's time is over.
 */
export async function endTree(root: TreeRoot, clock: Clock, options: { force?: boolean } = {}): Promise<TreeEnd> {
  let members = findTree(root);
  const found = members.length;
  let lastStep: LadderStep = 'none';
  for (const step of options.force === true ? (['KILL'] as const) : (['HUP', 'TERM', 'KILL'] as const)) {
    if (members.length === 0) break;
    lastStep = step;
    members = await climb(root, members, step, clock);
  }
  return { survivors: members.length, lastStep, found };
}

async function climb(
  root: TreeRoot,
  start: readonly ProcessIdentity[],
  step: 'HUP' | 'TERM' | 'KILL',
  clock: Clock,
): Promise<ProcessIdentity[]> {
  const deadline = clock.nowMs() + GRACE_MS[step];
  const signalled = new Set<string>();
  let members = [...start];
  while (members.length > 0 && clock.nowMs() < deadline) {
    for (const identity of members) {
      const key = `${identity.pid}:${identity.startTicks}`;
      if (signalled.has(key)) continue;
      signalled.add(key);
      signalIdentity(identity, `SIG${step}`);
      // A stopped process acts on HUP and TERM only once it goes on.
      if (step !== 'KILL') signalIdentity(identity, 'SIGCONT');
    }
    await delay(clock, POLL_MS);
    const alive = members.filter((identity) => liveness(identity) === 'alive');
    // A full scan only when the known ones are gone: they may have left children behind.
    members = alive.length > 0 ? alive : findTree(root, members);
  }
  return findTree(root, members);
}

/** Whether a process has the session's mark in its environment, as it was when its program began. */
export function carriesMark(pid: number, mark: string): boolean {
  let environment: Buffer;
  try {
    environment = fs.readFileSync(`/proc/${pid}/environ`);
  } catch {
    return false; // another user's process, or gone: neither is ours to end
  }
  const needle = `${SESSION_MARK_VARIABLE}=${mark}\0`;
  const at = environment.indexOf(needle);
  return at === 0 || (at > 0 && environment[at - 1] === 0);
}

function addDescendants(stats: ReadonlyMap<number, ProcessStat>, members: Set<number>): void {
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, stat] of stats) {
      if (members.has(pid) || !members.has(stat.ppid)) continue;
      members.add(pid);
      grew = true;
    }
  }
}
