/** A session whose `session.json` is gone or cannot be read gets a new one from its log; the old file stays beside it. */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../../base/atomicFile.ts';
import { sessionFromLog } from '../../eventlog/sessionFromLog.ts';
import { hostPaths, sessionPaths } from '../../protocol/homeLayout.ts';
import { isSessionId } from '../../protocol/ids.ts';
import type { SessionRecord } from '../../protocol/sessionRecord.ts';
import { writeSessionRecord } from '../../store/manifest.ts';

/** Temporary files of replacements that a dead process left: `.session.json.<pid>.<n>.tmp`. */
const LEFTOVER = /^\..+\.tmp$/;

/**
 * Writes a record as the log begins, and returns it for closing; `undefined` when there is nothing to build it from, or when
 * the old one is of a later version or another host. No host of `hostId` may live. Throws the system's errors.
 */
export function rebuildRecord(home: string, sessionId: string, hostId: string): SessionRecord | undefined {
  const { manifest, log } = sessionPaths(home, sessionId);
  if (!mayServe(home, hostId, sessionId) || !isOurs(manifest, hostId) || !fs.existsSync(log)) return undefined;
  const record = sessionFromLog(log, sessionId, hostId);
  if (record === undefined) return undefined;
  keepOld(manifest);
  writeSessionRecord(manifest, record);
  return record;
}

/** Removes what replacing the session's files left half done when its host died. */
export function removeLeftovers(home: string, sessionId: string): void {
  const { directory } = sessionPaths(home, sessionId);
  for (const name of fs.readdirSync(directory))
    if (LEFTOVER.test(name)) fs.rmSync(path.join(directory, name), { force: true });
}

/** Whether that host, and not one of the session's own that may live, had the session. */
function mayServe(home: string, hostId: string, sessionId: string): boolean {
  if (isSessionId(hostId)) return hostId === sessionId;
  return !fs.existsSync(hostPaths(home, sessionId).directory);
}

/** Whether what is there, if anything, may be replaced: a plain file that says neither a later version nor another host. */
function isOurs(manifest: string, hostId: string): boolean {
  const stat = fs.lstatSync(manifest, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  if (!stat.isFile()) return false;
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return true;
  const said: { version?: unknown; hostId?: unknown } = value;
  const isLater = typeof said.version === 'number' && said.version > 1;
  return !isLater && (typeof said.hostId !== 'string' || said.hostId === hostId);
}

function keepOld(manifest: string): void {
  if (!fs.existsSync(manifest)) return;
  for (let n = 1; ; n++) {
    const kept = path.join(path.dirname(manifest), `session.broken-${n}.json`);
    try {
      fs.linkSync(manifest, kept);
      return;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}
