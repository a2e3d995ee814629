/** The disk of the lease layer as files and kernel locks. */
import fs from 'node:fs';
import { isErrno, makePrivateDirectory } from '../base/atomicFile.ts';
import type { HeldFile, LeaseDisk, NotLocked } from './disk.ts';
import { lockDescriptor, lockingFlags, type LockMethod } from './kernelLock.ts';

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
const FILE_MODE = 0o600;
/** More than any file here has; what is larger was not written by us and is read no further. */
const MAX_READ_BYTES = 8 * 1024;

/** Files and locks of this machine. Safe to share between everything in one process. */
export class FileDisk implements LeaseDisk {
  readonly #method: LockMethod;

  constructor(method: LockMethod) {
    this.#method = method;
  }

  create(file: string, text: string): HeldFile {
    const fd = fs.openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | lockingFlags(this.#method), FILE_MODE);
    try {
      fs.writeSync(fd, text, 0);
      if (lockDescriptor(fd, this.#method) === 'locked') return new OpenFile(fd);
      throw new Error('a new file is locked by another');
    } catch (error) {
      fs.closeSync(fd);
      fs.rmSync(file, { force: true });
      throw error;
    }
  }

  lock(file: string, make?: string): HeldFile | NotLocked {
    const fd = this.#open(file, make !== undefined);
    if (typeof fd === 'string') return fd;
    let isKept = false;
    try {
      if (!fs.fstatSync(fd).isFile()) return 'unreadable';
      if (lockDescriptor(fd, this.#method) === 'busy') return 'busy';
      // Asked under the lock: who had it before us may have written by now.
      if (make !== undefined && fs.fstatSync(fd).size === 0) fs.writeSync(fd, make, 0);
      isKept = true;
      return new OpenFile(fd);
    } finally {
      if (!isKept) fs.closeSync(fd);
    }
  }

  names(directory: string): readonly string[] | undefined {
    try {
      return fs.readdirSync(directory);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  move(from: string, to: string): boolean {
    return isThere(() => fs.renameSync(from, to));
  }

  remove(file: string): boolean {
    return isThere(() => fs.unlinkSync(file));
  }

  ring(file: string): void {
    // Any change of a file's attributes wakes those who watch it (IN_ATTRIB of inotify(7), NOTE_ATTRIB of kqueue).
    isThere(() => fs.chmodSync(file, FILE_MODE));
  }

  makeDirectory(directory: string): void {
    makePrivateDirectory(directory);
  }

  #open(file: string, create: boolean): number | NotLocked {
    try {
      const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | (create ? O_CREAT : 0) | lockingFlags(this.#method);
      return fs.openSync(file, flags, FILE_MODE);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return 'absent';
      if (isErrno(error, 'EAGAIN')) return 'busy'; // with O_EXLOCK the opening is the locking
      if (isErrno(error, 'ELOOP', 'EACCES', 'EPERM', 'EISDIR', 'ENXIO')) return 'unreadable';
      throw error;
    }
  }
}

function isThere(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

class OpenFile implements HeldFile {
  readonly #fd: number;
  #isOpen = true;

  constructor(fd: number) {
    this.#fd = fd;
  }

  isAt(file: string): boolean {
    const there = fs.lstatSync(file, { throwIfNoEntry: false, bigint: true });
    const ours = fs.fstatSync(this.#fd, { bigint: true });
    return there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
  }

  links(): number {
    return this.#isOpen ? fs.fstatSync(this.#fd).nlink : 0;
  }

  read(): string {
    const bytes = Buffer.alloc(MAX_READ_BYTES);
    return bytes.toString('utf8', 0, fs.readSync(this.#fd, bytes, 0, MAX_READ_BYTES, 0));
  }

  write(text: string): void {
    fs.writeSync(this.#fd, text, 0);
  }

  release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false; // a second close would hit whatever has the number by then
    fs.closeSync(this.#fd);
  }
}
