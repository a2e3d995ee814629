import fs from 'node:fs';
import { isErrno } from '../../base/atomicFile.ts';

const DESCRIPTORS = '/proc/self/fd';
/** What a fork opens for a moment: the terminal's two ends, and one to spare. */
const FORK_DESCRIPTORS = 3;

/**
 * Runs `fork` while this process has no free descriptor number below its highest one.
 *
 * node-pty's child marks what it inherited as close-on-exec from number 3 upwards, and stops at the first number that is
 * not open. Terminals that have closed leave such gaps, and the masters above a gap would go to the new program: it
 * could read and type into other sessions, and keep them alive. Costs about 3 us a gap. Linux only; elsewhere the child
 * inherits nothing.
 */
export function withoutDescriptorGaps<T>(fork: () => T): T {
  const fillers = process.platform === 'linux' ? fillGaps() : [];
  try {
    return fork();
  } finally {
    for (const fd of fillers) fs.closeSync(fd);
  }
}

function fillGaps(): number[] {
  const fillers: number[] = [];
  try {
    // the listing's own descriptor is among them, closed by now: where it was the highest, it is no end of a gap
    const highest = Math.max(...fs.readdirSync(DESCRIPTORS).map(Number));
    let fd = fs.openSync('/dev/null', 'r');
    while (fd < highest) {
      fillers.push(fd);
      fd = fs.openSync('/dev/null', 'r');
    }
    fs.closeSync(fd);
  } catch (error) {
    if (!isErrno(error, 'EMFILE')) throw error;
    // what lies above the limit was opened by somebody else; all masters are below, and so must the new one be
    for (const fd of fillers.splice(-FORK_DESCRIPTORS)) fs.closeSync(fd);
  }
  return fillers;
}
