import type { ScreenCondition, WaitParams, WaitResult } from '../../protocol/methods/screen.ts';
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

/** `wait`: conditions on the screen of a session, its prompt or its program. */
export const wait: Handler<typeof waitSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = ''] = positionals;
  checkSessionReference(session);
  const condition = conditionOf(options);
  const timeoutMs = options.timeout ?? DEFAULT_WAIT_TIMEOUT_MS;
  const after = options['after-seq'] === undefined ? {} : { afterSeq: options['after-seq'] };
  const params = { session, condition, timeoutMs, ...after };
  let outcome: WaitResult;
  try {
    outcome = await withSession(context, session, (client) =>
      client.call('screen.wait', params, waitBound(context, timeoutMs)),
    );
  } catch (error) {
    const { waitOnEnded } = await import('../endedSession.ts');
    outcome = await waitOnEnded(context, session, params, error);
  }
  const { exitCode, ...rest } = outcome;
  return {
    result: exitCode === null ? rest : { ...rest, exitCode },
    human: () => describe(condition, outcome, timeoutMs),
    exitCode: outcome.timedOut ? EXIT_WAIT_TIMED_OUT : outcome.matched ? 0 : EXIT_SESSION_ENDED,
  };
};

/** What the options ask for; throws `INVALID_INPUT` for nothing, for what cannot stand together, or an unusable pattern. */
export function conditionOf(options: Options): WaitParams['condition'] {
  const onScreen = screenConditions(options);
  const alone: { flag: string; condition: WaitParams['condition'] }[] = [];
  const { 'idle-ms': idleMs } = options;
  if (idleMs !== undefined) alone.push({ flag: '--idle-ms', condition: { kind: 'idle', idleMs } });
  if (options.prompt === true) alone.push({ flag: '--prompt', condition: { kind: 'prompt' } });
  if (options.exit === true) alone.push({ flag: '--exit', condition: { kind: 'exit' } });
  const given = [...onScreen, ...alone];
  const [only] = given;
  if (only === undefined) throw usage(`wait needs a condition: ${SCREEN_FLAGS}, --idle-ms, --prompt or --exit`);
  if (alone[0] !== undefined && given.length > 1) {
    const others = given.map(({ flag }) => flag).filter((flag) => flag !== alone[0]?.flag);
    throw usage(
      `${alone[0].flag} stands alone and cannot be combined with ${others.join(', ')}; only ${SCREEN_FLAGS} go together`,
    );
  }
  if (options.exit === true && options['after-seq'] !== undefined)
    throw usage('--exit cannot be combined with --after-seq');
  if (onScreen.length < 2) return only.condition;
  return { kind: 'all', conditions: onScreen.map(({ condition }) => condition) };
}

const SCREEN_FLAGS = '--text, --regex, --not-text, --cursor-row, --cursor-col and --screen-stable-ms';

function screenConditions(options: Options): { flag: string; condition: ScreenCondition }[] {
  const given: { flag: string; condition: ScreenCondition }[] = [];
  const { text, regex, 'not-text': absent, 'screen-stable-ms': stableMs } = options;
  const { 'cursor-row': row, 'cursor-col': col } = options;
  if (text !== undefined)
    given.push({ flag: '--text', condition: { kind: 'text', text: checkPattern('--text', text) } });
  if (regex !== undefined) {
    const checked = checkRegex(checkPattern('--regex', regex));
    given.push({ flag: '--regex', condition: { kind: 'regex', regex: checked } });
  }
  if (absent !== undefined) {
    given.push({ flag: '--not-text', condition: { kind: 'notText', text: checkPattern('--not-text', absent) } });
  }
  if (row !== undefined || col !== undefined) {
    const where = { ...(row === undefined ? {} : { row }), ...(col === undefined ? {} : { col }) };
    given.push({ flag: row === undefined ? '--cursor-col' : '--cursor-row', condition: { kind: 'cursor', ...where } });
  }
  if (stableMs !== undefined) given.push({ flag: '--screen-stable-ms', condition: { kind: 'stable', stableMs } });
  return given;
}

function usage(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
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

function describe(condition: WaitParams['condition'], outcome: WaitResult, timeoutMs: number): string {
  const after = formatDuration(outcome.durationMs);
  if (outcome.timedOut) return `timed out after ${formatDuration(timeoutMs)}\n`;
  if (!outcome.matched) return `the session ended after ${after}, before the condition held\n`;
  if (condition.kind === 'exit')
    return `exited after ${after}${outcome.exitCode === null ? '' : ` with exit code ${outcome.exitCode}`}\n`;
  const what = outcome.matchedText === undefined ? '' : `: ${escapeLine(outcome.matchedText)}`;
  return `matched after ${after}${what}\n`;
}
