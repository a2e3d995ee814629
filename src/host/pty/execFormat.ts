/** Whether the kernel can run what a file begins with. Without it a program for another machine ends in a puzzle, not in an error. */
import fs from 'node:fs';

/** Magic number of executables (elf(5)). */
const ELF_MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
/** Byte that says 32 or 64 bit, byte that says which end comes first, and the two bytes of the machine. */
const CLASS_OFFSET = 4;
const DATA_OFFSET = 5;
const MACHINE_OFFSET = 18;
const HEADER_BYTES = 20;
/** Interpreters for other formats that somebody registered with the kernel, beside its own two control files. */
const HANDLERS = '/proc/sys/fs/binfmt_misc';
const CONTROL_FILES = new Set(['register', 'status']);

/**
 * What is wrong with a program whose first bytes are `head`; undefined when nothing speaks against it, or where this system
 * tells too little. A text without `#!` is fine: execvp(3) gives it to the shell.
 */
export function formatFault(head: Buffer): string | undefined {
  if (process.platform !== 'linux' || head.length === 0 || head.subarray(0, 2).toString('latin1') === '#!')
    return undefined;
  const fault = head.subarray(0, ELF_MAGIC.length).equals(ELF_MAGIC) ? elfFault(head) : textFault(head);
  return fault === undefined || hasOtherHandlers() ? undefined : `exec format error: ${fault}`;
}

function elfFault(head: Buffer): string | undefined {
  const own = Buffer.alloc(HEADER_BYTES);
  const fd = fs.openSync('/proc/self/exe', 'r');
  try {
    fs.readSync(fd, own, 0, HEADER_BYTES, 0);
  } finally {
    fs.closeSync(fd);
  }
  if (head.length < HEADER_BYTES) return 'it is cut off';
  // many a 64-bit kernel runs the 32-bit programs of its family; which ones it does cannot be seen from here
  if (head[CLASS_OFFSET] !== own[CLASS_OFFSET]) return undefined;
  if (head[DATA_OFFSET] === own[DATA_OFFSET] && machineOf(head) === machineOf(own)) return undefined;
  return `it is a program for another machine (ELF machine ${machineOf(head)}, this one is ${machineOf(own)})`;
}

function machineOf(head: Buffer): number {
  return head[DATA_OFFSET] === 2 ? head.readUInt16BE(MACHINE_OFFSET) : head.readUInt16LE(MACHINE_OFFSET);
}

/** Shells take a file for a script unless its first line has a NUL. */
function textFault(head: Buffer): string | undefined {
  const line = head.indexOf('\n');
  const isBinary = head.subarray(0, line === -1 ? undefined : line).includes(0);
  return isBinary ? 'it is neither a script nor a program of this system' : undefined;
}

function hasOtherHandlers(): boolean {
  try {
    return fs.readdirSync(HANDLERS).some((name) => !CONTROL_FILES.has(name));
  } catch {
    return false; // not mounted: then none are registered
  }
}
