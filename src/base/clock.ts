/** A pending timer. Clearing it twice, or after it fired, is harmless. */
export interface Timer {
  clear(): void;
}

/**
 * Where time comes from. Durations, deadlines and order use the monotonic side; wall time stands only in records that
 * people read. Handed in everywhere, so that tests decide what time it is.
 */
export interface Clock {
  /** Monotonic milliseconds (fractional) since an arbitrary start. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Calls `fn` once, `delayMs` from now (0 to 2^31-1). Keeps the process alive unless `background` is set. */
  after(delayMs: number, fn: () => void, options?: { background?: boolean }): Timer;
}

/** Node's timers fire at once above this delay; callers bound their input long before it. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, fn, options) {
    const handle = setTimeout(fn, Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    if (options?.background === true) handle.unref();
    return { clear: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as `signal` aborts. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.clear();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
