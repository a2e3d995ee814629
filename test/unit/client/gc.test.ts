import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../../../src/base/processIdentity.ts';
import { collectHome, type GcOptions } from '../../../src/client/gc.ts';
import { takeHomeLock } from '../../../src/host/homeLock.ts';
import { hostPaths, sessionPaths, SESSION_MARK_VARIABLE } from '../../../src/protocol/homeLayout.ts';
import { newUlid } from '../../../src/protocol/ids.ts';
import type { SessionRecord } from '../../../src/protocol/sessionRecord.ts';
import { writeSessionRecord } from '../../../src/store/manifest.ts';

const NOW_MS = Date.parse('2026-05-01T12:00:00.000Z');
const LOG = 'x'.repeat(1_000);

let root: string;
let home: string;
let processes: ChildProcess[];
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'at-gc-'));
  home = path.join(root, 'home');
  processes = [];
});
afterEach(() => {
  for (const child of processes) child.kill('SIGKILL');
  fs.rmSync(root, { recursive: true });
});

/** A session that ended an hour before; its log has 1,000 bytes. Gives its id. */
function session(changes: Partial<SessionRecord> = {}): string {
  const sessionId = changes.sessionId ?? newUlid(NOW_MS);
  const paths = sessionPaths(home, sessionId);
  fs.mkdirSync(paths.directory, { recursive: true });
  fs.writeFileSync(paths.log, LOG);
  const endedAt = new Date(NOW_MS - 3_600_000).toISOString();
  writeSessionRecord(paths.manifest, {
    version: 1,
    sessionId,
    hostId: 'main',
    createdAt: endedAt,
    updatedAt: endedAt,
    endedAt,
    status: 'exited',
    command: ['true'],
    cwd: '/',
    shell: null,
    term: 'xterm',
    cols: 80,
    rows: 24,
    creationCols: 80,
    creationRows: 24,
    hostPid: null,
    hostIdentity: null,
    childPid: null,
    childIdentity: null,
    exitCode: 0,
    exitSignal: null,
    completionSource: 'process',
    ...changes,
  });
  return sessionId;
}

const DEAD = { pid: 1, startTicks: '1', bootId: 'an earlier boot' };

/** A session whose host died without closing it. */
function orphan(): string {
  const id = session({ status: 'running', hostPid: 1, hostIdentity: DEAD, exitCode: null });
  const { manifest } = sessionPaths(home, id);
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('"endedAt"', '"was"'));
  return id;
}

function collect(options: GcOptions = {}) {
  return collectHome(home, options, NOW_MS);
}

function exists(id: string): boolean {
  return fs.existsSync(sessionPaths(home, id).directory);
}

function old(file: string): void {
  const when = new Date(NOW_MS - 2 * 3_600_000);
  fs.utimesSync(file, when, when);
}

