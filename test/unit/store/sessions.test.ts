import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { identify } from '../../../src/base/processIdentity.ts';
import { sessionPaths, sessionsDirectory } from '../../../src/protocol/homeLayout.ts';
import type { SessionRecord } from '../../../src/protocol/sessionRecord.ts';
import { effectiveStatus, findSession, listSessionRecords } from '../../../src/store/sessions.ts';
import { newHome, putRecord, record, sessionId } from './support.ts';

const us = identify(process.pid) ?? null;
const live: Partial<SessionRecord> = { status: 'running', hostPid: process.pid, hostIdentity: us, exitCode: null };
const orphan: Partial<SessionRecord> = {
  ...live,
  hostIdentity: { pid: process.pid, startTicks: '1', bootId: us?.bootId ?? '' },
};

describe('the sessions of a home', () => {
  it('are none where there is no home', () => {
    expect(listSessionRecords(path.join(newHome(), 'nowhere'))).toEqual([]);
  });

  it('come in the order of their ids, and a broken one hides none of the others', () => {
    const home = newHome();
    putRecord(home, 3, record(3));
    const broken = putRecord(home, 2, '{"version":1,');
    putRecord(home, 1, record(1));
    const strange = putRecord(home, 4, record(1));
    expect(listSessionRecords(home)).toEqual([
      record(1),
      { sessionId: sessionId(2), problem: `${broken} is not JSON (13 characters)` },
      record(3),
      {
        sessionId: sessionId(4),
        problem: `${strange}: field sessionId must be ${sessionId(4)} as its directory, found "${sessionId(1)}"`,
      },
    ]);
  });

  it('leave out what is no session, and report a log that has lost its record', () => {
    const home = newHome();
    for (const name of ['.tmp', 'notes', sessionId(1), sessionId(2)]) {
      fs.mkdirSync(path.join(sessionsDirectory(home), name), { recursive: true });
    }
    const { log, manifest } = sessionPaths(home, sessionId(2));
    fs.writeFileSync(log, '');
    expect(listSessionRecords(home)).toEqual([{ sessionId: sessionId(2), problem: `${manifest} is missing` }]);
  });

  it('cannot be listed when something else is in their place', () => {
    const home = newHome();
    fs.writeFileSync(sessionsDirectory(home), '');
    expect(() => listSessionRecords(home)).toThrow(expect.objectContaining({ code: 'STORAGE_READ_ERROR' }));
  });
});

describe('finding a session', () => {
  it('takes an id or a name: live before ended, newer before older', () => {
    const home = newHome();
    putRecord(home, 1, record(1, { name: 'web', ...live }));
    putRecord(home, 2, record(2, { name: 'web' }));
    putRecord(home, 3, record(3, { name: 'web', ...orphan }));
    putRecord(home, 4, record(4, { name: 'old' }));
    putRecord(home, 5, record(5, { name: 'old' }));
    expect(findSession(home, 'web').sessionId).toBe(sessionId(1));
    expect(findSession(home, 'old').sessionId).toBe(sessionId(5));
    expect(findSession(home, sessionId(3)).name).toBe('web');
  });

  it('says which home has no such session and how many others', () => {
    const home = newHome();
    const missing = (message: string, sessions: number): unknown =>
      expect.objectContaining({ code: 'SESSION_NOT_FOUND', message, details: { session: 'web', home, sessions } });
    expect(() => findSession(home, 'web')).toThrow(missing(`no session "web": the home ${home} has no sessions`, 0));
    putRecord(home, 1, record(1));
    expect(() => findSession(home, 'web')).toThrow(
      missing(`no session "web": the home ${home} has 1 other session`, 1),
    );
    expect(() => findSession(home, sessionId(9))).toThrow(expect.objectContaining({ code: 'SESSION_NOT_FOUND' }));
  });

  it('refuses what can be neither id nor name before it looks', () => {
    expect(() => findSession(newHome(), '../../etc')).toThrow(expect.objectContaining({ code: 'INVALID_SESSION_ID' }));
  });

  it('tells by id what is wrong with a record, and by name passes over it', () => {
    const home = newHome();
    putRecord(home, 1, '');
    putRecord(home, 2, record(2, { name: 'web' }));
    expect(() => findSession(home, sessionId(1))).toThrow(
      expect.objectContaining({ code: 'MANIFEST_VALIDATION_ERROR' }),
    );
    expect(findSession(home, 'web').sessionId).toBe(sessionId(2));
  });
});

describe('how a session stands', () => {
  it.each<[string, Partial<SessionRecord>, object]>([
    ['a live host', live, { status: 'running', terminationCategory: 'running' }],
    [
      'exiting under a live host',
      { ...live, status: 'exiting' },
      { status: 'exiting', terminationCategory: 'running' },
    ],
    [
      'a host whose pid is another process now',
      orphan,
      { status: 'failed', failureReason: 'host-death', terminationCategory: 'host-death' },
    ],
    [
      'a host of an earlier boot',
      { ...live, hostIdentity: { pid: process.pid, startTicks: '1', bootId: 'earlier' } },
      { status: 'failed', failureReason: 'host-death', terminationCategory: 'host-death' },
    ],
    [
      'no host at all',
      { ...live, hostPid: null, hostIdentity: null },
      { status: 'failed', failureReason: 'host-death', terminationCategory: 'host-death' },
    ],
    [
      'a host known by its pid alone',
      { ...live, hostIdentity: null },
      { status: 'running', terminationCategory: 'running' },
    ],
    [
      'destroying under a dead host',
      { ...orphan, status: 'destroying' },
      { status: 'failed', failureReason: 'host-death', terminationCategory: 'host-death' },
    ],
    ['exit 0', { exitCode: 0 }, { status: 'exited', terminationCategory: 'clean-exit' }],
    ['exit 3', { exitCode: 3 }, { status: 'exited', terminationCategory: 'nonzero-exit' }],
    ['a signal', { exitCode: null, exitSignal: 'SIGKILL' }, { status: 'exited', terminationCategory: 'signal-exit' }],
    ['an exit that nobody saw', { exitCode: null }, { status: 'exited', terminationCategory: 'unknown' }],
    ['destroyed', { status: 'destroyed' }, { status: 'destroyed', terminationCategory: 'destroyed' }],
    [
      'a broken log',
      { status: 'failed', failureReason: 'storage-corruption' },
      { status: 'failed', failureReason: 'storage-corruption', terminationCategory: 'storage-corruption' },
    ],
    [
      'another failure',
      { status: 'failed', failureReason: 'spawn' },
      { status: 'failed', failureReason: 'spawn', terminationCategory: 'unknown' },
    ],
  ])('is told with %s', (_name, changes, expected) => {
    expect(effectiveStatus(record(1, changes))).toEqual(expected);
  });

  it('turns to host-death when the host dies', async () => {
    const host = spawn('sleep', ['60']);
    const pid = host.pid ?? 0;
    const running = record(1, { ...live, hostPid: pid, hostIdentity: identify(pid) ?? null });
    expect(effectiveStatus(running).status).toBe('running');
    host.kill('SIGKILL');
    await once(host, 'exit');
    expect(effectiveStatus(running).terminationCategory).toBe('host-death');
  });
});
