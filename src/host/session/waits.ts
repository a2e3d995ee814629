/** The one door for waiting on a session: screen conditions, silence, the end of the program; deadline and cancellation. */
import type { Clock, Timer } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { WaitCondition, WaitResult } from '../../protocol/methods/screen.ts';
import type { Screen, ScreenMatch } from '../../screen/liveScreen.ts';

/** What a wait needs to know of its session. */
export interface WaitSubject {
  readonly clock: Clock;
  readonly screen: Screen;
  /** Set once the program is gone and its last output is logged. */
  readonly ended: () => { readonly exitCode: number | null } | undefined;
  /** Monotonic ms of the last byte from the program. */
  readonly lastOutputMs: () => number;
}

export interface WaitOptions {
  /** 0 waits without a bound. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type Ending =
  | { readonly kind: 'matched'; readonly match?: ScreenMatch }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'sessionExited' };

interface Waiter {
  /** Called when the program is gone. */
  ended(): void;
}

export class Waits {
  readonly #subject: WaitSubject;
  readonly #waiters = new Set<Waiter>();

  constructor(subject: WaitSubject) {
    this.#subject = subject;
  }

  /** Waiters under way; a test holds it at 0 after every ending. */
  get count(): number {
    return this.#waiters.size;
  }

  /** To be called once, when the program is gone: settles what waits for it. */
  sessionEnded(): void {
    for (const waiter of this.#waiters) waiter.ended();
  }

  /**
   * Resolves when the condition holds, the time is over or the session ends; never rejects for a timeout.
   *
   * @throws TtyError `INVALID_INPUT` for a pattern that cannot be used, `CANCELLED` when the caller goes
   */
  async wait(condition: WaitCondition, options: WaitOptions): Promise<Omit<WaitResult, 'sessionId'>> {
    const { clock } = this.#subject;
    const startMs = clock.nowMs();
    const ending = await this.#until(condition, options);
    const match = ending.kind === 'matched' ? ending.match : undefined;
    return {
      matched: ending.kind === 'matched',
      timedOut: ending.kind === 'timedOut',
      sessionExited: ending.kind === 'sessionExited',
      exitCode: this.#subject.ended()?.exitCode ?? null,
      ...(match === undefined ? {} : screenFields(match)),
      durationMs: Math.round(clock.nowMs() - startMs),
    };
  }

  async #until(condition: WaitCondition, options: WaitOptions): Promise<Ending> {
    const stop = new AbortController();
    const subject = this.#subject;
    let deadline: Timer | undefined;
    let waiter: Waiter | undefined;
    const abort = (): void => stop.abort();
    const cancelled = new Promise<never>((_resolve, reject) => {
      stop.signal.addEventListener('abort', () => reject(new TtyError('CANCELLED', 'the wait was taken back')), {
        once: true,
      });
    });
    cancelled.catch(() => undefined); // lost races must not count as unhandled
    options.signal.addEventListener('abort', abort, { once: true });
    if (options.signal.aborted) abort();
    const timedOut = new Promise<Ending>((resolve) => {
      if (options.timeoutMs > 0) deadline = subject.clock.after(options.timeoutMs, () => resolve({ kind: 'timedOut' }));
    });
    const ended = new Promise<void>((resolve) => {
      waiter = { ended: resolve };
      this.#waiters.add(waiter);
      if (subject.ended() !== undefined) resolve();
    });
    try {
      return await Promise.race([this.#held(condition, ended, stop.signal), timedOut, cancelled]);
    } finally {
      deadline?.clear();
      if (waiter !== undefined) this.#waiters.delete(waiter);
      options.signal.removeEventListener('abort', abort);
      stop.abort();
    }
  }

  async #held(condition: WaitCondition, ended: Promise<void>, signal: AbortSignal): Promise<Ending> {
    if (condition.kind === 'exit') {
      await ended;
      return { kind: 'matched' };
    }
    if (condition.kind === 'idle') {
      // Silence goes on for ever once the program is gone, so its end does not cut this wait short.
      await this.#idle(condition.idleMs, signal);
      return { kind: 'matched' };
    }
    const stop = new AbortController();
    const forward = (): void => stop.abort();
    signal.addEventListener('abort', forward, { once: true });
    const matched = this.#subject.screen
      .waitFor(condition, { signal: stop.signal })
      .then((match): Ending => ({ kind: 'matched', match }));
    matched.catch(() => undefined); // the end of the session may win
    try {
      return await Promise.race([matched, ended.then(() => this.#afterEnd(condition, matched))]);
    } finally {
      signal.removeEventListener('abort', forward);
      stop.abort();
    }
  }

  /** After the program's end the screen changes no more: what it shows decides, at once. */
  async #afterEnd(condition: WaitCondition, matched: Promise<Ending>): Promise<Ending> {
    if (condition.kind === 'stable') return matched;
    await this.#subject.screen.state({ includeScrollback: false });
    return Promise.race([matched, this.#settle().then((): Ending => ({ kind: 'sessionExited' }))]);
  }

  /** One more turn of the screen worker, so that a match on the last bytes arrives before the verdict. */
  async #settle(): Promise<void> {
    await this.#subject.screen.state({ includeScrollback: false });
  }

  #idle(idleMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#subject;
    return new Promise((resolve) => {
      const startMs = clock.nowMs();
      let timer: Timer | undefined;
      const check = (): void => {
        const quietMs = clock.nowMs() - Math.max(this.#subject.lastOutputMs(), startMs);
        if (quietMs >= idleMs) resolve();
        else timer = clock.after(idleMs - quietMs, check);
      };
      signal.addEventListener('abort', () => timer?.clear(), { once: true });
      check();
    });
  }
}

function screenFields(match: ScreenMatch): Partial<WaitResult> {
  return {
    ...(match.matchedText === undefined ? {} : { matchedText: match.matchedText }),
    cursorRow: match.cursorRow,
    cursorCol: match.cursorCol,
    capturedAtSeq: match.capturedAtSeq,
    screenHash: match.screenHash,
  };
}
