import { TtyError } from '../../protocol/errors.ts';
import type { CallContext } from '../../protocol/methods/handlers.ts';
import type { FollowNote, FollowResult } from '../../protocol/methods/events.ts';
import type { Journal } from './journal.ts';
import type { LogProgress } from './logProgress.ts';

export interface FollowParts {
  readonly journal: Journal;
  readonly progress: LogProgress;
  /** Aborts when the program is gone and its last output handed to the journal. */
  readonly ended: AbortSignal;
}

/** Tells of each growth of a session's log; resolves when the session has ended and all of its events are in the file. */
export async function followLog(
  { journal, progress, ended }: FollowParts,
  { signal, note }: Pick<CallContext<FollowNote>, 'signal' | 'note'>,
): Promise<Omit<FollowResult, 'sessionId'>> {
  const following = progress.follow(() => note({ toSeq: journal.head.seq }));
  try {
    await eitherAborted(ended, signal);
    if (signal.aborted) throw new TtyError('CANCELLED', 'session.follow was taken back');
    await journal.settled();
    return { head: journal.head };
  } finally {
    following[Symbol.dispose]();
  }
}

function eitherAborted(a: AbortSignal, b: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      a.removeEventListener('abort', done);
      b.removeEventListener('abort', done);
      resolve();
    };
    a.addEventListener('abort', done);
    b.addEventListener('abort', done);
    if (a.aborted || b.aborted) done();
  });
}
