/** The directory of all leases: private, ours, on a file system whose locks hold, and of one family of locks. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno, makePrivateDirectory, readIfPresent, writeFileAtomic } from '../base/atomicFile.ts';
import { whyNotOwn } from '../base/ownDirectory.ts';
import { bootId } from '../base/processIdentity.ts';
import type { DenyReason } from '../protocol/leaseOutcome.ts';
import type { LeaseDisk } from './disk.ts';
import { LOCK_FAMILY } from './kernelLock.ts';
import { rootPaths } from './layout.ts';
import { selfTest } from './selfTest.ts';

/** Whether a root may be used; the words are for logs and the operator, never for a caller. */
export type RootState =
  | { readonly kind: 'open' }
  | { readonly kind: 'denied'; readonly reason: DenyReason; readonly why: string };

export interface RootOptions {
  /** Use a network file system if its locks hold between processes. */
  readonly allowNetworkFs: boolean;
  /** Magic number of the file system at a path; tests say another one. */
  readonly fileSystemOf?: (place: string) => number;
}

/** Numbers of statfs(2) whose locks may be kept elsewhere than in this kernel: nfs, cifs, smb2, 9p, fuse (virtiofs too), ceph, afs, gfs2, ocfs2, lustre. */
const NETWORK_FILE_SYSTEMS = new Set([
  0x6969, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f, 0x01161970, 0x7461636f, 0x0bd00bd0,
]);
/** Nobody else may do anything with the root. */
const OTHERS = 0o077;

interface Marker {
  readonly schema: 1;
  readonly lockFamily: string;
  /** What the self-test has been passed on; anywhere and any time else it is made again. */
  readonly device: string;
  readonly bootId: string;
}

/** Makes `root` if it is missing, looks at it, and tests its locks where that was not done since the boot. Takes it verbatim. */
export function openRoot(disk: LeaseDisk, root: string, options: RootOptions): RootState {
  const problem = whyBad(root);
  if (problem !== undefined) return denied('bad_root', problem);
  const paths = rootPaths(root);
  try {
    disk.makeDirectory(paths.keys);
    const isNetwork = NETWORK_FILE_SYSTEMS.has((options.fileSystemOf ?? fileSystemOf)(paths.directory));
    if (isNetwork && !options.allowNetworkFs) return denied('bad_root', 'lies on a network file system');
    return checkMarker(disk, root, isNetwork);
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC', 'EDQUOT', 'ENAMETOOLONG')) throw error;
    return denied('bad_root', error instanceof Error ? error.message : String(error));
  }
}

function checkMarker(disk: LeaseDisk, root: string, isNetwork: boolean): RootState {
  const paths = rootPaths(root);
  const now: Marker = { schema: 1, lockFamily: LOCK_FAMILY, device: deviceOf(paths.directory), bootId: bootId() };
  const marker = readMarker(paths.marker);
  if (marker === 'damaged') return denied('bad_root', 'has a ROOT.json that is not ours');
  if (marker !== undefined && marker.lockFamily !== now.lockFamily) {
    return denied('self_test_failed', `is used with locks of the family ${marker.lockFamily}, which do not see ours`);
  }
  if (marker !== undefined && marker.device === now.device && marker.bootId === now.bootId) return { kind: 'open' };
  const test = selfTest(disk, paths.directory);
  const failed = test.steps.find(({ held }) => !held);
  if (failed !== undefined) return denied('self_test_failed', `has locks that do not hold: not so that ${failed.name}`);
  if (isNetwork && !test.usedProcess)
    return denied('self_test_failed', 'is on a network and no second process could try its locks');
  writeFileAtomic(paths.marker, `${JSON.stringify(now)}\n`);
  return { kind: 'open' };
}

/** Why `root` must not be used, as the end of a sentence that begins with it. Makes it if it is missing. */
export function whyBad(root: string): string | undefined {
  if (!path.isAbsolute(root)) return 'is not an absolute path';
  try {
    if (fs.lstatSync(root, { throwIfNoEntry: false }) === undefined) makePrivateDirectory(root);
    const why = whyNotOwn(root, OTHERS);
    if (why !== undefined) return why;
    fs.accessSync(root, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch (error) {
    return `cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readMarker(file: string): Marker | 'damaged' | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'damaged'; // written in one step, so it was not a crash
  }
  return isMarker(value) ? value : 'damaged';
}

function isMarker(value: unknown): value is Marker {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return fields['schema'] === 1 && ['lockFamily', 'device', 'bootId'].every((name) => typeof fields[name] === 'string');
}

function deviceOf(directory: string): string {
  return String(fs.statSync(directory, { bigint: true }).dev);
}

function fileSystemOf(place: string): number {
  return fs.statfsSync(place).type;
}

function denied(reason: DenyReason, why: string): RootState {
  return { kind: 'denied', reason, why };
}
