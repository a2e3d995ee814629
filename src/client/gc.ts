/**
 * Removes what a home needs no more: sessions that have ended, what is left of interrupted writes, directories of dead
 * hosts. Starts no host and ends no process; never removes what somebody still uses, and says why it left it.
 * See docs/decisions/0012-what-gc-removes.md.
 */
import fs from 'node:fs';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths, sessionsDirectory } from '../protocol/homeLayout.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { effectiveStatus, listSessionRecords } from '../store/sessions.ts';
import { removeLeftovers } from './gcLeftovers.ts';
import { isRealDirectory, removeDirectory, treeBytes } from './gcFiles.ts';
import { HostReleases } from './gcHosts.ts';
import { markedSessions } from './markedProcesses.ts';

/** What may go. */
export interface GcOptions {
  /** Only sessions that ended at least so long ago; 0 by default. */
  readonly olderThanMs?: number;
  /** Tell what would be removed, and remove nothing. */
  readonly dryRun?: boolean;
}

/** What became of one home. */
export interface GcHome {
  readonly home: string;
  /** Ids, oldest first. */
  readonly removedSessions: readonly string[];
  readonly skippedSessions: readonly { readonly sessionId: string; readonly reason: string }[];
  /** Files and directories beside sessions, relative to the home. */
  readonly removedLeftovers: readonly string[];
}

/** With `dryRun` everything is what would have been. */
export interface GcResult {
  readonly dryRun: boolean;
  readonly removedSessionCount: number;
  /** Bytes of the files that went. */
  readonly totalBytesFreed: number;
  readonly homes: readonly GcHome[];
}

/**
 * Collects `home`. A session that cannot be removed is skipped with its reason.
 *
 * @throws TtyError `REFUSED_UNSAFE` when a directory of the home is a link, `STORAGE_READ_ERROR`
 */
export async function collectHome(home: string, options: GcOptions, nowMs: number): Promise<GcResult> {
  const { olderThanMs = 0, dryRun = false } = options;
  const removedSessions: string[] = [];
  const skippedSessions: { sessionId: string; reason: string }[] = [];
  let bytes = 0;
  assertNoLink(sessionsDirectory(home));
  using hosts = new HostReleases(home, { dryRun });
  const entries = listSessionRecords(home);
  // One look at all processes, and only where something could be removed.
  const marked = entries.length === 0 ? new Map<string, number>() : markedSessions();
  for (const entry of entries) {
    const { sessionId } = entry;
    const outcome =
      'problem' in entry
        ? { reason: entry.problem }
        : await collectSession(entry, { home, hosts, dryRun, olderThanMs, nowMs, marked });
    if ('reason' in outcome) skippedSessions.push({ sessionId, reason: outcome.reason });
    else {
      removedSessions.push(sessionId);
      bytes += outcome.bytes;
    }
  }
  const leftovers = removeLeftovers(home, { dryRun, nowMs, gone: new Set(removedSessions) });
  return {
    dryRun,
    removedSessionCount: removedSessions.length,
    totalBytesFreed: bytes + leftovers.bytes,
    homes: [{ home, removedSessions, skippedSessions, removedLeftovers: leftovers.paths }],
  };
}

interface Collection {
  readonly home: string;
  readonly hosts: HostReleases;
  readonly dryRun: boolean;
  readonly olderThanMs: number;
  readonly nowMs: number;
  readonly marked: ReadonlyMap<string, number>;
}

async function collectSession(
  record: SessionRecord,
  { home, hosts, dryRun, olderThanMs, nowMs, marked }: Collection,
): Promise<{ bytes: number } | { reason: string }> {
  const { sessionId } = record;
  const { directory } = sessionPaths(home, sessionId);
  if (!isRealDirectory(directory)) return { reason: 'its directory is a link' };
  const { status, terminationCategory } = effectiveStatus(record);
  if (terminationCategory === 'running') return { reason: status === 'running' ? 'it runs' : 'it is being ended' };
  // Without a bound the age is not asked: a clock that was set back makes all of them seem to end in the future.
  if (olderThanMs > 0 && nowMs - endedMs(record, home) < olderThanMs) return { reason: 'it ended too recently' };
  const processes = marked.get(sessionId) ?? 0;
  if (processes > 0) return { reason: leftProcesses(processes) };
  const refusal = await hosts.release(record);
  if (refusal !== undefined) return { reason: refusal };
  const bytes = treeBytes(directory);
  if (dryRun) return { bytes };
  try {
    removeDirectory(directory);
  } catch (error) {
    return { reason: `it cannot be removed: ${error instanceof Error ? error.message : String(error)}` };
  }
  return { bytes };
}

function leftProcesses(count: number): string {
  return `${count === 1 ? 'a process' : `${count} processes`} of it still ${count === 1 ? 'runs' : 'run'}`;
}

/** When a session ended; of one whose host died, when its files were written last. */
function endedMs(record: SessionRecord, home: string): number {
  if (record.endedAt !== undefined) return Date.parse(record.endedAt);
  const { log } = sessionPaths(home, record.sessionId);
  const logMs = fs.statSync(log, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.max(Date.parse(record.updatedAt), logMs);
}

function assertNoLink(directory: string): void {
  if (fs.lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new TtyError('REFUSED_UNSAFE', `${directory} is a link; nothing was removed`, { details: { path: directory } });
}
