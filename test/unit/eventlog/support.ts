import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { LogAppender } from '../../../src/eventlog/appender.ts';
import type { AppenderOptions } from '../../../src/eventlog/appender.ts';
import { openLogFile } from '../../../src/eventlog/logFile.ts';
import type { LogFile, OpenLogFile } from '../../../src/eventlog/logFile.ts';
import { readEvents } from '../../../src/eventlog/reader.ts';
import type { ReadOptions } from '../../../src/eventlog/reader.ts';
import type { EventPayloads, LogEvent, NewEvent } from '../../../src/protocol/events.ts';
import { LOG_FORMAT_VERSION } from '../../../src/protocol/version.ts';
import { FakeClock } from '../../support/fakeClock.ts';

export const SESSION = '01JZ0000000000000000000000';

export const STARTED: EventPayloads['session_started'] = {
  formatVersion: LOG_FORMAT_VERSION,
  sessionId: SESSION,
  command: ['/bin/sh'],
  cwd: '/',
  cols: 80,
  rows: 24,
  term: 'xterm-256color',
  toolVersion: '0.1.0',
  platform: 'linux',
  unicodeVersion: '11',
};

export function output(data: string): NewEvent {
  return { type: 'output', payload: { data } };
}

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) fs.rmSync(directory, { recursive: true, force: true });
});

/** Path of a log that does not exist yet, in a directory that the test's end removes. */
export function newLogPath(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-log-'));
  directories.push(directory);
  return path.join(directory, 'events.jsonl');
}

export function create(file: string, options: Partial<AppenderOptions> = {}): LogAppender {
  return LogAppender.create(file, { sessionId: SESSION, clock: new FakeClock(), started: STARTED, ...options });
}

export function reopen(file: string, options: Partial<AppenderOptions> = {}): LogAppender {
  return LogAppender.reopen(file, { sessionId: SESSION, clock: new FakeClock(), ...options });
}

/** A closed log of `session_started` and one output event for each of `texts`. */
export async function writeLog(file: string, texts: readonly string[]): Promise<void> {
  const clock = new FakeClock();
  const log = create(file, { clock });
  for (const text of texts) {
    clock.advance(1);
    log.append([output(text)]);
  }
  await log.close();
}

export async function readAll(file: string, options: ReadOptions = {}): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for await (const event of readEvents(file, options)) events.push(event);
  return events;
}

/** Opens real files through `change`, which may replace some of their operations. */
export function openWith(change: (file: LogFile) => Partial<LogFile>): OpenLogFile {
  return (file, mode) => {
    const real = openLogFile(file, mode);
    return { ...real, ...change(real) };
  };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`injected ${code}`), { code });
}

/** Byte offsets at which the lines of a log end, LF included. */
export function lineEnds(bytes: Buffer): number[] {
  return [...bytes.keys()].filter((at) => bytes[at] === 0x0a).map((at) => at + 1);
}
