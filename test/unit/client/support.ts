import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { LogAppender } from '../../../src/eventlog/appender.ts';
import type { EventPayloads, NewEvent } from '../../../src/protocol/events.ts';
import { sessionPaths } from '../../../src/protocol/homeLayout.ts';
import { FakeClock } from '../../support/fakeClock.ts';

export const SESSION_ID = '01JZ0000000000000000000001';

/** A directory that is gone after the test. */
export function newDirectory(): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-client-')));
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const STARTED: EventPayloads['session_started'] = {
  formatVersion: 1,
  sessionId: SESSION_ID,
  command: ['bash'],
  cwd: '/',
  cols: 20,
  rows: 4,
  term: 'xterm-256color',
  toolVersion: '0.1.0',
  platform: 'linux',
  unicodeVersion: '11',
};

/** A real log of one session in a home, written by the real appender. */
export function newLog(home = newDirectory()): {
  home: string;
  file: string;
  clock: FakeClock;
  append(...events: NewEvent[]): number;
} {
  const clock = new FakeClock();
  const paths = sessionPaths(home, SESSION_ID);
  fs.mkdirSync(paths.directory, { recursive: true });
  const appender = LogAppender.create(paths.log, { sessionId: SESSION_ID, clock, started: STARTED });
  onTestFinished(() => appender.close());
  return {
    home,
    file: paths.log,
    clock,
    append: (...events) => {
      appender.append(events);
      return fs.statSync(paths.log).size;
    },
  };
}

export function output(data: string): NewEvent {
  return { type: 'output', payload: { data } };
}

export function runId(n: number): string {
  return `${SESSION_ID}.${n}`;
}

export function inputRun(n: number, source: 'hooks' | 'process' = 'hooks'): NewEvent {
  return {
    type: 'input_run',
    payload: { command: `command ${n}`, noWait: false, marker: `marker ${n}`, runId: runId(n), source },
  };
}

export function runStarted(n: number, inputRunSeq: number): NewEvent {
  return { type: 'run_started', payload: { runId: runId(n), inputRunSeq } };
}

export function runComplete(n: number, inputRunSeq: number, exitCode: number | null): NewEvent {
  return {
    type: 'run_complete',
    payload: {
      marker: `marker ${n}`,
      inputRunSeq,
      runId: runId(n),
      outcome: 'finished',
      exitCode,
      evidence: ['hook_mark'],
      confidence: 'certain',
      durationMs: 12,
    },
  };
}
