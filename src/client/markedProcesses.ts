/** Which sessions still have processes, whoever serves them. */
import fs from 'node:fs';
import { listPids, readProcessStat } from '../base/processIdentity.ts';
import { SESSION_MARK_VARIABLE } from '../protocol/homeLayout.ts';

const MARK = new RegExp(`(?:^|\\0)${SESSION_MARK_VARIABLE}=([0-9A-Z]{26})\\0`);

/**
 * How many living processes carry the mark of each session in their environment, by the session's id. Blind to processes of
 * other users and to those that cleared their environment; empty where there is no procfs.
 */
export function markedSessions(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const pid of listPids()) {
    const id = MARK.exec(environmentOf(pid))?.[1];
    if (id === undefined) continue;
    const state = readProcessStat(pid)?.state;
    if (state !== undefined && state !== 'Z' && state !== 'X') counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function environmentOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // gone, or another user's
  }
}
