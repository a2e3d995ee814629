/** The gate of a key: the lock under which numbers are given and tickets let in. Held for a fraction of a millisecond. */
import type { HeldFile, LeaseDisk } from './disk.ts';
import type { KeyPaths } from './layout.ts';

/** What came of trying the gate: entered; held by another, or just replaced; or its directory is gone. */
export type GateOutcome<T> =
  | { readonly kind: 'entered'; readonly value: T }
  | { readonly kind: 'busy' }
  | { readonly kind: 'absent' };

/** A whole disk block, so that no later number needs room: letting go must work on a full disk. */
const GATE_BYTES = 512;

function gateText(seq: number): string {
  return `${seq}\n`.padEnd(GATE_BYTES, ' ');
}

/** The right to decide, for the time of one call. */
export interface Gate {
  /** The last number that was given; 0 when there was none or the file is damaged. */
  lastSeq(): number;
  setLastSeq(seq: number): void;
}

/**
 * Does `work` inside the gate, or says at once why it could not. `work` is synchronous: nothing of this process comes in
 * between, and a process that dies inside leaves an open gate, since the kernel frees its lock.
 */
export function tryGate<T>(disk: LeaseDisk, paths: KeyPaths, work: (gate: Gate) => T): GateOutcome<T> {
  const lock = disk.lock(paths.gate, gateText(0));
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
  return {
    lastSeq: () => {
      const text = lock.read().trim();
      const seq = /^[0-9]{1,12}$/.test(text) ? Number(text) : 0;
      return Number.isSafeInteger(seq) ? seq : 0;
    },
    setLastSeq: (seq) => lock.write(gateText(seq)),
  };
}

/** Makes the directories of a key, at the root that the caller named. */
export function makeKeyDirectories(disk: LeaseDisk, paths: KeyPaths): void {
  for (const directory of [paths.queue, paths.held]) disk.makeDirectory(directory);
}
