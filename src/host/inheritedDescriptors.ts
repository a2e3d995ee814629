import fs from 'node:fs';

const DESCRIPTORS = '/proc/self/fd';
/** As `flags` in `/proc/PID/fdinfo/FD` has it, in octal (proc(5)). */
const O_CLOEXEC = 0o2000000;

/**
 * Closes what this process got from whoever started it, above `highest`. A host outlives its starter by hours: a pipe of it
 * would never come to its end, a lock never be free. Node keeps the low numbers from its children; this is for the others. What
 * it opened for itself is close-on-exec and therefore not from elsewhere. Linux only. Returns how many were closed.
 */
export function closeInheritedDescriptors(highest: number): number {
  if (process.platform !== 'linux') return 0;
  const inherited = fs
    .readdirSync(DESCRIPTORS)
    .map(Number)
    .filter((fd) => fd > highest && isInherited(fd));
  for (const fd of inherited) fs.closeSync(fd);
  return inherited.length;
}

function isInherited(fd: number): boolean {
  let info: string;
  try {
    info = fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
  } catch {
    return false; // the listing's own descriptor, closed by now
  }
  const flags = /^flags:\t([0-7]+)$/m.exec(info)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
}
