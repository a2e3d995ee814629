/**
 * Which processes are a run's own. Pure: it is shown the process table.
 *
 * A run's processes descend from the shell and began while it was going on, but from none that was there before. One that
 * left (setsid, nohup, a parent that ended) has no parent to tell of it; it counts where its group or its time tells.
 */
import type { ProcessStat } from '../../base/processIdentity.ts';

/** What was known when the run was typed, and when it ended. */
export interface RunOrigin {
  /** Clock ticks when it was typed. NaN where the system does not tell: then only the shell's descendants count. */
  readonly sinceTicks: number;
  /** The process id that was given last before it was typed: ticks are coarse. */
  readonly lastPid: number | undefined;
  /** Clock ticks when its end was seen. */
  readonly untilTicks: number | undefined;
  /** The shell's descendants that were there before it, by {@link processName}: background jobs. */
  readonly before: ReadonlySet<string>;
  /** Their process groups. */
  readonly groupsBefore: ReadonlySet<number>;
}

/** The process table of a moment, without zombies. */
export interface ProcessTable {
  readonly stats: ReadonlyMap<number, ProcessStat>;
  /** Whether the process carries the session's mark in its environment. */
  carriesMark(pid: number): boolean;
}

export interface RunQuery {
  readonly table: ProcessTable;
  /** The shell, which is never the run's. */
  readonly shellPid: number;
  /** This process, which never is either. */
  readonly hostPid: number;
  readonly origin: RunOrigin;
  /** The group that holds the terminal while the run does; `undefined` when it is the shell, or the run is over. */
  readonly foregroundGroup: number | undefined;
  /** Names of those that were found before: they stay the run's wherever they went. */
  readonly known: ReadonlySet<string>;
  /** Groups of those that were found before. */
  readonly knownGroups: ReadonlySet<number>;
  /**
   * Whether what began in the run's time counts, and not only what descends from those found before: not behind the run's
   * end, where the shell starts programs for its prompt.
   */
  readonly adopts: boolean;
}

export interface RunProcesses {
  readonly own: readonly ProcessStat[];
  /** Processes of the session that began meanwhile and may be the run's or an earlier job's: nothing tells. */
  readonly unclear: number;
}

/** Parents that are looked at: more than any tree has, an end to one that changed while it was read. */
const MAX_GENERATIONS = 1_000;

/** Names one process for ever (as long as the system is up). */
export function processName({ pid, startTicks }: { readonly pid: number; readonly startTicks: string }): string {
  return `${pid}:${startTicks}`;
}

export function processesOfRun(query: RunQuery): RunProcesses {
  const { table, shellPid, hostPid, origin, known } = query;
  const candidates = [...table.stats.values()].filter(({ pid }) => pid !== shellPid && pid !== hostPid);
  const earlier = closure(
    candidates,
    candidates.filter((stat) => origin.before.has(processName(stat)) && !isInFront(stat, query)),
  );
  const free = candidates.filter(({ pid }) => !earlier.has(pid));
  const own = closure(
    free,
    free.filter(
      (stat) => isInFront(stat, query) || (query.adopts && stat.ppid === shellPid && isInTime(stat, origin) !== 'no'),
    ),
  );
  const found = candidates.filter((stat) => known.has(processName(stat)));
  for (const pid of closure(free, found)) own.add(pid);
  return withOrphans(query, candidates, { earlier, own });
}

/** Adds those that no parent tells of. */
function withOrphans(
  query: RunQuery,
  candidates: readonly ProcessStat[],
  { earlier, own }: { earlier: ReadonlySet<number>; own: Set<number> },
): RunProcesses {
  const { table, shellPid, origin, knownGroups } = query;
  const groups = new Set(knownGroups);
  for (const pid of own) groups.add(table.stats.get(pid)?.pgid ?? 0);
  const isOfSession = ({ pid, sid }: ProcessStat): boolean => sid === shellPid || table.carriesMark(pid);
  const orphans = candidates.filter(
    (stat) =>
      !own.has(stat.pid) &&
      !earlier.has(stat.pid) &&
      stat.ppid !== shellPid &&
      (groups.has(stat.pgid) ? isSince(stat, origin) !== 'no' : query.adopts && isInTime(stat, origin) !== 'no') &&
      isOfSession(stat) &&
      !isOfEarlier(stat, query, isOfSession),
  );
  const isAlone =
    orphans.length > 0 &&
    origin.before.size === 0 &&
    !candidates.some((stat) => Number(stat.startTicks) < origin.sinceTicks && isOfSession(stat));
  const found = orphans.filter((stat) => groups.has(stat.pgid) || (isAlone && isInTime(stat, origin) === 'yes'));
  const all = closure(
    candidates.filter(({ pid }) => !earlier.has(pid)),
    [...found, ...candidates.filter(({ pid }) => own.has(pid))],
  );
  return {
    own: candidates.filter(({ pid }) => all.has(pid)),
    unclear: orphans.filter(({ pid }) => !all.has(pid)).length,
  };
}

/** Whether a process belongs to something of the session that was there before the run: by its group, its session or a parent. */
function isOfEarlier(
  stat: ProcessStat,
  { table, shellPid, origin }: RunQuery,
  isOfSession: (stat: ProcessStat) => boolean,
): boolean {
  const { stats } = table;
  const isEarlier = (leader: ProcessStat | undefined): boolean =>
    leader !== undefined &&
    leader.pid !== shellPid &&
    Number(leader.startTicks) < origin.sinceTicks &&
    isOfSession(leader);
  let at: ProcessStat | undefined = stat;
  for (let steps = 0; at !== undefined && at.pid !== shellPid && steps < MAX_GENERATIONS; steps++) {
    if (origin.groupsBefore.has(at.pgid) || origin.groupsBefore.has(at.sid)) return true;
    if (isEarlier(stats.get(at.pgid)) || isEarlier(stats.get(at.sid)) || isEarlier(stats.get(at.ppid))) return true;
    at = stats.get(at.ppid);
  }
  return false;
}

function isInFront({ pgid, sid }: ProcessStat, { foregroundGroup, shellPid }: RunQuery): boolean {
  return pgid === foregroundGroup && sid === shellPid;
}

/** Whether a process began between the run's typing and its end. */
function isInTime(stat: ProcessStat, origin: RunOrigin): 'yes' | 'no' | 'unclear' {
  const { untilTicks } = origin;
  return untilTicks !== undefined && Number(stat.startTicks) > untilTicks ? 'no' : isSince(stat, origin);
}

/** Whether a process began after the run was typed; in the very same tick its id decides. */
function isSince({ pid, startTicks }: ProcessStat, { sinceTicks, lastPid }: RunOrigin): 'yes' | 'no' | 'unclear' {
  const start = Number(startTicks);
  if (start > sinceTicks) return 'yes';
  if (start < sinceTicks) return 'no';
  return lastPid !== undefined && pid > lastPid ? 'yes' : 'unclear';
}

/** The pids of `seeds` and of all their descendants among `candidates`. */
function closure(candidates: readonly ProcessStat[], seeds: readonly ProcessStat[]): Set<number> {
  const children = new Map<number, number[]>();
  for (const { pid, ppid } of candidates) {
    const siblings = children.get(ppid);
    if (siblings === undefined) children.set(ppid, [pid]);
    else siblings.push(pid);
  }
  const found = new Set<number>();
  const open = seeds.map(({ pid }) => pid);
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    open.push(...(children.get(pid) ?? []));
  }
  return found;
}
