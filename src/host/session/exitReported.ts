import type { Clock } from '../../base/clock.ts';

/** How long the exit of the program is waited for after every process of its tree is gone. */
const EXIT_REPORT_MS = 2_000;

/** Resolves when the exit is in the log (`ended` aborts), or after a while: a program in another hand's reach may be reaped elsewhere. */
export function exitReported(ended: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const timer = clock.after(EXIT_REPORT_MS, resolve);
    ended.addEventListener('abort', () => {
      timer.clear();
      resolve();
    });
  });
}
