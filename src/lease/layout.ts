/** Where things lie under a root of leases. Paths only. */
import path from 'node:path';

/** Version of everything below a root. Another version is another directory, and sees nothing of this one. */
export const LAYOUT_VERSION = 'v1';

export interface RootPaths {
  readonly directory: string;
  /** Family of the locks, and the device and boot for which they were tried. */
  readonly marker: string;
  /** One directory for each key. */
  readonly keys: string;
  /** What operators did by force. */
  readonly audit: string;
}

/** Paths of a root; `root` is taken as it is. */
export function rootPaths(root: string): RootPaths {
  const directory = path.join(root, LAYOUT_VERSION);
  return {
    directory,
    marker: path.join(directory, 'ROOT.json'),
    keys: path.join(directory, 'k'),
    audit: path.join(directory, 'audit.jsonl'),
  };
}

export interface KeyPaths {
  readonly directory: string;
  /** Locked for the moment of a decision; holds the last number and counters. Never removed. */
  readonly gate: string;
  /** Tickets that wait. */
  readonly queue: string;
  /** Tickets that were let in. */
  readonly held: string;
}

/** Paths of one key under a root. */
export function keyPaths(root: string, key: string): KeyPaths {
  const directory = path.join(rootPaths(root).keys, key);
  return {
    directory,
    gate: path.join(directory, 'gate.lock'),
    queue: path.join(directory, 'q'),
    held: path.join(directory, 'h'),
  };
}
