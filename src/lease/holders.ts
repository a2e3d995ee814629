/** Counts who holds: the files in `h/`, each by its lock. To be called inside the gate. */
import path from 'node:path';
import type { HeldFile, LeaseDisk } from './disk.ts';
import { parseTicketName } from './names.ts';

/** What the record of a holder whose lock is free says of the work that may have outlived it. Only a proven end is `gone`. */
export type Judge = (record: string) => 'gone' | 'occupied';

export interface Holders {
  /** Those whose lock is held, and those of which nobody can tell. */
  readonly active: number;
  /** Dead ones that were taken out. */
  readonly reclaimed: number;
  /** Names of those whose lock is free and whose work is not proven to have ended. */
  readonly orphans: readonly string[];
}

/**
 * Counts files, whatever their names: what is not a ticket of ours is a holder that we do not understand, and stays. A file is
 * removed while its lock is ours, which proves that nobody else has it.
 */
export function countHolders(disk: LeaseDisk, directory: string, judge: Judge): Holders {
  let active = 0;
  let reclaimed = 0;
  const orphans: string[] = [];
  const isOver = (name: string, lock: HeldFile): boolean =>
    parseTicketName(name) !== undefined && judge(lock.read()) === 'gone';
  for (const name of disk.names(directory) ?? []) {
    const place = path.join(directory, name);
    const lock = disk.lock(place);
    if (lock === 'absent') continue;
    if (lock === 'busy' || lock === 'unreadable') {
      active++;
      continue;
    }
    // The holder let go between our opening and our locking: its file is no longer there.
    if (lock.isAt(place)) {
      if (isOver(name, lock)) {
        disk.remove(place);
        reclaimed++;
      } else {
        active++;
        orphans.push(name);
      }
    }
    lock.release();
  }
  return { active, reclaimed, orphans };
}
