/** What a shell forks of itself: a child that runs nothing of its own yet, or never will. Read from procfs (proc(5)). */
import fs from 'node:fs';
import { bootId, liveness, type ProcessStat, readProcessStat } from '../../base/processIdentity.ts';

/** Whether `pid` is a child of `parent` that runs nothing of its own yet: it still has its words. */
export function isForkOf(pid: number, parent: number): boolean {
  if (readProcessStat(pid)?.ppid !== parent) return false;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`).equals(fs.readFileSync(`/proc/${parent}/cmdline`));
  } catch {
    return false; // one of them is gone: the next look finds another state
  }
}

/**
 * The same of a process that was seen a moment ago, or that it has ended since. Which of both is looked at in this order: an ended one
 * has no words, and would pass for a program if it ended between the looks.
 */
export function wasForkOf({ pid, startTicks }: Pick<ProcessStat, 'pid' | 'startTicks'>, parent: number): boolean {
  return isForkOf(pid, parent) || liveness({ pid, startTicks, bootId: bootId() }) === 'gone';
}
