/** Makes the log of a new session. */
import { syncDirectory } from '../../base/atomicFile.ts';
import type { Clock } from '../../base/clock.ts';
import { LogAppender, LogWriteError } from '../../eventlog/appender.ts';
import { TtyError } from '../../protocol/errors.ts';
import { type SessionPaths, sessionsDirectory } from '../../protocol/homeLayout.ts';
import type { SessionParams } from './sessionParams.ts';
import type { SessionRedaction } from './sessionRedaction.ts';
import { LOG_FORMAT_VERSION, PACKAGE_VERSION } from '../../protocol/version.ts';

export interface SessionLogOptions {
  readonly id: string;
  readonly params: SessionParams;
  readonly home: string;
  readonly clock: Clock;
  readonly redaction: Pick<SessionRedaction, 'shown' | 'facts'>;
}

/** The appender of a new log whose first event describes the session. @throws TtyError `STORAGE_WRITE_ERROR` */
export function createSessionLog(
  options: SessionLogOptions,
  paths: SessionPaths,
  command: readonly string[],
): LogAppender {
  const { id, params, home, clock, redaction } = options;
  const shown = (text: string): string => redaction.shown(text);
  try {
    const appender = LogAppender.create(paths.log, {
      sessionId: id,
      clock,
      started: {
        formatVersion: LOG_FORMAT_VERSION,
        sessionId: id,
        command: command.map(shown),
        cwd: shown(params.cwd),
        cols: params.cols,
        rows: params.rows,
        term: shown(params.term),
        ...(params.name === undefined ? {} : { name: params.name }),
        ...(params.provider === undefined ? {} : { provider: params.provider }),
        toolVersion: PACKAGE_VERSION,
        platform: process.platform,
        unicodeVersion: '11',
        ...(redaction.facts === undefined ? {} : { redact: redaction.facts }),
      },
    });
    syncDirectory(sessionsDirectory(home));
    return appender;
  } catch (cause) {
    if (cause instanceof LogWriteError || (cause instanceof Error && 'code' in cause)) {
      throw new TtyError('STORAGE_WRITE_ERROR', `the session's files cannot be made: ${cause.message}`, { cause });
    }
    throw cause;
  }
}
