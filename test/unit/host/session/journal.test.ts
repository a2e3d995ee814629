import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { type LogFile, openLogFile } from '../../../../src/eventlog/logFile.ts';
import { verifyLog } from '../../../../src/eventlog/verify.ts';
import { Ingest } from '../../../../src/host/session/ingest.ts';
import { Journal } from '../../../../src/host/session/journal.ts';
import type { Screen } from '../../../../src/screen/live/liveScreen.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
let directory: string;
let clock: FakeClock;
let isFull: boolean;
let reasons: (string | null)[];
let appender: LogAppender;
let journal: Journal;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-journal-'));
  clock = new FakeClock();
  isFull = false;
  reasons = [];
  appender = LogAppender.create(path.join(directory, 'events.jsonl'), {
    sessionId: ID,
    clock,
    openFile: (file, mode) => withFullDisk(openLogFile(file, mode)),
    started: {
      formatVersion: 1,
      sessionId: ID,
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
  journal = new Journal(appender, clock, (reason) => reasons.push(reason));
});
afterEach(async () => {
  await journal.close();
  fs.rmSync(directory, { recursive: true });
});

function withFullDisk(file: LogFile): LogFile {
  return {
    ...file,
    write(bytes, from) {
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return file.write(bytes, from);
    },
  };
}

describe('Journal', () => {
  it('keeps what a full disk refuses, says why, and goes on by itself when there is room', async () => {
    const written: number[] = [];
    isFull = true;
    const first = journal.enqueue({ type: 'output', payload: { data: 'a' } }, () => written.push(1));
    journal.flush();
    const second = journal.enqueue({ type: 'output', payload: { data: 'b' } }, () => written.push(2));
    expect({ first, second, blocked: journal.blocked, written }).toEqual({
      first: 1,
      second: 2,
      blocked: 'ENOSPC',
      written: [],
    });
    isFull = false;
    clock.advance(250);
    expect({ blocked: journal.blocked, written, reasons }).toEqual({
      blocked: null,
      written: [1, 2],
      reasons: ['ENOSPC', null],
    });
    await journal.close();
    expect(await verifyLog(path.join(directory, 'events.jsonl'), ID)).toMatchObject({ ok: true, events: 3 });
  });

  it('refuses what must be on record before it acts, and forgets it', () => {
    isFull = true;
    expect(() => journal.commit({ type: 'input_text', payload: { data: 'x' } })).toThrow('nothing was sent');
    isFull = false;
    expect(journal.commit({ type: 'input_text', payload: { data: 'y' } })).toBe(1);
    expect(fs.readFileSync(path.join(directory, 'events.jsonl'), 'utf8')).not.toContain('"x"}');
  });

  it('does not stay blocked when nothing waits to be written', () => {
    isFull = true;
    expect(() => journal.commit({ type: 'input_text', payload: { data: 'x' } })).toThrow('nothing was sent');
    clock.advance(250);
    expect(reasons).toEqual(['ENOSPC', null]);
  });

  it('settles once everything is written', async () => {
    isFull = true;
    journal.enqueue({ type: 'output', payload: { data: 'a' } });
    const settled = journal.settled();
    isFull = false;
    clock.advance(250);
    await settled;
    expect(journal.head.seq).toBe(1);
  });
});

describe('Ingest', () => {
  it('shows marks before modes, logs before it shows, and handles a turn in one piece', () => {
    const calls: string[] = [];
    const screen: Pick<Screen, 'feed'> = {
      feed: (bytes, seq) => void calls.push(`screen ${bytes.toString()} ${seq} of ${journal.head.seq}`),
    };
    const ingest: Ingest = new Ingest({
      clock,
      journal,
      screen,
      scanModes: (chunk) => void calls.push(`modes ${chunk.toString()}`),
      feedRuns: (chunk) => {
        calls.push(`runs ${chunk.toString()}`);
        ingest.appendOutput(chunk);
      },
      onTurn: () => void calls.push('turn'),
    });
    const shared = Buffer.from('ab');
    ingest.take(shared.subarray(0, 1));
    ingest.take(shared.subarray(1));
    shared.fill('!');
    ingest.drain();
    expect(calls).toEqual(['runs ab', 'modes ab', 'screen ab 1 of 1', 'turn']);
  });
});
