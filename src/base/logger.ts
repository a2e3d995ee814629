import fs from 'node:fs';
import type { Clock } from './clock.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** error = someone must act; warn = coped with; info = life cycle; debug = the rest. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Structured fields of a record. PTY bytes and typed input never go in here. */
export type LogFields = Readonly<Record<string, unknown>>;

/** How the program itself is doing, one JSON object a line. What happens in sessions goes to their event logs instead. */
export interface Logger {
  log(level: LogLevel, category: string, message: string, fields?: LogFields): void;
}

/** Writes to an open descriptor, synchronously: a crash loses nothing. The descriptor stays the caller's. */
export function fileLogger(fd: number, clock: Clock, threshold: LogLevel): Logger {
  const highest = LOG_LEVELS.indexOf(threshold);
  return {
    log(level, category, message, fields) {
      if (LOG_LEVELS.indexOf(level) > highest) return;
      const record = { time: new Date(clock.wallMs()).toISOString(), level, category, msg: message, ...fields };
      try {
        fs.writeSync(fd, `${JSON.stringify(record)}\n`);
      } catch {
        // a full disk must not stop the host for the sake of its own diary
      }
    },
  };
}

/** An error as log fields, causes included. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { err: String(error) };
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause) };
  return { err: error.message, stack: error.stack, ...cause };
}
