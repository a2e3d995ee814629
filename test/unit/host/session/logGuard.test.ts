import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogFields } from '../../../../src/base/logger.ts';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { openLogFile } from '../../../../src/eventlog/logFile.ts';
import { readEvents } from '../../../../src/eventlog/reader.ts';
import { verifyLog } from '../../../../src/eventlog/verify.ts';
import { Flow } from '../../../../src/host/session/flow.ts';
import { Journal } from '../../../../src/host/session/journal.ts';
import { LogGuard } from '../../../../src/host/session/logGuard.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakePty } from '../../../support/fakePty.ts';
import { SESSION } from '../../../support/runBench.ts';

let directory: string;
let file: string;
let clock: FakeClock;
/** Operations that fail with EIO now, and how often each was asked for. */
let broken: Set<string>;
let asked: string[];
let diary: (LogFields & { msg: string })[];
let pty: FakePty;
let flow: Flow;
let appender: LogAppender;
let journal: Journal;
let guard: LogGuard;

function tried(name: string): void {
  asked.push(name);
  if (broken.has(name)) throw Object.assign(new Error('the disk is ill'), { code: 'EIO' });
}

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-guard-'));
  file = path.join(directory, 'events.jsonl');
  clock = new FakeClock();
  broken = new Set();
  asked = [];
  diary = [];
  pty = new FakePty({ clock });
  flow = new Flow(pty);
  appender = LogAppender.create(file, {
    sessionId: SESSION,
    clock,
    openFile: (name, mode) => {
      const real = openLogFile(name, mode);
      return {
        ...real,
        write: (bytes, from) => (tried('write'), real.write(bytes, from)),
        sync: async () => (tried('sync'), real.sync()),
        rewrite: async (from) => (tried('rewrite'), real.rewrite(from)),
      };
    },
    started: {
      formatVersion: 1,
      sessionId: SESSION,
      command: ['x'],
      cwd: '/',
      cols: 80,
      rows: 24,
      term: 'xterm',
      toolVersion: '0',
      platform: 'linux',
      unicodeVersion: '11',
    },
  });
  journal = new Journal(appender, clock, (reason) => {
    if (reason === null) flow.release('log');
    else flow.hold('log', reason);
  });
  const logger = {
    log: (_level: string, _category: string, msg: string, fields?: LogFields) => void diary.push({ ...fields, msg }),
  };
  guard = new LogGuard({ sessionId: SESSION, appender, journal, clock, logger });
});
afterEach(async () => {
  await guard[Symbol.asyncDispose]();
  await journal.close();
  expect(clock.pendingTimers).toBe(0);
  fs.rmSync(directory, { recursive: true });
});

async function types(): Promise<string[]> {
  const found: string[] = [];
  for await (const event of readEvents(file)) found.push(event.type);
  return found;
}

/** Lets time pass until `holds`, a second at a time. */
async function passUntil(holds: () => boolean): Promise<void> {
  await expect
    .poll(() => {
      if (holds()) return true;
      clock.advance(1_000);
      return holds();
    })
    .toBe(true);
}

describe('a disk that fails', () => {
  it('pauses the session at once, says why, and is not believed before everything was written anew', async () => {
    broken.add('sync').add('rewrite');
    const seq = journal.commit({ type: 'marker', payload: { label: 'before' } });
    journal.syncSoon();
    await expect.poll(() => flow.reason).toContain('durability lost');
    expect(diary.map(({ msg }) => msg)).toContain('the disk failed');
    expect(() => journal.commit({ type: 'input_text', payload: { data: 'x' } })).toThrow('durability lost');
    const kept = journal.enqueue({ type: 'output', payload: { data: 'kept' } });
    journal.flush();
    await passUntil(() => asked.filter((name) => name === 'rewrite').length >= 3);
    expect({ syncs: asked.filter((name) => name === 'sync').length, last: appender.lastSeq }).toEqual({
      syncs: 1,
      last: seq,
    });
    expect(flow.reason).toContain('putting it right failed: EIO');
    broken.clear();
    await passUntil(() => flow.reason === null);
    expect(appender.lastSeq).toBe(kept + 1);
    expect(await types()).toEqual(['session_started', 'marker', 'output', 'durability_lost']);
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true });
    expect(pty.isPaused).toBe(false);
  });

  it('is told of when a write says EIO, and nothing of the batch is lost', async () => {
    broken.add('write').add('rewrite');
    const written: number[] = [];
    journal.enqueue({ type: 'output', payload: { data: 'a' } }, () => written.push(1));
    journal.flush();
    expect(flow.reason).not.toBeNull();
    const writes = asked.filter((name) => name === 'write').length;
    clock.advance(900);
    expect(asked.filter((name) => name === 'write')).toHaveLength(writes); // not tried as if nothing had happened
    await expect.poll(() => flow.reason).toContain('durability lost');
    broken.clear();
    await passUntil(() => flow.reason === null);
    expect(written).toEqual([1]);
    expect(await types()).toEqual(['session_started', 'output', 'durability_lost']);
  });
});

describe('a log that is gone from its place', () => {
  it('is noticed within a second though nothing is written, put back, and told of', async () => {
    fs.rmSync(file);
    clock.advance(1_000);
    expect(flow.reason).toContain('deleted or moved away');
    await passUntil(() => flow.reason === null);
    expect(await types()).toEqual(['session_started', 'log_replaced']);
    expect(diary.map(({ msg }) => msg)).toContain('the log was put right');
  });

  it('leaves the session paused when it cannot be put back', async () => {
    fs.rmSync(directory, { recursive: true });
    await passUntil(() => flow.reason?.includes('ENOENT') === true);
    expect(() => journal.commit({ type: 'input_text', payload: { data: 'x' } })).toThrow('ENOENT');
    fs.mkdirSync(directory);
    await passUntil(() => flow.reason === null);
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
  });
});
