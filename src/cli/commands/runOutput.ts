import { readRunOutput } from '../../client/runLog.ts';
import { pickRun, runsFromLog } from '../../client/runResult.ts';
import { sessionPaths } from '../../protocol/homeLayout.ts';
import { parseRunId } from '../../protocol/ids.ts';
import { OutputText } from '../../protocol/outputText.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { escapeLines } from '../escape.ts';
import type { runOutputSpec } from '../specs/run.ts';

/** `run output`: all that a run printed, as text or as bytes, from the log. */
export const runOutput: Handler<typeof runOutputSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [runId = ''] = positionals;
  const { sessionId } = parseRunId(runId);
  const run = pickRun((await runsFromLog(context.home, sessionId)).runs, runId);
  const isRaw = options.raw === true;
  const { log } = sessionPaths(context.home, sessionId);
  if (!context.json) {
    await print(context, readRunOutput(log, runId, run.seq ?? 0), isRaw);
    return { result: undefined, human: () => '' };
  }
  const parts: Buffer[] = [];
  for await (const bytes of readRunOutput(log, runId, run.seq ?? 0)) parts.push(bytes);
  const bytes = Buffer.concat(parts);
  const model = new OutputText();
  const output = isRaw ? { outputBase64: bytes.toString('base64') } : { output: model.feed(bytes) + model.end() };
  return { result: { runId, sessionId, outcome: run.outcome, outputBytes: bytes.length, ...output }, human: () => '' };
};

/** Raw bytes go out as they are: whoever asks for them on a terminal wants the terminal to act on them. */
async function print(context: CliContext, output: AsyncIterable<Buffer>, isRaw: boolean): Promise<void> {
  const model = new OutputText();
  const show = (text: string): string => (context.stdout.isTerminal ? escapeLines(text) : text);
  for await (const bytes of output) {
    if (context.stdout.isClosed) return;
    await context.stdout.write(isRaw ? bytes : show(model.feed(bytes)));
  }
  if (!isRaw) await context.stdout.write(show(model.end()));
}
