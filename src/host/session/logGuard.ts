/**
 * Watches a session's log while it is written: that it lies where it is looked for, that nobody else writes to it or may read
 * it, that the disk keeps it. While something is wrong nothing is appended, so the program is paused and `inspect` says why;
 * what can be put right is, and the log tells of it.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import type { LogAppender, LogTrouble } from '../../eventlog/appender.ts';
import type { Journal } from './journal.ts';

/** How often the log is looked at. Longer writes more into a file that nobody will find. */
const LOOK_EVERY_MS = 1_000;

export interface LogGuardOptions {
  readonly sessionId: string;
  readonly appender: LogAppender;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Begins with the first look at once; disposing it waits for a repair under way, so close the log afterwards. */
export class LogGuard implements AsyncDisposable {
  readonly #options: LogGuardOptions;
  #timer: Timer | undefined;
  #repair: Promise<void> | undefined;
  #heldFor: LogTrouble | undefined;
  #stopped = false;

  constructor(options: LogGuardOptions) {
    this.#options = options;
    options.appender.onDurabilityLost((error) => {
      options.logger.log('error', 'log', 'the disk failed', { sessionId: options.sessionId, ...errorFields(error) });
      this.#look();
    });
    this.#schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await this.#repair;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer?.clear();
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => this.#look(), { background: true });
  }

  #look(): void {
    const { appender } = this.#options;
    if (this.#repair !== undefined || this.#stopped) return;
    const trouble = this.#seen();
    if (trouble === undefined) {
      this.#hold(undefined);
      this.#schedule();
      return;
    }
    // of a trouble that lasts, the reason why it could not be put right stays
    if (trouble.kind !== this.#heldFor?.kind) this.#hold(trouble);
    const fromSeq = appender.syncedSeq + 1;
    this.#repair = this.#mend(trouble, fromSeq).finally(() => {
      this.#repair = undefined;
      this.#schedule();
    });
  }

  /** What is wrong now; a look that itself fails is wrong enough. */
  #seen(): LogTrouble | undefined {
    const { appender, journal, logger, sessionId } = this.#options;
    try {
      const mode = appender.makePrivate();
      if (mode !== undefined) {
        const text = mode.toString(8).padStart(4, '0');
        logger.log('warn', 'log', 'others had access to the log', { sessionId, mode: text });
        journal.enqueue({ type: 'perm_fixed', payload: { mode: text } });
        journal.flush();
      }
      return appender.trouble();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      return { kind: 'other', reason: `the log cannot be looked at: ${String(error.code)}` };
    }
  }

  async #mend(trouble: LogTrouble, fromSeq: number): Promise<void> {
    const { appender, journal, logger, sessionId } = this.#options;
    const toSeq = appender.lastSeq;
    const left = await appender.mend();
    if (left !== undefined) {
      this.#hold(left);
      return;
    }
    logger.log('warn', 'log', 'the log was put right', { sessionId, reason: trouble.reason });
    const { reason } = trouble;
    if (trouble.kind === 'sync') journal.enqueue({ type: 'durability_lost', payload: { reason, fromSeq, toSeq } });
    else journal.enqueue({ type: 'log_replaced', payload: { reason } });
    this.#hold(undefined);
  }

  /** Keeps the journal from writing while there is trouble; the diary gets each new one once. */
  #hold(trouble: LogTrouble | undefined): void {
    const { journal, logger, sessionId } = this.#options;
    const isNew = trouble !== undefined && trouble.reason !== this.#heldFor?.reason;
    this.#heldFor = trouble;
    if (isNew) logger.log('error', 'log', trouble.reason, { sessionId });
    journal.hold(trouble?.reason ?? null);
  }
}
