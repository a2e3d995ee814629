/** The screen of a session, wherever it is to be had. */
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { MethodName, MethodParams, MethodResult } from '../protocol/methods/table.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import { effectiveStatus, findSession } from '../store/sessions.ts';
import type { CallOptions } from './hostClient.ts';
import type { CallControl, SnapshotOptions } from './options.ts';

/** What is needed to look at a session. */
export interface ScreenParts {
  /** Id or name. */
  readonly reference: string;
  readonly home: string;
  call<M extends MethodName>(method: M, params: MethodParams<M>, options: CallOptions<M>): Promise<MethodResult<M>>;
  /** The screen as the log in `file` tells it. */
  readonly replay: (
    file: string,
    options: { readonly includeScrollback: boolean; readonly includeCells: boolean; readonly toSeq?: number },
  ) => Promise<ScreenState>;
}

/** The screen that the host tells; of an ended session the last one, from its log, and so with `at` the one after that event. */
export async function sessionScreen(
  parts: ScreenParts,
  options: SnapshotOptions,
  control: CallControl,
): Promise<ScreenState> {
  const wanted = {
    includeScrollback: options.includeScrollback === true,
    includeCells: options.includeCells === true,
  };
  const { reference, home } = parts;
  if (options.at !== undefined) {
    const { log } = sessionPaths(home, findSession(home, reference).sessionId);
    return parts.replay(log, { ...wanted, toSeq: options.at });
  }
  try {
    return (await parts.call('screen.snapshot', { session: reference, ...wanted }, control)).screen;
  } catch (error) {
    const log = endedLog(parts, error);
    if (log === undefined) throw error;
    return parts.replay(log, wanted);
  }
}

/** The log of a session that has ended, which `error` must have told. */
function endedLog({ home, reference }: ScreenParts, error: unknown): string | undefined {
  if (!(error instanceof TtyError)) return undefined;
  if (error.code !== 'SESSION_NOT_RUNNING' && error.code !== 'HOST_UNREACHABLE') return undefined;
  const record = findSession(home, reference);
  if (effectiveStatus(record).terminationCategory === 'running') return undefined;
  return sessionPaths(home, record.sessionId).log;
}
