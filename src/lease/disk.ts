/**
 * What the lease layer does to a disk, one call a step. Behind it lie files and kernel locks (`fileDisk.ts`) or, in the
 * simulator of the tests, a table in memory that can stop the world between any two steps.
 *
 * A lock belongs to an open file and goes with it: closed, or its process ended in whatever way, it is free. Names come and
 * go under it, so whoever takes a lock asks `isAt` whether the name still leads to what was locked.
 */

/** An open file whose exclusive lock we hold. */
export interface HeldFile {
  /** Whether `file` leads to this very file (device and inode), and not to another one of that name. */
  isAt(file: string): boolean;
  /** Names the file still has; 0 when somebody removed it. */
  links(): number;
  /** The whole text; files here are small. */
  read(): string;
  /** Replaces the text in place. Texts keep their length, so that a full disk cannot refuse it. */
  write(text: string): void;
  /** Frees the lock. Twice is harmless. */
  release(): void;
}

/** Why a lock was not taken: another holds it; there is no such file; it cannot be opened, or is no plain file. */
export type NotLocked = 'busy' | 'absent' | 'unreadable';

/** All errors but the stated ones are thrown as they come from the system. No call waits. */
export interface LeaseDisk {
  /** Makes `file` with `text` and locks it. Throws when the name is taken; leaves nothing when it fails. */
  create(file: string, text: string): HeldFile;
  /** Tries to lock `file`, which is made with `make` as its text if there is none and `make` is given. */
  lock(file: string, make?: string): HeldFile | NotLocked;
  /** Names in `directory`; `undefined` when there is no such directory. */
  names(directory: string): readonly string[] | undefined;
  /** Renames; false when `from` is gone. Never to a name that exists: names are not used twice. */
  move(from: string, to: string): boolean;
  /** Removes a name; false when it is gone. */
  remove(file: string): boolean;
  /** Rings whoever listens to `file`. A hint: it may be lost. */
  ring(file: string): void;
  /** Makes a directory with mode 0700 and its missing parents. */
  makeDirectory(directory: string): void;
}
