/** Screens of sessions, wherever they are to be had: from the host while it holds them, else from the log. */
import type { ReplaySnapshotOptions } from '../artifacts/replaySnapshot.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { SnapshotResult } from '../protocol/methods/screen.ts';
import { findSession } from '../store/sessions.ts';
import type { CliContext } from './context.ts';
import { callBound, withSession } from './host.ts';

export interface ScreenWish {
  readonly includeScrollback: boolean;
  readonly includeCells: boolean;
}

/** The screen of a live session from its host, of one that has ended, or is too large for a reply, from its log. */
export async function screenOf(context: CliContext, session: string, wish: ScreenWish): Promise<SnapshotResult> {
  try {
    return await withSession(context, session, (client) =>
      client.call('screen.snapshot', { session, ...wish }, callBound(context)),
    );
  } catch (error) {
    if (error instanceof TtyError && error.code === 'PROTOCOL_ERROR' && wish.includeCells)
      return screenAt(context, session, wish);
    const { snapshotOfEnded } = await import('./endedSession.ts');
    return snapshotOfEnded(context, session, wish, error);
  }
}

/** The screen as the log tells it, with `at` as it stood after that event. */
export async function screenAt(
  context: CliContext,
  session: string,
  { at, ...wish }: ScreenWish & Pick<ReplaySnapshotOptions, 'onSize'> & { readonly at?: number },
): Promise<SnapshotResult> {
  const { sessionId } = findSession(context.home, session);
  const { replaySnapshot } = await import('../artifacts/replaySnapshot.ts');
  const { log } = sessionPaths(context.home, sessionId);
  return { sessionId, screen: await replaySnapshot(log, { ...wish, ...(at === undefined ? {} : { toSeq: at }) }) };
}
