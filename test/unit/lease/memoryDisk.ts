/**
 * A disk in memory with locks, seen by several processes, for the simulator: before each step of one process the world may
 * let others act, or end the process.
 */
import path from 'node:path';
import type { HeldFile, LeaseDisk, NotLocked } from '../../../src/lease/disk.ts';

/** Thrown inside a process that is killed: nothing of it runs any more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

interface Inode {
  text: string;
  owner: SimulatedProcess | undefined;
  links: number;
}

/** Names, files and locks that all processes share. */
export class MemoryWorld {
  readonly files = new Map<string, Inode>();
  readonly directories = new Set<string>();
  rings = 0;
  /** Called after each renaming. */
  onMove: (from: string, to: string) => void = () => undefined;

  removeTree(directory: string): void {
    for (const [name, inode] of this.files) {
      if (!name.startsWith(`${directory}/`)) continue;
      inode.links = 0;
      this.files.delete(name);
    }
    for (const name of this.directories) if (`${name}/`.startsWith(`${directory}/`)) this.directories.delete(name);
  }
}

/** One process: its locks go with it. */
export class SimulatedProcess {
  isAlive = true;
  readonly #world: MemoryWorld;
  readonly #beforeStep: (process: SimulatedProcess) => void;

  constructor(world: MemoryWorld, beforeStep: (process: SimulatedProcess) => void) {
    this.#world = world;
    this.#beforeStep = beforeStep;
  }

  kill(): void {
    this.isAlive = false;
    for (const inode of this.#world.files.values()) if (inode.owner === this) inode.owner = undefined;
  }

  /** The disk as this process sees it. */
  disk(): LeaseDisk {
    const world = this.#world;
    const step = (): void => {
      if (!this.isAlive) throw new Killed();
      this.#beforeStep(this);
      if (!this.isAlive) throw new Killed();
    };
    return {
      create: (file, text) => {
        step();
        if (world.files.has(file)) throw new Error(`EEXIST ${file}`);
        if (!world.directories.has(path.dirname(file)))
          throw Object.assign(new Error(`ENOENT ${file}`), { code: 'ENOENT' });
        const inode: Inode = { text: '', owner: undefined, links: 1 };
        world.files.set(file, inode);
        step(); // made, but neither written nor locked
        inode.text = text;
        step();
        if (inode.owner !== undefined) throw new Error('locked by another');
        inode.owner = this;
        return this.#held(inode, step);
      },
      lock: (file, make): HeldFile | NotLocked => {
        step();
        let inode = world.files.get(file);
        if (inode === undefined && make !== undefined && world.directories.has(path.dirname(file))) {
          inode = { text: make, owner: undefined, links: 1 };
          world.files.set(file, inode);
        }
        if (inode === undefined) return 'absent';
        step(); // opened, but not locked
        if (inode.owner !== undefined) return 'busy';
        inode.owner = this;
        return this.#held(inode, step);
      },
      names: (directory) => {
        step();
        if (!world.directories.has(directory)) return undefined;
        return [...world.files.keys()]
          .filter((file) => path.dirname(file) === directory)
          .map((file) => path.basename(file));
      },
      move: (from, to) => {
        step();
        const inode = world.files.get(from);
        if (inode === undefined || !world.directories.has(path.dirname(to))) return false;
        if (world.files.has(to)) throw new Error(`name used twice: ${to}`);
        world.files.delete(from);
        world.files.set(to, inode);
        world.onMove(from, to);
        return true;
      },
      remove: (file) => {
        step();
        const inode = world.files.get(file);
        if (inode === undefined) return false;
        inode.links = 0;
        world.files.delete(file);
        return true;
      },
      ring: () => {
        step();
        world.rings++;
      },
      makeDirectory: (directory) => {
        step();
        for (let place = directory; place !== '/' && place !== '.'; place = path.dirname(place))
          world.directories.add(place);
      },
    };
  }

  #held(inode: Inode, step: () => void): HeldFile {
    const world = this.#world;
    let isOpen = true;
    return {
      isAt: (file) => {
        step();
        return world.files.get(file) === inode;
      },
      links: () => {
        step();
        return inode.links;
      },
      read: () => {
        step();
        return inode.text;
      },
      write: (text) => {
        step();
        inode.text = text;
      },
      release: () => {
        // closing is what a dying process does too: no step, and nothing that could fail
        if (isOpen && inode.owner === this) inode.owner = undefined;
        isOpen = false;
      },
    };
  }
}
