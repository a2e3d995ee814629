/** Whom a signal reaches. Every process is looked at right before: a pid or a group that was given on is left alone. */
import {
  liveness,
  listPids,
  type ProcessIdentity,
  readProcessStat,
  signalIdentity,
} from '../../base/processIdentity.ts';
import type { SessionSignal } from '../../protocol/signals.ts';
import { findTree, type TreeRoot } from './processTree.ts';

/**
 * Sends `signal` to the process group `group` in one call, as the terminal does, if all of its processes are of the terminal
 * session that `leader` leads and still leads. Returns how many processes there were; 0 when nothing was sent.
 */
export function signalGroup(group: number, leader: ProcessIdentity, signal: SessionSignal): number {
  // 0 and 1 would mean our own group, or everybody.
  if (group <= 1 || liveness(leader) !== 'alive') return 0;
  const members = listPids().flatMap((pid) => {
    const stat = readProcessStat(pid);
    return stat?.pgid === group && stat.state !== 'Z' && stat.state !== 'X' ? [stat] : [];
  });
  if (members.length === 0 || members.some(({ sid }) => sid !== leader.pid)) return 0;
  try {
    process.kill(-group, signal);
    return members.length;
  } catch {
    return 0; // all ended between the look and the signal, or belong to another user
  }
}

/** Sends `signal` to every process of the session. Returns how many got it. */
export function signalTree(root: TreeRoot, signal: SessionSignal): number {
  return findTree(root).filter((identity) => signalIdentity(identity, signal)).length;
}
