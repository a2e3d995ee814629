/** Runs with an idempotency key where no host can answer for them: the log tells whether the command was typed, and how it ended. */
import { findRunKey } from '../eventlog/findRunKey.ts';
import { isLoggedCommand } from '../protocol/commandText.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { RunResult } from '../protocol/methods/common.ts';
import { keyReused } from '../protocol/runKey.ts';
import { findSession } from '../store/sessions.ts';
import { resultFromLog } from './runResult.ts';

/** A command that was asked for with a key. */
export interface KeyedRequest {
  /** Id or name. */
  readonly session: string;
  readonly command: string;
  /** Without one, this file has nothing to say. */
  readonly key: string | undefined;
  readonly maxOutputBytes?: number | undefined;
}

/** Answers that say that there is nobody to type anything. */
const SESSION_IS_OVER: ReadonlySet<string> = new Set(['HOST_UNREACHABLE', 'SESSION_NOT_FOUND', 'SESSION_NOT_RUNNING']);

/**
 * Makes the call. When its session is over, or its host has forgotten the run, a command that was typed with that key is told
 * of from the log; it is not typed again.
 *
 * @throws TtyError what `call` threw when the log does not know the key; `IDEMPOTENCY_KEY_REUSED`
 */
export async function runOrTell(
  home: string,
  request: KeyedRequest,
  call: () => Promise<RunResult>,
): Promise<RunResult> {
  try {
    return await call();
  } catch (error) {
    if (request.key === undefined || !(error instanceof TtyError)) throw error;
    const runId = await typedBefore(home, request, request.key, error);
    const result = runId === undefined ? undefined : await resultFromLog(home, runId, request.maxOutputBytes);
    if (result === undefined) throw error;
    return { ...result, joined: true };
  }
}

async function typedBefore(
  home: string,
  { session, command }: KeyedRequest,
  key: string,
  { code, details }: TtyError,
): Promise<string | undefined> {
  const named = details?.['runId'];
  if (code === 'RUN_NOT_FOUND' && typeof named === 'string') return named;
  if (!SESSION_IS_OVER.has(code)) return undefined;
  const { sessionId } = findSession(home, session);
  const found = await findRunKey(sessionPaths(home, sessionId).log, key);
  if (found === undefined) return undefined;
  if (!isLoggedCommand(found.command, command, found.isMasked)) throw keyReused(key, found.runId);
  return found.runId;
}
