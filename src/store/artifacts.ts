/** The artifacts of a session: each is one file in its directory, and the directory is the list of them. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';

export interface Artifact {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** What is being made, or was when its maker was killed. */
const TEMPORARY = /^\..+\.\d+\.\d+\.tmp$/;
const STALE_MS = 60 * 60 * 1000;

/** The artifacts of a session, by name. What is still being made is not among them. */
export function listArtifacts(home: string, sessionId: string): Artifact[] {
  const { artifacts } = sessionPaths(home, sessionId);
  return namesIn(artifacts).flatMap((name) => {
    const file = path.join(artifacts, name);
    const stat = name.startsWith('.') ? undefined : fs.lstatSync(file, { throwIfNoEntry: false });
    return stat?.isFile() === true ? [{ name, path: file, sizeBytes: stat.size }] : [];
  });
}

/** Removes what exports that were killed left, once it is an hour old at `nowMs` (time of the file system). */
export function removeStaleParts(directory: string, nowMs: number): void {
  for (const name of namesIn(directory)) {
    const file = path.join(directory, name);
    const stat = TEMPORARY.test(name) ? fs.lstatSync(file, { throwIfNoEntry: false }) : undefined;
    if (stat?.isFile() === true && nowMs - stat.mtimeMs > STALE_MS) fs.rmSync(file, { force: true });
  }
}

function namesIn(directory: string): string[] {
  try {
    return fs.readdirSync(directory).toSorted();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
