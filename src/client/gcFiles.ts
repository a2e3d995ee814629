/** Measuring and removing directories without ever following a link. */
import fs from 'node:fs';
import path from 'node:path';

/** Begins the name of a directory that is on its way out. No id of a session begins so. */
export const REMOVAL_PREFIX = '.gc-';

/** A directory, not a link to one. */
export function isRealDirectory(directory: string): boolean {
  return fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Bytes of the files below `root`, or of the file itself. What vanishes meanwhile counts nothing. */
export function treeBytes(root: string): number {
  const stat = fs.lstatSync(root, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return fs.readdirSync(root).reduce((sum, name) => sum + treeBytes(path.join(root, name)), 0);
}

/**
 * Removes a directory and all in it; a link goes, what it points to stays. It is renamed first, so that nobody meets it half
 * removed, and the next call finishes what this one could not.
 */
export function removeDirectory(directory: string): void {
  const name = path.basename(directory);
  const leaving = name.startsWith(REMOVAL_PREFIX)
    ? directory
    : path.join(path.dirname(directory), `${REMOVAL_PREFIX}${name}`);
  if (leaving !== directory) {
    fs.rmSync(leaving, { recursive: true, force: true });
    fs.renameSync(directory, leaving);
  }
  fs.rmSync(leaving, { recursive: true, force: true });
}
