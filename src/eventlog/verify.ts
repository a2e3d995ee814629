/** Checks a whole log in one pass, in constant memory. */
import fs from 'node:fs';
import type { LogHead } from '../protocol/events.ts';
import { openForReading } from './logFile.ts';
import { LogScanner, readChunks } from './scanner.ts';
import type { LogFault } from './scanner.ts';

export interface Verification {
  /** Every byte of the file belongs to a good event of this session. */
  readonly ok: boolean;
  /** Good events from the first on. */
  readonly events: number;
  /** The last of them; `seq` -1 when there is none. */
  readonly head: LogHead;
  /** Bytes that they take. */
  readonly bytes: number;
  /** Bytes at the end that are no whole line: an event under way, or torn by a crash. Not a fault, but not `ok` either. */
  readonly tornTailBytes: number;
  /** What is wrong first; what comes behind it was not looked at. */
  readonly fault?: LogFault;
}

/**
 * Checks form, hash chain, `seq` and `t` of all events. A last line that lacks only its LF counts as an event; a log
 * without a byte is `ok`. Faults are a result; throws `STORAGE_READ_ERROR` or `REFUSED_UNSAFE` when there is no file to read.
 */
export async function verifyLog(file: string, sessionId: string): Promise<Verification> {
  const scanner = new LogScanner({ from: 'start', sessionId }, 0);
  const fd = openForReading(file);
  try {
    for await (const chunk of readChunks(fd, 0)) {
      scanner.drain(chunk);
      if (scanner.fault !== undefined) break;
    }
    scanner.takeUnended();
  } finally {
    fs.closeSync(fd);
  }
  const { events, head, offset: bytes, tornTailBytes, fault } = scanner;
  if (fault !== undefined) return { ok: false, events, head, bytes, tornTailBytes: 0, fault };
  return { ok: tornTailBytes === 0, events, head, bytes, tornTailBytes };
}
