/**
 * Ends a hold by an operator's word. A kernel lock cannot be taken from a living process, so this can: take out what is proven
 * dead; end the work, while holding the lock that proves that nobody else does it; or take the record away, which its holder
 * notices and then stops its work.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Clock, delay } from '../base/clock.ts';
import { bootId, liveness, type ProcessIdentity, signalIdentity } from '../base/processIdentity.ts';
import type { HeldFile, LeaseDisk } from './disk.ts';
import { tryGate } from './gate.ts';
import { EVICTED_TEXT } from './heldLease.ts';
import { keysOf } from './inspect.ts';
import { keyPaths, rootPaths } from './layout.ts';
import { parseTicketName } from './names.ts';
import { throughGate } from './pace.ts';
import { type HolderRecord, parseRecord, type Work } from './record.ts';
import { membersOf, type ProcessView, seenState, workState } from './work.ts';

/** `if-dead`: only with proof of its end; `kill`: end its work first; `evict`: take the record away, whatever lives. */
export type ForceMode = 'if-dead' | 'kill' | 'evict';

/** `conflict`: somebody else is at it, or there is no work that could be ended; `error`: the work did not end. */
export type ForceOutcome = 'released' | 'live-holder' | 'no-lock' | 'conflict' | 'error';

export interface ForceOptions {
  readonly disk: LeaseDisk;
  readonly root: string;
  readonly view: ProcessView;
  readonly clock: Clock;
  /** The operator's words, for the audit. */
  readonly why: string;
}

/** How long work has to end after each signal. */
const GRACE_MS = { SIGTERM: 3_000, SIGKILL: 3_000 } as const;
const POLL_MS = 20;
/** A holder whose work has ended lets go within this. */
const LET_GO_MS = 5_000;
const GATE_MS = 5_000;

interface Target {
  readonly key: string;
  readonly name: string;
  readonly place: string;
}

/** Does it, and writes down that it was done: what, how, why, and what came of it. */
export async function forceRelease(ref: string, how: ForceMode, options: ForceOptions): Promise<ForceOutcome> {
  const targets = findTargets(ref, options);
  const [target] = targets;
  if (target === undefined) return 'no-lock';
  const outcome = targets.length > 1 ? 'conflict' : await end(target, how, options);
  audit(options, { ref, how, outcome });
  return outcome;
}

function findTargets(ref: string, { disk, root }: ForceOptions): Target[] {
  return keysOf(root).flatMap((key) => {
    const { held } = keyPaths(root, key);
    return (disk.names(held) ?? [])
      .filter((name) => name === ref || (ref.length >= 6 && parseTicketName(name)?.nonce.startsWith(ref) === true))
      .map((name) => ({ key, name, place: path.join(held, name) }));
  });
}

async function end(target: Target, how: ForceMode, options: ForceOptions): Promise<ForceOutcome> {
  if (how === 'evict') return evict(target, options);
  const { disk, view } = options;
  const lock = disk.lock(target.place);
  if (lock === 'absent') return 'no-lock';
  if (lock === 'unreadable') return 'conflict';
  if (lock === 'busy') return how === 'kill' ? endLiveWork(target, options) : 'live-holder';
  try {
    if (!lock.isAt(target.place)) return 'no-lock';
    const record = parseRecord(lock.read());
    if (record === undefined) return 'conflict'; // what cannot be read proves nothing: only evict takes it away
    const state = workState(record, view);
    if (state === 'dead') return take(target, lock, disk);
    if (how === 'if-dead') return 'live-holder';
    if (state !== 'alive' || record.work === null) return 'conflict';
    // The lock stays ours until the work is gone: a newcomer counts the place as taken so long, and another janitor finds it busy.
    const all = { ...options, withLeader: true };
    return (await endWork(record.work, all)) ? take(target, lock, disk) : 'error';
  } finally {
    lock.release();
  }
}

