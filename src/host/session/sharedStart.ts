/** A command on its way to the prompt that several callers wait for: it is given up only when the last of them is gone. */
import type { Clock, Timer } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';

/** How a caller waits for its turn. */
export interface StartCaller {
  readonly signal: AbortSignal;
  /** Milliseconds; 0 waits without a bound. */
  readonly timeoutMs: number;
  /** The error when they are over. */
  readonly late: () => TtyError;
}

export class SharedStart<T> {
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #started: Promise<T>;
  readonly #onGivenUp: () => void;
  #callers = 0;

  /** `onGivenUp` is called in the turn in which the last caller leaves, after `start` was told; nothing is typed from then on. */
  constructor(clock: Clock, start: (signal: AbortSignal) => Promise<T>, onGivenUp: () => void) {
    this.#clock = clock;
    this.#onGivenUp = onGivenUp;
    this.#started = start(this.#stop.signal);
    this.#started.catch(() => undefined); // each caller gets it by itself
  }

  /** Resolves when the command is typed. Rejects when it is refused, with `CANCELLED` when the caller goes, with `late` when its time is up. */
  join({ signal, timeoutMs, late }: StartCaller): Promise<T> {
    this.#callers++;
    return new Promise<T>((resolve, reject) => {
      let timer: Timer | undefined;
      const leave = (): void => {
        timer?.clear();
        signal.removeEventListener('abort', abort);
      };
      const giveUp = (reason: TtyError): void => {
        leave();
        reject(reason);
        this.#callers--;
        if (this.#callers > 0) return;
        this.#stop.abort(reason);
        this.#onGivenUp();
      };
      const abort = (): void => giveUp(new TtyError('CANCELLED', 'the run was taken back before it was typed'));
      if (timeoutMs > 0) timer = this.#clock.after(timeoutMs, () => giveUp(late()));
      signal.addEventListener('abort', abort, { once: true });
      this.#started.then(resolve, reject).finally(leave);
      if (signal.aborted) abort();
    });
  }
}
