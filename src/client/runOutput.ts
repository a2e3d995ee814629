/** The output of a run in other forms than its host gives it: with colours, or as the screen shows it. Made from the log. */
import type { Clock } from '../base/clock.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import { DEFAULT_MAX_OUTPUT_BYTES } from '../protocol/limits.ts';
import type { RunResult } from '../protocol/methods/common.ts';
import { OutputText } from '../protocol/outputText.ts';
import type { RenderRun, RunScreen } from '../protocol/runScreen.ts';
import { ScreenUse } from '../protocol/screenUse.ts';
import { findSession } from '../store/sessions.ts';
import { BoundedText } from './boundedText.ts';
import { readRunOutput } from './runLog.ts';

/** A run whose output is wanted. */
export interface RunOutputSource {
  readonly home: string;
  readonly sessionId: string;
  readonly runId: string;
  /** Of its `input_run`. */
  readonly seq: number;
  /** The last event to look at; absent for all that the log holds of the run. */
  readonly toSeq?: number;
  /** What it wrote, where that is known. */
  readonly outputBytes?: number;
}

/** How it is wanted, and who can draw it. */
export interface RunOutputForm {
  /** Keep colours and other looks, as SGR. */
  readonly ansi: boolean;
  readonly render: RenderRun;
  readonly clock: Clock;
}

/** The run as the screen shows it in the end, or why that cannot be told. */
export function drawRunOutput(source: RunOutputSource, { ansi, render, clock }: RunOutputForm): Promise<RunScreen> {
  const { home, sessionId, runId, seq, toSeq, outputBytes } = source;
  const { cols, rows, creationCols, creationRows } = findSession(home, sessionId);
  // a session that was never resized had this size all the time
  const size = cols === creationCols && rows === creationRows ? { cols, rows } : undefined;
  return render({ file: sessionPaths(home, sessionId).log, runId, seq, toSeq, outputBytes, size, ansi }, clock);
}

/** Whether a run moved about the screen, and how many bytes it wrote. */
export async function surveyRunOutput(source: RunOutputSource): Promise<{ usesScreen: boolean; outputBytes: number }> {
  const use = new ScreenUse();
  let outputBytes = 0;
  for await (const bytes of bytesOfRun(source)) {
    use.feed(bytes);
    outputBytes += bytes.length;
  }
  return { usesScreen: use.usesScreen, outputBytes };
}

/** The run as lines, piece by piece. */
export async function* linesOfRun(source: RunOutputSource, ansi: boolean): AsyncGenerator<string> {
  const model = new OutputText({ ansi });
  for await (const bytes of bytesOfRun(source)) yield model.feed(bytes);
  yield model.end();
}

/** The bytes of the run, piece by piece. */
export function bytesOfRun({ home, sessionId, runId, seq, toSeq }: RunOutputSource): AsyncGenerator<Buffer> {
  return readRunOutput(sessionPaths(home, sessionId).log, runId, { seq, toSeq });
}

/**
 * `result` with its output in the form that fits it: as the screen shows it when it moved about the screen, else with
 * colours when they are wanted. Where that is not possible, it stays as it is and says why.
 *
 * @throws what reading the log throws
 */
export async function withFittingOutput(
  home: string,
  result: RunResult,
  form: RunOutputForm & { readonly maxOutputBytes?: number | undefined },
): Promise<RunResult> {
  // what the shell said of a command that it did not begin is not in the log as the run's own
  if (result.fromSeq === null || (!form.ansi && !result.outputUsesScreen)) return result;
  const { sessionId, runId, seq, outputBytes } = result;
  const source = { home, sessionId, runId, seq, toSeq: result.head.seq, outputBytes };
  const drawn = result.outputUsesScreen ? await drawRunOutput(source, form) : undefined;
  if (drawn === undefined || 'reason' in drawn) {
    const lines = form.ansi ? await boundedLines(source, form) : {};
    return { ...result, ...lines, ...(drawn === undefined ? {} : { outputModelReason: drawn.reason }) };
  }
  const text = bounded(form);
  text.append(drawn.text);
  return { ...result, ...outputOf(text), outputModel: 'terminal' };
}

type BoundedForm = RunOutputForm & { readonly maxOutputBytes?: number | undefined };

async function boundedLines(source: RunOutputSource, form: BoundedForm): Promise<Partial<RunResult>> {
  const text = bounded(form);
  for await (const piece of linesOfRun(source, true)) text.append(piece);
  return outputOf(text);
}

function bounded({ maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES, ansi }: BoundedForm): BoundedText {
  return new BoundedText(maxOutputBytes, { ansi });
}

function outputOf(text: BoundedText): Pick<RunResult, 'output' | 'outputTruncated' | 'outputOmittedBytes'> {
  const { text: output, omittedBytes } = text.result();
  return { output, outputTruncated: omittedBytes > 0, outputOmittedBytes: omittedBytes };
}
