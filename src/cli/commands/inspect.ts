import { listArtifacts } from '../../store/artifacts.ts';
import { readSessionStory, type SessionStory } from '../../client/sessionStory.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { InspectResult } from '../../protocol/methods/session.ts';
import type { SessionRecord } from '../../protocol/sessionRecord.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatDuration } from '../durations.ts';
import { escapeLine, showCommand } from '../escape.ts';
import { callBound, withRunningHost } from '../host.ts';
import { fields } from '../output.ts';
import { describeRunState } from '../runViews.ts';
import type { inspectSpec } from '../specs/session.ts';

/** Runs that the short form shows, the newest. */
const SHOWN_RUNS = 5;

/** `inspect`: record and log, and while the host serves the session what only it knows. */
export const inspect: Handler<typeof inspectSpec> = async ({ positionals }, context): Promise<CommandReply> => {
  const [reference = ''] = positionals;
  const story = readSessionStory(context.home, reference);
  const live = story.host === undefined ? undefined : await askHost(context, story.record);
  const lastEventSeq = Math.max(live?.head.seq ?? -1, story.lastEventSeq);
  const { standing } = story;
  const artifacts = listArtifacts(context.home, story.record.sessionId);
  const result = {
    session: sessionFields(story),
    terminationCategory: standing.terminationCategory,
    uptime: uptimeMs(story, context.clock.wallMs()),
    eventCount: lastEventSeq + 1,
    ...(lastEventSeq === -1 ? {} : { lastEventSeq }),
    eventLogBytes: story.eventLogBytes,
    artifacts,
    ...(story.logProblem === undefined ? {} : { logProblem: story.logProblem }),
    ...(story.host === undefined ? {} : { host: story.host }),
    ...(live === undefined ? {} : liveFields(live)),
  };
  return { result, human: () => describe(story, live, result.uptime, result.eventCount) };
};

/** `undefined` when the host went away or has forgotten the session in the meantime. */
async function askHost(
  context: CliContext,
  { sessionId: session, hostId }: SessionRecord,
): Promise<InspectResult | undefined> {
  try {
    return await withRunningHost(context, hostId, (client) =>
      client.call('session.inspect', { session }, callBound(context)),
    );
  } catch (error) {
    if (error instanceof TtyError && (error.code === 'HOST_UNREACHABLE' || error.code === 'SESSION_NOT_FOUND'))
      return undefined;
    throw error;
  }
}

/** The record as scripts know it. Identities of processes are our own matter. */
function sessionFields({ record, standing }: SessionStory): Record<string, unknown> {
  const {
    hostIdentity: _host,
    childIdentity: _child,
    eventCount: _count,
    lastEventSeq: _last,
    logBytes: _bytes,
    ...shown
  } = record;
  const { status, failureReason } = standing;
  return { ...shown, status, ...(failureReason === undefined ? {} : { failureReason }) };
}

function liveFields({
  foreground,
  completion,
  runs,
  head,
  flow,
  bracketedPaste,
  isAltScreen,
  redact,
  redacted,
}: InspectResult): Record<string, unknown> {
  const masks = redact === undefined ? {} : { redact, redacted };
  return { foreground, completion, runs, head, flow, bracketedPaste, isAltScreen, ...masks };
}

/** From creation to the end, or to now while it lives. */
function uptimeMs({ record, standing }: SessionStory, nowMs: number): number {
  const isLive = standing.terminationCategory === 'running';
  const end = isLive ? nowMs : Date.parse(record.endedAt ?? record.updatedAt);
  return Math.max(0, end - Date.parse(record.createdAt));
}

function describeCompletion({ source, grade, hooks, startupMs, reader }: InspectResult['completion']): string {
  return [
    `${source} (${grade})`,
    ...(hooks === 'lost' ? ['hooks lost'] : hooks === 'failed' ? ['hooks did not come up'] : []),
    ...(startupMs === null ? [] : [`first prompt after ${formatDuration(startupMs)}`]),
    ...(reader === null ? [] : [`${reader.name} (process ${reader.pid}) waits for a command`]),
  ].join(', ');
}

/** The rules; of a live session with how often each was applied. */
function describeRedaction(
  rules: readonly string[] | undefined,
  counts: Readonly<Record<string, number>> = {},
): string | undefined {
  if (rules === undefined) return undefined;
  const applied = Object.entries(counts).map(([rule, count]) => `${rule} ${count} times`);
  return [...rules.filter((rule) => counts[rule] === undefined), ...applied].join(', ');
}

function describe(story: SessionStory, live: InspectResult | undefined, uptime: number, eventCount: number): string {
  const { record, standing } = story;
  const why = standing.failureReason === undefined ? '' : ` (${standing.failureReason})`;
  const ending = record.exitSignal ?? (record.exitCode === null ? undefined : `code ${record.exitCode}`);
  const foreground = live?.foreground ?? null;
  const reason = live?.flow.reason ?? null;
  const runs =
    live?.runs
      .slice(-SHOWN_RUNS)
      .map((run) => `  ${escapeLine(`${run.runId}  ${describeRunState(run)}  ${run.command}`)}\n`) ?? [];
  return [
    fields([
      ['session', record.sessionId],
      ['name', record.name],
      ['status', `${standing.status}${why}`],
      ['exit', ending],
      ['command', showCommand(record.command)],
      ['cwd', record.cwd],
      ['size', `${record.cols}x${record.rows}`],
      ['created', record.createdAt],
      ['up', formatDuration(uptime)],
      ['process', record.childPid ?? undefined],
      ['log', `${eventCount} events, ${story.eventLogBytes} bytes`],
      ['log problem', story.logProblem],
      ['completion', live === undefined ? record.completionSource : describeCompletion(live.completion)],
      ['provider', record.provider],
      ['foreground', foreground === null ? undefined : `${foreground.name} (process ${foreground.pid})`],
      ['held back', reason ?? undefined],
      ['redacted', describeRedaction(record.redact, live?.redacted)],
    ]),
    ...(runs.length === 0 ? [] : ['runs:\n', ...runs]),
  ].join('');
}
