import type { CliContext, Interrupt } from './context.ts';

/** What may end a command before its work is done. */
export interface Interruption {
  /** Aborts when a signal came, or nobody reads standard output any more. */
  readonly signal: AbortSignal;
  /** The signal to this process that came first. */
  readonly by: Interrupt | undefined;
}

/** Does `work`, which clears up after itself; meanwhile a signal aborts it instead of ending the process at once. */
export async function interruptible<T>(
  context: Pick<CliContext, 'onInterrupt' | 'stdout'>,
  work: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let by: Interrupt | undefined;
  const listening = context.onInterrupt((signal) => {
    by ??= signal;
    stop.abort();
  });
  context.stdout.onClose(() => stop.abort());
  try {
    return await work({
      signal: stop.signal,
      get by() {
        return by;
      },
    });
  } finally {
    listening[Symbol.dispose]();
  }
}
