/** Runs that no host can tell of, told from record and log. */
import { readEvents } from '../eventlog/reader.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import type { LogHead } from '../protocol/events.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import { parseRunId } from '../protocol/ids.ts';
import { DEFAULT_MAX_OUTPUT_BYTES } from '../protocol/limits.ts';
import type { RunResult, RunView } from '../protocol/methods/common.ts';
import { OutputText } from '../protocol/outputText.ts';
import { effectiveStatus, findSession } from '../store/sessions.ts';
import { BoundedText } from './boundedText.ts';
import { RunHistory } from '../eventlog/runHistory.ts';
import { readRuns, RunWindow } from './runLog.ts';

/** Whether a host still serves the session, so that its log may go on. */
export function isServed(home: string, sessionId: string): boolean {
  const { status } = effectiveStatus(findSession(home, sessionId));
  return status === 'running' || status === 'exiting' || status === 'destroying';
}

/**
 * The runs of a session from its log, oldest first; in a session that nobody serves, one without an end is `lost`.
 *
 * @throws TtyError `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, and what reading the log throws
 */
export async function runsFromLog(
  home: string,
  reference: string,
): Promise<{ sessionId: string; runs: readonly RunView[] }> {
  const { sessionId } = findSession(home, reference);
  const hostIsGone = !isServed(home, sessionId);
  return { sessionId, runs: await readRuns(sessionPaths(home, sessionId).log, { sessionId, hostIsGone }) };
}

/** Finds a run in `runs`, or throws `RUN_NOT_FOUND`. */
export function pickRun(runs: readonly RunView[], runId: string): RunView {
  const found = runs.find((run) => run.runId === runId);
  if (found !== undefined) return found;
  const { sessionId, n } = parseRunId(runId);
  throw new TtyError('RUN_NOT_FOUND', `session ${sessionId} has no run ${n} (run id ${quote(runId)})`, {
    details: { run: runId, runs: runs.length },
    hint: `agent-tty run list ${sessionId} shows its runs`,
  });
}

/**
 * The result of a run as its session's log tells it; `undefined` for one that has not ended while its host lives.
 *
 * @throws TtyError `SESSION_NOT_FOUND`, `RUN_NOT_FOUND`, `INVALID_INPUT`, and what reading the log throws
 */
export async function resultFromLog(
  home: string,
  runId: string,
  maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES,
): Promise<RunResult | undefined> {
  const { sessionId } = parseRunId(runId);
  const record = findSession(home, sessionId);
  const history = new RunHistory(sessionId);
  const window = new RunWindow(runId);
  const model = new OutputText();
  const text = new BoundedText(maxOutputBytes);
  let outputBytes = 0;
  let head: LogHead = { seq: -1, h: '' };
  const onEnd = (end: { readonly head: LogHead }): void => {
    head = end.head;
  };
  for await (const event of readEvents(sessionPaths(home, record.sessionId).log, { onEnd })) {
    history.take(event);
    const bytes = window.take(event);
    if (bytes === undefined) continue;
    outputBytes += bytes.length;
    text.append(model.feed(bytes));
  }
  text.append(model.end());
  if (!isServed(home, sessionId)) history.hostIsGone();
  const { text: output, omittedBytes } = text.result();
  const { state: _state, command: _command, ...view } = pickRun(history.runs, runId);
  const { outcome } = view;
  if (outcome === null) return undefined;
  return {
    ...view,
    outcome,
    accepted: true,
    completed: outcome === 'finished' || outcome === 'interrupted' || outcome === 'rejected',
    timedOut: false,
    output,
    outputBytes,
    outputTruncated: omittedBytes > 0,
    outputOmittedBytes: omittedBytes,
    outputModel: 'lines',
    outputUsesScreen: model.usesScreen,
    seq: view.seq ?? 0,
    durationMs: view.durationMs ?? 0,
    head,
  };
}
