/**
 * Main-thread side of the live screens: one worker thread for all, started with the first screen, watched, and replaced
 * when it fails. Hostile output can hold the worker, never its caller. Knows no log: a session says how to replay its own.
 */
import { errorFields } from '../../base/logger.ts';
import type { Logger } from '../../base/logger.ts';
import type { Clock } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';
import { LiveScreen } from './liveScreen.ts';
import type { Screen, ScreenOptions } from './liveScreen.ts';
import { WorkerLink } from './workerLink.ts';
import type { WorkerFailure } from './workerLink.ts';
import type { ScreenNumber, WorkerReply } from '../workerProtocol.ts';

/**
 * Failures of workers within {@link FAILURE_WINDOW_MS} after which the service gives up instead of starting the next. Those at the
 * output of a session do not count: a program must not be able to take the screens of others.
 */
const MAX_FAILURES = 10;
/** Failures at the output of one session after which it loses its screen; each makes all the others be built anew. */
const MAX_OWN_FAILURES = 3;
const FAILURE_WINDOW_MS = 60_000;

/** Options of {@link ScreenService}. */
export interface ScreenServiceOptions {
  /** The built worker (`src/screen/worker/worker.ts` as JavaScript). */
  readonly entry: URL | string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each screen that a failure of the worker took down. It is being rebuilt unless `lost`. */
  readonly onFailure?: (failure: ScreenFailure) => void;
}

/** What happened to one screen. */
export interface ScreenFailure {
  /** The id given to {@link ScreenService.open}. */
  readonly id: string;
  readonly reason: string;
  /** The event that the worker was at when it failed; the rebuilt screen leaves it out. */
  readonly skippedSeq?: number;
  /** No rebuild will come: `state` and `waitFor` reject from here on. */
  readonly lost: boolean;
}

/** Owns the worker and every screen opened from it. */
export class ScreenService implements AsyncDisposable {
  readonly #options: ScreenServiceOptions;
  readonly #screens = new Map<ScreenNumber, LiveScreen>();
  readonly #unflushed = new Set<LiveScreen>();
  #link: WorkerLink | undefined;
  #nextNumber = 1;
  #failuresAtMs: readonly number[] = [];
  readonly #ownFailuresAtMs = new WeakMap<LiveScreen, readonly number[]>();
  #givenUp: TtyError | undefined;
  #isFlushing = false;
  #isDisposed = false;

  constructor(options: ScreenServiceOptions) {
    this.#options = options;
  }

  /** Opens a blank screen for session `id` and starts the worker if there is none. The caller disposes the screen. */
  open(id: string, options: ScreenOptions): Screen {
    if (this.#isDisposed)
      throw new TtyError('HOST_STOPPING', `no screen can be opened for ${id}: the host is going down`);
    const screen = new LiveScreen(id, options, {
      post: (request, transfer) => this.#link?.post(request, transfer),
      nextNumber: () => this.#nextNumber++,
      hasQueued: () => this.#scheduleFlush(screen),
      renumbered: (from, to) => {
        if (from !== undefined) this.#screens.delete(from);
        if (to !== undefined) this.#screens.set(to, screen);
        else this.#unflushed.delete(screen);
      },
      lost: (error) => this.#lost(screen, error),
    });
    if (this.#givenUp === undefined) {
      this.#link ??= this.#startWorker();
      screen.start();
    } else screen.lose(this.#givenUp);
    return screen;
  }

  /** Stops the worker. Open screens are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    for (const screen of this.#screens.values()) screen[Symbol.dispose]();
    await this.#link?.[Symbol.asyncDispose]();
    this.#link = undefined;
  }

  #startWorker(): WorkerLink {
    const { entry, clock } = this.#options;
    return new WorkerLink({
      entry,
      clock,
      onReply: (reply) => this.#reply(reply),
      onFailure: (failure) => this.#workerFailed(failure),
    });
  }

  #reply(reply: WorkerReply): void {
    // none: the screen was closed while the reply was under way
    this.#screens.get(reply.screen)?.reply(reply);
  }

  /** All bytes fed in one turn of the event loop go out together. */
  #scheduleFlush(screen: LiveScreen): void {
    this.#unflushed.add(screen);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      const screens = [...this.#unflushed];
      this.#unflushed.clear();
      for (const each of screens) each.flush();
    });
  }

  #workerFailed(failure: WorkerFailure): void {
    this.#link = undefined;
    if (this.#isDisposed) return;
    const { clock, logger } = this.#options;
    const { reason, active } = failure;
    logger.log('error', 'screen', reason, {
      ...(failure.cause === undefined ? {} : errorFields(failure.cause)),
      active,
    });
    const culprit = active === undefined ? undefined : this.#screens.get(active.screen);
    if (culprit === undefined) this.#failuresAtMs = recent(this.#failuresAtMs, clock);
    else this.#countAgainst(culprit, reason);
    const screens = [...this.#screens.values()];
    if (this.#failuresAtMs.length > MAX_FAILURES) {
      this.#givenUp = new TtyError('INTERNAL_ERROR', `the screen worker failed ${MAX_FAILURES} times within a minute`, {
        cause: failure.cause,
      });
      for (const screen of screens) screen.lose(this.#givenUp);
      return;
    }
    if (screens.length > 0) this.#link = this.#startWorker();
    for (const screen of screens) {
      const skippedSeq = screen === culprit ? active?.seq : undefined;
      screen.rebuild(skippedSeq);
      this.#options.onFailure?.({
        id: screen.id,
        reason,
        ...(skippedSeq === undefined ? {} : { skippedSeq }),
        lost: false,
      });
    }
  }

  /** A session whose output takes the worker down again and again loses its screen. */
  #countAgainst(screen: LiveScreen, reason: string): void {
    const failures = recent(this.#ownFailuresAtMs.get(screen) ?? [], this.#options.clock);
    this.#ownFailuresAtMs.set(screen, failures);
    if (failures.length <= MAX_OWN_FAILURES) return;
    const message = `the output of session ${screen.id} made the screen worker fail ${failures.length} times within a minute: ${reason}`;
    screen.lose(new TtyError('INTERNAL_ERROR', message));
  }

  #lost(screen: LiveScreen, error: TtyError): void {
    this.#options.logger.log('error', 'screen', 'a screen is lost; its program gets no answers to queries', {
      sessionId: screen.id,
      ...errorFields(error),
    });
    this.#options.onFailure?.({ id: screen.id, reason: error.message, lost: true });
  }
}

/** The failures that still count, and the one that was now. */
function recent(failuresAtMs: readonly number[], clock: Clock): readonly number[] {
  const now = clock.nowMs();
  return [...failuresAtMs.filter((at) => at > now - FAILURE_WINDOW_MS), now];
}
