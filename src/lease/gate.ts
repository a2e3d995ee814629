/** The gate of a key: the lock under which numbers are given and tickets let in. Held for a fraction of a millisecond. */
import { type Counters, NO_COUNTERS, readCounters } from './counters.ts';
import type { HeldFile, LeaseDisk } from './disk.ts';
import type { KeyPaths } from './layout.ts';

/** What came of trying the gate: entered; held by another, or just replaced; or its directory is gone. */
export type GateOutcome<T> =
  | { readonly kind: 'entered'; readonly value: T }
  | { readonly kind: 'busy' }
  | { readonly kind: 'absent' };

/** What the gate's file remembers. Damaged, it says nothing: numbers then go on from those in use. */
export interface GateState {
  /** The last number that was given. */
  readonly seq: number;
  readonly counters: Counters;
}

/** One block of a disk, taken at the beginning: no later change needs room, and letting go works on a full disk. */
const GATE_BYTES = 2_048;

export const NEW_GATE: GateState = { seq: 0, counters: NO_COUNTERS };

/** The right to decide, for the time of one call. */
export interface Gate {
  state(): GateState;
  save(state: GateState): void;
}

/**
 * Does `work` inside the gate, or says at once why it could not. `work` is synchronous: nothing of this process comes in
 * between, and a process that dies inside leaves an open gate, since the kernel frees its lock.
 */
export function tryGate<T>(disk: LeaseDisk, paths: KeyPaths, work: (gate: Gate) => T): GateOutcome<T> {
  const lock = disk.lock(paths.gate, formatGate(NEW_GATE));
  if (lock === 'absent') return { kind: 'absent' };
  if (lock === 'unreadable') throw new Error('the gate is no file of ours');
  if (lock === 'busy') return { kind: 'busy' };
  try {
    // A lock on a file that was removed in the meantime keeps nobody out.
    if (!lock.isAt(paths.gate)) return { kind: 'busy' };
    return { kind: 'entered', value: work(gateOver(lock)) };
  } finally {
    lock.release();
  }
}

function gateOver(lock: HeldFile): Gate {
  return { state: () => parseGate(lock.read()), save: (state) => lock.write(formatGate(state)) };
}

/** A gate's text, of one length. */
export function formatGate(state: GateState): string {
  return `${JSON.stringify(state)}\n`.padEnd(GATE_BYTES, ' ');
}

/** Reads a gate's text, whatever it is. */
export function parseGate(text: string): GateState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return NEW_GATE; // damaged: nothing is decided by it but the next number, which the names in use bound as well
  }
  const fields: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const seq = fields['seq'];
  return {
    seq: typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0 ? seq : 0,
    counters: readCounters(fields['counters']),
  };
}

/** Makes the directories of a key, at the root that the caller named. */
export function makeKeyDirectories(disk: LeaseDisk, paths: KeyPaths): void {
  for (const directory of [paths.queue, paths.held]) disk.makeDirectory(directory);
}
