/** `run --wait -- COMMAND...`: a session of its own for one program, its output and exit status, gone. */
import type { HostClient } from '../client/hostClient.ts';
import { TtyError } from '../protocol/errors.ts';
import type { RunResult } from '../protocol/methods/common.ts';
import type { RunNote } from '../protocol/methods/run.ts';
import type { CreateResult } from '../protocol/methods/session.ts';
import { InvariantError } from '../base/invariant.ts';
import type { CommandReply, OptionValues } from './command.ts';
import type { CliContext } from './context.ts';
import { createParams } from './createParams.ts';
import { leaseParams } from './leaseParams.ts';
import { callBound, waitBound, withStartedHost } from './host.ts';
import { type Interruption, interruptible } from './interruptible.ts';
import { waitsFor } from './inputBlocks.ts';
import { runReply, waitForRun } from './runStream.ts';
import type { runSpec } from './specs/run.ts';

type Options = OptionValues<(typeof runSpec)['options']>;

/** Ending a session takes up to so long. */
const DESTROY_MS = 10_000;

/** Waits for ever unless told otherwise; a wait that times out, is interrupted or ends at a question ends the session. */
export async function oneShot(
  command: readonly string[],
  options: Options,
  context: CliContext,
): Promise<CommandReply> {
  const params = { ...createParams(options, command, context), ...leaseParams(options), asRun: true };
  return interruptible(context, (interruption) =>
    withStartedHost(context, async (client) => {
      const session = await createOneShot(client, params, options, context, interruption);
      let result: RunResult;
      try {
        result = await waitForOneShot(client, session, options, context, interruption.signal);
      } catch (error) {
        await destroy(client, session, context).catch(() => undefined); // the first failure is the one to tell
        throw interruption.signal.aborted ? cancelled(interruption) : error;
      }
      const propagates = options['propagate-exit'] === true;
      const why = result.timedOut ? 'the wait timed out' : waitsFor(result.blockedOn);
      if (why === undefined) return runReply(context, result, propagates);
      await destroy(client, session, context);
      return runReply(context, result, propagates, `${why}; the session was ended`);
    }),
  );
}

function cancelled({ by }: Interruption, outcome = 'the session was ended'): TtyError {
  const why = by === undefined ? 'the reader of the output went away' : `interrupted by ${by}`;
  return new TtyError('CANCELLED', `${why}; ${outcome}`, {
    details: by === undefined ? {} : { signal: by },
  });
}

async function createOneShot(
  client: HostClient,
  params: ReturnType<typeof createParams>,
  options: Options,
  context: CliContext,
  interruption: Interruption,
): Promise<CreateResult> {
  const waitMs = options['lease-wait'] ?? 0;
  // Until it has a place nothing is started, and going away is enough to leave the queue.
  const bound = waitMs === 0 ? callBound(context) : { ...waitBound(context, waitMs), signal: interruption.signal };
  try {
    return await client.call('session.create', params, bound);
  } catch (error) {
    if (interruption.signal.aborted) throw cancelled(interruption, 'nothing was started');
    const [word = '', second] = params.command ?? [];
    if (!(error instanceof TtyError) || error.code !== 'EXEC_FAILED' || second !== undefined || !/\s/.test(word)) {
      throw error;
    }
    throw new TtyError('EXEC_FAILED', error.message, {
      details: error.details ?? {},
      hint: 'the words after -- are a program and its arguments; for a line of shell: -- sh -c LINE',
      cause: error,
    });
  }
}

function waitForOneShot(
  client: HostClient,
  session: CreateResult,
  options: Options,
  context: CliContext,
  signal: AbortSignal,
): Promise<RunResult> {
  const { runId } = session;
  if (runId === undefined) throw new InvariantError('a session that is a run has a run id');
  const timeoutMs = options.timeout ?? 0;
  const maxOutput = options['max-output'];
  const params = {
    run: runId,
    timeoutMs,
    progress: !context.json,
    untilInput: options['until-input'] === true,
    ...(maxOutput === undefined ? {} : { maxOutputBytes: maxOutput }),
  };
  const call = (onNote: (note: RunNote) => void): Promise<RunResult> =>
    client.call('run.wait', params, { signal, onNote, ...waitBound(context, timeoutMs) });
  return waitForRun(context, call, { runId, maxOutputBytes: maxOutput, ansi: options.ansi });
}

async function destroy(client: HostClient, session: CreateResult, context: CliContext): Promise<void> {
  try {
    await client.call('session.destroy', { session: session.sessionId, force: false }, waitBound(context, DESTROY_MS));
  } catch (error) {
    const isOver =
      error instanceof TtyError && (error.code === 'SESSION_NOT_RUNNING' || error.code === 'SESSION_ALREADY_DESTROYED');
    if (!isOver) throw error;
  }
}
