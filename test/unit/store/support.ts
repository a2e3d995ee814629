import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { sessionPaths } from '../../../src/protocol/homeLayout.ts';
import type { SessionRecord } from '../../../src/protocol/sessionRecord.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) fs.rmSync(home, { recursive: true, force: true });
});

/** A home with nothing in it, removed at the test's end. */
export function newHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-home-'));
  homes.push(home);
  return home;
}

export function sessionId(n: number): string {
  return `01JZ${String(n).padStart(22, '0')}`;
}

export function record(n: number, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    version: 1,
    sessionId: sessionId(n),
    hostId: 'main',
    createdAt: '2030-01-01T00:00:00.000Z',
    updatedAt: '2030-01-01T00:00:00.000Z',
    status: 'exited',
    command: ['/bin/sh'],
    cwd: '/',
    shell: '/bin/sh',
    term: 'xterm-256color',
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
    completionSource: 'hooks',
    ...changes,
  };
}

/** Writes `value` (JSON, or text as it is) as the record of session `n` and returns the file. */
export function putRecord(home: string, n: number, value: object | string): string {
  const { directory, manifest } = sessionPaths(home, sessionId(n));
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(manifest, typeof value === 'string' ? value : JSON.stringify(value));
  return manifest;
}