function take({ place }: Target, lock: HeldFile, disk: LeaseDisk): ForceOutcome {
  const isTaken = disk.remove(place);
  lock.release();
  return isTaken ? 'released' : 'no-lock';
}

/**
 * Its holder lives: the work is ended, and the holder lets go by itself when it notices. A lock that is held although the holder is not seen to
 * live is held by another janitor, who ends the work.
 */
async function endLiveWork({ place }: Target, options: ForceOptions): Promise<ForceOutcome> {
  const record = parseRecord(fs.readFileSync(place, 'utf8'));
  if (record === undefined || record.work === null || !holderLives(record, options.view)) return 'conflict';
  if (workState(record, options.view) !== 'alive') return 'conflict';
  if (!(await endWork(record.work, options))) return 'error';
  const { clock } = options;
  for (const deadline = clock.nowMs() + LET_GO_MS; clock.nowMs() < deadline; await delay(clock, POLL_MS)) {
    if (!fs.existsSync(place)) return 'released';
  }
  return 'live-holder';
}

function holderLives({ holder }: HolderRecord, view: ProcessView): boolean {
  if (holder.startTicks === null) return false;
  const itself: Work = { kind: 'process', id: holder.pid, startTicks: holder.startTicks, mark: null };
  const { here } = view;
  const isHere = holder.bootId === here.bootId && holder.pidNs === here.pidNs && holder.timeNs === here.timeNs;
  return isHere && seenState(itself, view) === 'alive';
}

/**
 * Signals each process of the work, pinned by its start time, until none is left. Says whether that was reached. The program to which work was
 * given is one of them only `withLeader`: while its holder lives, a shell goes on without the command.
 */
export async function endWork(
  work: Work,
  { view, clock, withLeader = false }: Pick<ForceOptions, 'view' | 'clock'> & { readonly withLeader?: boolean },
): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = clock.nowMs() + GRACE_MS[signal];
    const told = new Set<number>();
    for (;;) {
      const members = membersOf(work, view, { withLeader }).map(({ pid, startTicks }) => ({
        pid,
        startTicks,
        bootId: bootId(),
      }));
      if (members.length === 0) return true;
      for (const member of members) tell(member, signal, told);
      if (clock.nowMs() >= deadline) break;
      await delay(clock, POLL_MS);
    }
  }
  return membersOf(work, view, { withLeader }).length === 0;
}

function tell(member: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL', told: Set<number>): void {
  if (told.has(member.pid) || liveness(member) !== 'alive') return;
  told.add(member.pid);
  signalIdentity(member, signal);
  if (signal === 'SIGTERM') signalIdentity(member, 'SIGCONT'); // a stopped process acts on TERM only once it goes on
}

async function evict({ key, place }: Target, { disk, root, clock }: ForceOptions): Promise<ForceOutcome> {
  const act = (): ForceOutcome => {
    if (!fs.lstatSync(place, { throwIfNoEntry: false })) return 'no-lock';
    markEvicted(place);
    return disk.remove(place) ? 'released' : 'no-lock';
  };
  const pace = { clock, deadlineMs: clock.nowMs() + GATE_MS };
  const outcome = await throughGate(() => tryGate(disk, keyPaths(root, key), act), pace);
  return typeof outcome === 'string' ? 'error' : outcome.value;
}

/** The holder reads this through its own descriptor when it finds that its file has no name any more. */
function markEvicted(place: string): void {
  try {
    const fd = fs.openSync(place, fs.constants.O_WRONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
    try {
      fs.writeSync(fd, EVICTED_TEXT, 0);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // no file that a holder of ours could have: there is nobody to tell
  }
}

function audit({ root, why, clock, view }: ForceOptions, what: Readonly<Record<string, unknown>>): void {
  const by = { uid: process.getuid?.() ?? null, pid: process.pid, host: view.here.host };
  const line = JSON.stringify({ time: new Date(clock.wallMs()).toISOString(), ...what, why, by });
  fs.appendFileSync(rootPaths(root).audit, `${line}\n`, { mode: 0o600 });
}
