/** What a log tells of its session, for a home whose record of it is gone. */
import fs from 'node:fs';
import type { LogEvent } from '../protocol/events.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { openForReading } from './logFile.ts';
import { LogScanner, readChunksSync } from './scanner.ts';

/**
 * A record of session `sessionId` as its log in `file` begins: running, on no host that is known. `undefined` when the log does
 * not begin with the start of that session. Throws `STORAGE_READ_ERROR`, `REFUSED_UNSAFE` when it cannot be read.
 */
export function sessionFromLog(file: string, sessionId: string, hostId: string): SessionRecord | undefined {
  const first = firstEvent(file, sessionId);
  if (first === undefined) return undefined;
  const { cwd, term, cols, rows, name, command, provider, redact } = first.payload;
  if (typeof cwd !== 'string' || typeof term !== 'string' || typeof cols !== 'number' || typeof rows !== 'number')
    return undefined;
  return {
    version: 1,
    sessionId,
    hostId,
    createdAt: first.ts,
    updatedAt: first.ts,
    status: 'running',
    command: Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [],
    cwd,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof provider === 'string' ? { provider } : {}),
    shell: null,
    term,
    cols,
    rows,
    creationCols: cols,
    creationRows: rows,
    hostPid: null,
    hostIdentity: null,
    childPid: null,
    childIdentity: null,
    exitCode: null,
    exitSignal: null,
    completionSource: 'process',
    ...(Array.isArray(redact) ? { redact: redact.map(ruleName).filter((rule) => rule !== undefined) } : {}),
  };
}

function ruleName(fact: unknown): string | undefined {
  const { rule }: { rule?: unknown } = typeof fact === 'object' && fact !== null ? fact : {};
  return typeof rule === 'string' ? rule : undefined;
}

function firstEvent(file: string, sessionId: string): LogEvent | undefined {
  const fd = openForReading(file);
  try {
    const scanner = new LogScanner({ from: 'start', sessionId }, 0);
    for (const chunk of readChunksSync(fd, 0)) {
      for (const event of scanner.feed(chunk)) return event;
      if (scanner.fault !== undefined) return undefined;
    }
    return scanner.takeUnended();
  } finally {
    fs.closeSync(fd);
  }
}
