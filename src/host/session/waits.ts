/** The one door for waiting on a session: screen conditions, silence, the prompt, the end of the program; deadline and cancellation. */
import type { Clock, Timer } from '../../base/clock.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import type { ScreenCondition, WaitCondition, WaitResult } from '../../protocol/methods/screen.ts';
import type { Screen, ScreenMatch } from '../../screen/live/liveScreen.ts';
import type { ScreenWish } from '../../screen/worker/probe.ts';
import type { PromptGate } from './promptGate.ts';

/** What a wait needs to know of its session. */
export interface WaitSubject {
  readonly clock: Clock;
  readonly screen: Screen;
  readonly gate: Pick<PromptGate, 'untilPrompt'>;
  /** Name of the program that is no shell and so has no prompt; undefined for a shell. */
  readonly notShell: string | undefined;
  /** Whether a run was typed and has not ended, or waits to be typed. */
  readonly hasRun: () => boolean;
  /** Takes output that has come and is not logged yet. */
  readonly drainOutput: () => void;
  /** Number of the last event, and of the last one with output (-1 before any). */
  readonly lastSeq: () => number;
  readonly lastOutputSeq: () => number;
  /** Set once the program is gone and its last output is logged. */
  readonly ended: () => { readonly exitCode: number | null } | undefined;
  /** Monotonic ms of the last byte from the program. */
  readonly lastOutputMs: () => number;
}

export interface WaitOptions {
  /** 0 waits without a bound. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Only what came after this event counts. */
  readonly afterSeq?: number | undefined;
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
  readonly #onOutput = new Set<() => void>();
  readonly #waiters = new Set<Waiter>();

  constructor(subject: WaitSubject) {
    this.#subject = subject;
  }

  /** Waiters under way; a test holds it at 0 after every ending. */
  get count(): number {
    return this.#waiters.size;
  }

  /** To be called after each turn of output. */
  outputSeen(): void {
    for (const look of this.#onOutput) look();
  }

  /** To be called once, when the program is gone: settles what waits for it. */
  sessionEnded(): void {
    for (const waiter of this.#waiters) waiter.ended();
  }

  /**
   * Resolves when the condition holds, the time is over or the session ends; never rejects for a timeout.
   *
   * @throws TtyError `INVALID_INPUT` for a pattern or an event that cannot be used, `NOT_A_SHELL` for a prompt that will not
   *   come, `CANCELLED` when the caller goes
   */
  async wait(condition: WaitCondition, options: WaitOptions): Promise<Omit<WaitResult, 'sessionId'>> {
    const { clock } = this.#subject;
    const startMs = clock.nowMs();
    this.#subject.drainOutput();
    this.#check(condition, options.afterSeq);
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

  #check(condition: WaitCondition, afterSeq: number | undefined): void {
    const { notShell } = this.#subject;
    if (condition.kind === 'prompt' && notShell !== undefined) {
      throw new TtyError('NOT_A_SHELL', `${quote(notShell)} is no shell: it has no prompt to wait for`, {
        hint: 'wait for a text, or for the screen to rest',
      });
    }
    if (afterSeq === undefined) return;
    if (condition.kind === 'exit') throw new TtyError('INVALID_INPUT', 'a wait for the exit takes no afterSeq');
    const lastSeq = this.#subject.lastSeq();
    if (afterSeq <= lastSeq) return;
    throw new TtyError('INVALID_INPUT', `there is no event ${afterSeq} yet: the last one is ${lastSeq}`, {
      details: { reason: 'after-seq', afterSeq, lastSeq },
    });
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
      return await Promise.race([
        this.#held(condition, ended, { signal: stop.signal, afterSeq: options.afterSeq }),
        timedOut,
        cancelled,
      ]);
    } finally {
      deadline?.clear();
      if (waiter !== undefined) this.#waiters.delete(waiter);
      options.signal.removeEventListener('abort', abort);
      stop.abort();
    }
  }

  async #held(
    condition: WaitCondition,
    ended: Promise<void>,
    options: Omit<WaitOptions, 'timeoutMs'>,
  ): Promise<Ending> {
    const { signal, afterSeq } = options;
    switch (condition.kind) {
      case 'exit':
        await ended;
        return { kind: 'matched' };
      case 'idle':
        // Silence goes on for ever once the program is gone, so its end does not cut this wait short.
        await this.#idle(condition.idleMs, options);
        return { kind: 'matched' };
      case 'prompt':
        return this.#prompt(ended, options);
      default:
        return this.#shown(condition, ended, { signal, afterSeq });
    }
  }

