/** Keeps a session's `session.json` true: written at the start and at each change of its state. */
import path from 'node:path';
import { makePrivateDirectory } from '../../base/atomicFile.ts';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { identify, type ProcessIdentity } from '../../base/processIdentity.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { SessionParams } from './sessionParams.ts';
import type { SessionRedaction } from './sessionRedaction.ts';
import { writeSessionRecord } from '../../store/manifest.ts';
import type { Journal } from './journal.ts';
import type { PreparedLaunch } from './launch.ts';
import { hasEnded, INITIAL_SESSION_STATE, type SessionState } from './sessionState.ts';

export interface SessionFileOptions {
  readonly id: string;
  readonly hostId: string;
  readonly params: SessionParams;
  readonly launch: PreparedLaunch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redaction: Pick<SessionRedaction, 'shown' | 'facts'>;
  /** Path of `session.json`. */
  readonly file: string;
}

export class SessionFile {
  readonly #options: SessionFileOptions;
  /** ISO 8601. */
  readonly createdAt: string;
  #endedAt: string | undefined;
  #child: ProcessIdentity | null = null;
  #journal: Journal | undefined;
  #size: { readonly cols: number; readonly rows: number };

  constructor(options: SessionFileOptions) {
    this.#options = options;
    this.#size = options.params;
    this.createdAt = new Date(options.clock.wallMs()).toISOString();
  }

  /** The program runs, and its log is open: from now on the file says so. */
  started(child: ProcessIdentity, journal: Journal): void {
    this.#child = child;
    this.#journal = journal;
  }

  /** The terminal has another size from now on. */
  resized(size: { readonly cols: number; readonly rows: number }, state: SessionState): void {
    this.#size = size;
    this.write(state);
  }

  /** Replaces the file. A home that cannot be written is logged: the event log stays the truth, the next change tries again. */
  write(state: SessionState): void {
    const { id, hostId, params, launch, redaction, clock, logger, file } = this.#options;
    const shown = (text: string): string => redaction.shown(text);
    const now = new Date(clock.wallMs()).toISOString();
    const isOver = hasEnded(state);
    if (isOver) this.#endedAt ??= now;
    const seq = this.#journal?.head.seq ?? -1;
    try {
      writeSessionRecord(file, {
        version: 1,
        sessionId: id,
        hostId,
        createdAt: this.createdAt,
        updatedAt: now,
        status: state.status,
        ...(state.failureReason === null ? {} : { failureReason: state.failureReason }),
        command: launch.plan.argv.map(shown),
        cwd: shown(params.cwd),
        ...(params.name === undefined ? {} : { name: params.name }),
        shell: launch.shellPath === null ? null : shown(launch.shellPath),
        term: shown(params.term),
        cols: this.#size.cols,
        rows: this.#size.rows,
        creationCols: params.cols,
        creationRows: params.rows,
        hostPid: isOver ? null : process.pid,
        hostIdentity: isOver ? null : (identify(process.pid) ?? null),
        childPid: isOver ? null : (this.#child?.pid ?? null),
        childIdentity: isOver ? null : this.#child,
        exitCode: state.exitCode,
        exitSignal: state.exitSignal,
        ...(params.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: params.idleTimeoutMs }),
        completionSource: launch.source?.name ?? 'process',
        ...(redaction.facts === undefined ? {} : { redact: redaction.facts.map(({ rule }) => rule) }),
        ...(params.provider === undefined ? {} : { provider: params.provider }),
        ...(isOver
          ? {
              endedAt: this.#endedAt ?? now,
              eventCount: seq + 1,
              lastEventSeq: seq,
              logBytes: this.#journal?.offsetBytes ?? 0,
            }
          : {}),
      });
    } catch (error) {
      logger.log('error', 'session', 'session.json could not be written', { sessionId: id, ...errorFields(error) });
    }
  }
}

/**
 * Makes the session's directory and its first `session.json`, before anything is started: a host that dies right after
 * leaves no process that the next one does not know of.
 */
export function createSessionFile(options: SessionFileOptions): SessionFile {
  try {
    makePrivateDirectory(path.dirname(options.file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_WRITE_ERROR', `the session's directory cannot be made: ${why}`, { cause });
  }
  const file = new SessionFile(options);
  file.write(INITIAL_SESSION_STATE);
  return file;
}
