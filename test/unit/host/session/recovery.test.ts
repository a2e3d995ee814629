import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { syncPointPath } from '../../../../src/eventlog/syncPoint.ts';
import { sessionFromLog } from '../../../../src/eventlog/sessionFromLog.ts';
import { verifyLog } from '../../../../src/eventlog/verify.ts';
import { takeHomeLock } from '../../../../src/host/homeLock.ts';
import { NameClaims } from '../../../../src/host/session/nameClaims.ts';
import { recoverSessions } from '../../../../src/host/session/recovery.ts';
import type { NewEvent } from '../../../../src/protocol/events.ts';
import { hostPaths, type SessionPaths, sessionPaths } from '../../../../src/protocol/homeLayout.ts';
import { readSessionRecord, writeSessionRecord } from '../../../../src/store/manifest.ts';
import { listSessionRecords } from '../../../../src/store/sessions.ts';
import { holding } from '../../../support/like.ts';
import { SESSION } from '../../../support/runBench.ts';

const logger = { log: () => undefined };
let home: string;
let paths: SessionPaths;

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'at-recovery-'));
  paths = sessionPaths(home, SESSION);
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

/** What a host that died leaves: a log with `events` after its first one, and a record that says `running`. */
async function leave(events: readonly NewEvent[] = []): Promise<void> {
  fs.rmSync(paths.directory, { recursive: true, force: true });
  fs.mkdirSync(paths.directory, { recursive: true });
  const started = {
    formatVersion: 1,
    sessionId: SESSION,
    command: ['/bin/sh', '-c', 'x'],
    cwd: '/',
    cols: 90,
    rows: 30,
    term: 'xterm',
    name: 'build',
    toolVersion: '0',
    platform: 'linux',
    unicodeVersion: '11',
  };
  const log = LogAppender.create(paths.log, { sessionId: SESSION, clock: systemClock, started });
  log.append([{ type: 'output', payload: { data: 'x' } }, ...events]);
  await log.close();
  const record = sessionFromLog(paths.log, SESSION, 'main');
  if (record !== undefined) writeSessionRecord(paths.manifest, record);
}

const recover = (hostId = 'main'): Promise<number> => {
  const claims = new NameClaims({ home, clock: systemClock, takeLock: takeHomeLock });
  return recoverSessions({ home, hostId, clock: systemClock, logger, claims });
};

const TOLD = {
  sessionId: SESSION,
  name: 'build',
  command: ['/bin/sh', '-c', 'x'],
  cols: 90,
  rows: 30,
  term: 'xterm',
  cwd: '/',
};

describe('the record of a session', () => {
  it('is built anew from the log wherever it was torn, and the old one stays', async () => {
    await leave();
    const { length } = fs.readFileSync(paths.manifest);
    for (let size = 0; size < length - 2; size += 97) {
      await leave();
      fs.truncateSync(paths.manifest, size);
      const torn = fs.readFileSync(paths.manifest);
      expect(await recover(), `cut at ${size}`).toBe(1);
      expect(readSessionRecord(paths.manifest)).toMatchObject({
        ...TOLD,
        status: 'failed',
        failureReason: 'host-death',
      });
      const kept = fs.readFileSync(path.join(paths.directory, 'session.broken-1.json'));
      expect(kept).toEqual(torn);
      expect(await verifyLog(paths.log, SESSION)).toMatchObject({ ok: true, events: 3 });
    }
  });

  it.each([
    ['is missing', undefined],
    ['is no object', '"text"'],
    ['lacks a field', '{"version":1,"sessionId":"x"}'],
    ['names another session', undefined],
  ])('that %s is built anew', async (how, text) => {
    await leave();
    if (text !== undefined) fs.writeFileSync(paths.manifest, text);
    else if (how === 'is missing') fs.rmSync(paths.manifest);
    else fs.writeFileSync(paths.manifest, fs.readFileSync(paths.manifest, 'utf8').replace(SESSION, 'other'));
    expect(await recover()).toBe(1);
    expect(readSessionRecord(paths.manifest)).toMatchObject({ ...TOLD, status: 'failed' });
    expect(await recover()).toBe(0);
  });

  it.each([
    ['of a later version', '{"version":2}'],
    ["of another host's session", '{"version":1,"hostId":"elsewhere"}'],
  ])('%s is left alone, and the session is told of as unreadable', async (_what, text) => {
    await leave();
    fs.writeFileSync(paths.manifest, text);
    expect(await recover()).toBe(0);
    expect(fs.readFileSync(paths.manifest, 'utf8')).toBe(text);
    expect(listSessionRecords(home)).toMatchObject([{ sessionId: SESSION, problem: holding(paths.manifest) }]);
  });

  it('is built only by the host that may have had the session: its own, where it has one', async () => {
    await leave();
    fs.rmSync(paths.manifest);
    const own = hostPaths(home, SESSION).directory;
    fs.mkdirSync(own, { recursive: true });
    expect(await recover()).toBe(0);
    expect(await recover(SESSION.replace(/.$/, 'Z'))).toBe(0);
    expect(fs.existsSync(paths.manifest)).toBe(false);
    expect(await recover(SESSION)).toBe(1);
    expect(readSessionRecord(paths.manifest)).toMatchObject({ hostId: SESSION, status: 'failed' });
  });

  it('is not built from a log of another session or without a beginning', async () => {
    await leave();
    fs.rmSync(paths.manifest);
    fs.writeFileSync(paths.log, 'no log\n');
    expect(await recover()).toBe(0);
    expect(fs.existsSync(paths.manifest)).toBe(false);
  });

  it('gives way to the log where that says how the program ended', async () => {
    await leave([{ type: 'exit', payload: { exitCode: 3, exitSignal: null } }]);
    expect(await recover()).toBe(1);
    expect(readSessionRecord(paths.manifest)).toMatchObject({ status: 'exited', exitCode: 3, lastEventSeq: 2 });
    expect(await verifyLog(paths.log, SESSION)).toMatchObject({ ok: true, events: 3 });
  });

  it('is not said twice to have been lost', async () => {
    await leave([{ type: 'host_lost', payload: { hostPid: 1, survivorsEnded: 0 } }]);
    expect(await recover()).toBe(1);
    expect(readSessionRecord(paths.manifest)).toMatchObject({ status: 'failed', failureReason: 'host-death' });
    expect(await verifyLog(paths.log, SESSION)).toMatchObject({ ok: true, events: 3 });
  });
});

it('what a host left half done is removed, what others put there is not', async () => {
  await leave();
  for (const name of ['.session.json.123.0.tmp', '.events.jsonl.123.tmp', 'notes.tmp'])
    fs.writeFileSync(path.join(paths.directory, name), 'x');
  fs.writeFileSync(syncPointPath(paths.log), 'x');
  expect(await recover()).toBe(1);
  expect(fs.readdirSync(paths.directory).toSorted()).toEqual(['events.jsonl', 'notes.tmp', 'session.json']);
});