  async #prompt(ended: Promise<void>, { signal, afterSeq }: Omit<WaitOptions, 'timeoutMs'>): Promise<Ending> {
    const { gate, hasRun } = this.#subject;
    if (this.#subject.ended() !== undefined) return { kind: 'sessionExited' };
    const isFree = (isNested: boolean): boolean => (isNested || !hasRun()) && this.#hasCome(afterSeq);
    const ready = gate.untilPrompt(signal, isFree).then((): Ending => ({ kind: 'matched' }));
    ready.catch(() => undefined); // the end of the session may win
    return Promise.race([ready, ended.then((): Ending => ({ kind: 'sessionExited' }))]);
  }

  /** Whether something came after the event, if one is named. */
  #hasCome(afterSeq: number | undefined): boolean {
    return afterSeq === undefined || this.#subject.lastOutputSeq() > afterSeq;
  }

  async #shown(condition: ScreenWish, ended: Promise<void>, options: Omit<WaitOptions, 'timeoutMs'>): Promise<Ending> {
    const { signal, afterSeq } = options;
    const stop = new AbortController();
    const forward = (): void => stop.abort();
    signal.addEventListener('abort', forward, { once: true });
    const matched = this.#subject.screen
      .waitFor(condition, { signal: stop.signal, afterSeq })
      .then((match): Ending => ({ kind: 'matched', match }));
    matched.catch(() => undefined); // the end of the session may win
    try {
      return await Promise.race([matched, ended.then(() => this.#afterEnd(condition, matched, afterSeq))]);
    } finally {
      signal.removeEventListener('abort', forward);
      stop.abort();
    }
  }

  /** After the program's end the screen changes no more: what it shows decides, at once. */
  async #afterEnd(condition: ScreenWish, matched: Promise<Ending>, afterSeq: number | undefined): Promise<Ending> {
    const { screen } = this.#subject;
    await screen.state({ includeScrollback: false });
    const missing = (): Promise<Ending> => this.#settle().then(() => ({ kind: 'sessionExited' }));
    const { shown, rests } = apart(condition);
    if (!rests) return Promise.race([matched, missing()]);
    // Rest comes by itself now: the wait for it goes on if all else holds.
    const stop = new AbortController();
    const rest = screen.waitFor({ kind: 'all', conditions: shown }, { signal: stop.signal, afterSeq });
    try {
      const verdict = await Promise.race([rest.then(() => undefined), missing()]);
      return verdict ?? (await matched);
    } finally {
      stop.abort();
    }
  }

  /** One more turn of the screen worker, so that a match on the last bytes arrives before the verdict. */
  async #settle(): Promise<void> {
    await this.#subject.screen.state({ includeScrollback: false });
  }

  #idle(idleMs: number, { signal, afterSeq }: Omit<WaitOptions, 'timeoutMs'>): Promise<void> {
    const { clock } = this.#subject;
    return new Promise((resolve) => {
      const startMs = clock.nowMs();
      let timer: Timer | undefined;
      const check = (): void => {
        if (!this.#hasCome(afterSeq)) return void this.#onOutput.add(check);
        this.#onOutput.delete(check);
        const quietMs = clock.nowMs() - Math.max(this.#subject.lastOutputMs(), startMs);
        if (quietMs >= idleMs) resolve();
        else timer = clock.after(idleMs - quietMs, check);
      };
      const leave = (): void => {
        timer?.clear();
        this.#onOutput.delete(check);
      };
      signal.addEventListener('abort', leave, { once: true });
      check();
    });
  }
}

/** What must show, and whether rest is asked for besides. */
function apart(wish: ScreenWish): { shown: ScreenCondition[]; rests: boolean } {
  const conditions = wish.kind === 'all' ? wish.conditions : [wish];
  const shown = conditions.filter(({ kind }) => kind !== 'stable');
  return { shown, rests: shown.length < conditions.length };
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