describe('collecting a home', () => {
  it('removes what has ended and tells what it freed', async () => {
    const ids = [
      session(),
      session({ status: 'destroyed' }),
      session({ status: 'failed', failureReason: 'host-death' }),
    ];
    const bytes = ids.reduce((sum, id) => sum + 1_000 + fs.statSync(sessionPaths(home, id).manifest).size, 0);
    const told = {
      removedSessionCount: 3,
      totalBytesFreed: bytes,
      homes: [{ home, removedSessions: ids.toSorted(), skippedSessions: [], removedLeftovers: [] }],
    };
    expect(await collect({ dryRun: true })).toEqual({ dryRun: true, ...told });
    expect(ids.every(exists)).toBe(true);
    expect(await collect()).toEqual({ dryRun: false, ...told });
    expect(fs.readdirSync(path.join(home, 'sessions'))).toEqual([]);
  });

  it('of nothing removes nothing', async () => {
    expect(await collect()).toMatchObject({ removedSessionCount: 0, totalBytesFreed: 0 });
    expect(fs.existsSync(home)).toBe(false);
  });

  it('leaves one that runs, one that is too young, one that has processes, and one that it cannot read', async () => {
    const mine = identify(process.pid) ?? null;
    const live = session({ status: 'running', hostPid: process.pid, hostIdentity: mine });
    const ending = session({ status: 'destroying', hostPid: process.pid, hostIdentity: mine });
    const young = session({ endedAt: new Date(NOW_MS - 1_000).toISOString() });
    const busy = session();
    const broken = session();
    fs.writeFileSync(sessionPaths(home, broken).manifest, '{');
    const child = spawn('sleep', ['72'], { env: { PATH: process.env['PATH'], [SESSION_MARK_VARIABLE]: busy } });
    processes.push(child);
    await once(child, 'spawn');
    const { homes } = await collect({ olderThanMs: 60_000 });
    const reasons = new Map(homes[0]?.skippedSessions.map(({ sessionId, reason }) => [sessionId, reason]));
    expect([live, ending, young, busy].map((id) => reasons.get(id))).toEqual([
      'it runs',
      'it is being ended',
      'it ended too recently',
      'a process of it still runs',
    ]);
    expect(reasons.get(broken)).toContain('is not JSON');
    expect([live, ending, young, busy, broken].every(exists)).toBe(true);
  });

  it('removes one whose host died, and keeps hosts out meanwhile', async () => {
    const id = orphan();
    const paths = hostPaths(home, 'main');
    fs.mkdirSync(paths.directory, { recursive: true });
    const lock = takeHomeLock(paths.lock);
    if (lock === 'busy') throw new Error('nobody else can hold it');
    expect((await collect()).homes[0]?.skippedSessions).toEqual([
      { sessionId: id, reason: 'a host is being started that will close it' },
    ]);
    lock.release();
    expect(await collect()).toMatchObject({ removedSessionCount: 1 });
    expect(exists(id)).toBe(false);
    expect(fs.existsSync(paths.lock)).toBe(true);
  });

  it('never follows a link out of the home', async () => {
    const outside = path.join(root, 'outside');
    fs.mkdirSync(outside);
    fs.writeFileSync(path.join(outside, 'precious'), 'x');
    const id = session();
    fs.symlinkSync(outside, path.join(sessionPaths(home, id).directory, 'artifacts'));
    const linked = newUlid(NOW_MS);
    const moved = session();
    fs.renameSync(sessionPaths(home, moved).directory, path.join(outside, 'session'));
    fs.symlinkSync(path.join(outside, 'session'), sessionPaths(home, linked).directory);
    const manifest = path.join(outside, 'session', 'session.json');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(moved, linked));
    expect((await collect()).homes).toMatchObject([
      { removedSessions: [id], skippedSessions: [{ sessionId: linked, reason: 'its directory is a link' }] },
    ]);
    expect(fs.readdirSync(outside).toSorted()).toEqual(['precious', 'session']);
    fs.renameSync(path.join(home, 'sessions'), path.join(outside, 'sessions'));
    fs.symlinkSync(path.join(outside, 'sessions'), path.join(home, 'sessions'));
    await expect(collect()).rejects.toMatchObject({ code: 'REFUSED_UNSAFE' });
  });

  it('takes what interrupted work left, once it is an hour old', async () => {
    const mine = identify(process.pid) ?? null;
    const live = session({ status: 'running', hostPid: process.pid, hostIdentity: mine });
    const young = session({ endedAt: new Date(NOW_MS).toISOString() });
    const sessions = path.join(home, 'sessions');
    const stale = path.join(sessions, live, '.session.json.12.0.tmp');
    const fresh = path.join(sessions, live, '.session.json.12.1.tmp');
    const foreign = path.join(sessions, live, '.mine.tmp');
    const half = path.join(sessions, newUlid(NOW_MS));
    const making = path.join(sessions, newUlid(NOW_MS));
    const leaving = path.join(sessions, `.gc-${newUlid(NOW_MS)}`);
    const deadHost = path.join(home, 'host', newUlid(NOW_MS));
    const neededHost = path.join(home, 'host', live);
    const mainHost = path.join(home, 'host', 'main');
    session({ sessionId: young, hostId: live, endedAt: new Date(NOW_MS).toISOString() });
    for (const directory of [half, making, leaving, deadHost, neededHost, mainHost])
      fs.mkdirSync(directory, { recursive: true });
    for (const id of [live, young]) fs.mkdirSync(sessionPaths(home, id).scratch);
    fs.writeFileSync(path.join(sessionPaths(home, young).scratch, 'run-1'), 'sleep 1');
    for (const file of [stale, fresh, foreign]) fs.writeFileSync(file, 'half');
    for (const file of [stale, foreign, half, deadHost, neededHost, mainHost]) old(file);
    // Timestamps of what was made just now are of the real clock, which is ahead of the test's or behind it.
    for (const file of [fresh, making]) fs.utimesSync(file, new Date(NOW_MS), new Date(NOW_MS));
    const expected = [stale, half, leaving, sessionPaths(home, young).scratch, deadHost].map((file) =>
      path.relative(home, file),
    );
    const { homes, totalBytesFreed } = await collect({ olderThanMs: 1 });
    expect(homes[0]?.removedLeftovers.toSorted()).toEqual(expected.toSorted());
    expect(totalBytesFreed).toBe('half'.length + 'sleep 1'.length);
    for (const file of [fresh, foreign, making, neededHost, mainHost, sessionPaths(home, live).scratch])
      expect(fs.existsSync(file), file).toBe(true);
    for (const file of expected) expect(fs.existsSync(path.join(home, file)), file).toBe(false);
  });
});
