import type { WaitParams, WaitResult } from '../../protocol/methods/screen.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { DEFAULT_WAIT_TIMEOUT_MS, MAX_PATTERN_BYTES } from '../../protocol/limits.ts';
import { checkSessionReference } from '../../protocol/ids.ts';
import type { CommandReply, Handler, OptionValues } from '../command.ts';
import { formatDuration } from '../durations.ts';
import { escapeLine } from '../escape.ts';
import { EXIT_SESSION_ENDED, EXIT_WAIT_TIMED_OUT } from '../exitCodes.ts';
import { waitBound, withSession } from '../host.ts';
import type { waitSpec } from '../specs/input.ts';

type Options = OptionValues<(typeof waitSpec)['options']>;
type Condition = WaitParams['condition'];

/** `wait`: one condition on the screen or the program of a session. */
export const wait: Handler<typeof waitSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = ''] = positionals;
  checkSessionReference(session);
  const condition = conditionOf(options);
  const timeoutMs = options.timeout ?? DEFAULT_WAIT_TIMEOUT_MS;
  const params = { session, condition, timeoutMs };
  let outcome: WaitResult;
  try {
    outcome = await withSession(context, session, (client) =>
      client.call('screen.wait', params, waitBound(context, timeoutMs)),
    );
  } catch (error) {
    const { waitOnEnded } = await import('../endedSession.ts');
    outcome = await waitOnEnded(context, session, condition, error);
  }
  const { exitCode, ...rest } = outcome;
  return {
    result: exitCode === null ? rest : { ...rest, exitCode },
    human: () => describe(condition, outcome, timeoutMs),
    exitCode: outcome.timedOut ? EXIT_WAIT_TIMED_OUT : outcome.matched ? 0 : EXIT_SESSION_ENDED,
  };
};

/** The one condition that the options name; throws `INVALID_INPUT` for none, several, or an unusable pattern. */
export function conditionOf(options: Options): Condition {
  const given: Condition[] = [];
  if (options.text !== undefined) given.push({ kind: 'text', text: checkPattern('--text', options.text) });
  if (options.regex !== undefined)
    given.push({ kind: 'regex', regex: checkRegex(checkPattern('--regex', options.regex)) });
  if (options['screen-stable-ms'] !== undefined) given.push({ kind: 'stable', stableMs: options['screen-stable-ms'] });
  if (options['idle-ms'] !== undefined) given.push({ kind: 'idle', idleMs: options['idle-ms'] });
  if (options.exit === true) given.push({ kind: 'exit' });
  const [condition, second] = given;
  if (condition !== undefined && second === undefined) return condition;
  const found = condition === undefined ? 'none was given' : `${given.length} were given`;
  throw new TtyError(
    'INVALID_INPUT',
    `wait needs exactly one of --text, --regex, --screen-stable-ms, --idle-ms, --exit; ${found}`,
    {
      details: { reason: 'usage' },
    },
  );
}

function checkPattern(flag: string, pattern: string): string {
  const bytes = Buffer.byteLength(pattern);
  if (bytes >= 1 && bytes <= MAX_PATTERN_BYTES) return pattern;
  throw new TtyError('INVALID_INPUT', `${flag} must have 1 to ${MAX_PATTERN_BYTES} bytes, got ${bytes}`, {
    details: { reason: flag === '--regex' ? 'regex' : 'range' },
  });
}

function checkRegex(pattern: string): string {
  try {
    new RegExp(pattern).test('');
    return pattern;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('INVALID_INPUT', `--regex ${quote(pattern)} is no regular expression: ${why}`, {
      details: { reason: 'regex' },
      cause,
    });
  }
}

function describe(condition: Condition, outcome: WaitResult, timeoutMs: number): string {
  const after = formatDuration(outcome.durationMs);
  if (outcome.timedOut) return `timed out after ${formatDuration(timeoutMs)}\n`;
  if (!outcome.matched) return `the session ended after ${after}, before the condition held\n`;
  if (condition.kind === 'exit')
    return `exited after ${after}${outcome.exitCode === null ? '' : ` with exit code ${outcome.exitCode}`}\n`;
  const what = outcome.matchedText === undefined ? '' : `: ${escapeLine(outcome.matchedText)}`;
  return `matched after ${after}${what}\n`;
}
