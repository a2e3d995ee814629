import {
  bytesOfRun,
  drawRunOutput,
  linesOfRun,
  type RunOutputSource,
  surveyRunOutput,
} from '../../client/runOutput.ts';
import { pickRun, runsFromLog } from '../../client/runResult.ts';
import { TtyError } from '../../protocol/errors.ts';
import { parseRunId } from '../../protocol/ids.ts';
import type { RunScreen } from '../../protocol/runScreen.ts';
import type { CommandReply, Handler, OptionValues } from '../command.ts';
import type { CliContext } from '../context.ts';
import { escapeButLooks } from '../escape.ts';
import { drawLazily } from '../runStream.ts';
import type { runOutputSpec } from '../specs/run.ts';

type Options = OptionValues<(typeof runOutputSpec)['options']>;

/** `run output`: all that a run printed, as text or as bytes, from the log. */
export const runOutput: Handler<typeof runOutputSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [runId = ''] = positionals;
  const { sessionId } = parseRunId(runId);
  if (options.raw === true && (options.ansi === true || options.model !== undefined))
    throw new TtyError('INVALID_INPUT', '--raw gives the bytes as they are: not with --ansi or --model', {
      details: { reason: 'usage' },
    });
  const run = pickRun((await runsFromLog(context.home, sessionId)).runs, runId);
  const source = { home: context.home, sessionId, runId, seq: run.seq ?? 0 };
  if (!context.json) {
    await print(context, source, options);
    return { result: undefined, human: () => '' };
  }
  const { usesScreen, outputBytes } = await surveyRunOutput(source);
  const about = { runId, sessionId, outcome: run.outcome, outputBytes };
  if (options.raw === true) {
    const outputBase64 = Buffer.concat(await gathered(bytesOfRun(source))).toString('base64');
    return { result: { ...about, outputBase64 }, human: () => '' };
  }
  const drawn =
    usesScreen || options.model === 'terminal' ? await draw(context, { ...source, outputBytes }, options) : undefined;
  const isDrawn = drawn !== undefined && 'text' in drawn;
  const result = {
    ...about,
    output: isDrawn ? drawn.text : (await gathered(linesOfRun(source, options.ansi === true))).join(''),
    outputModel: isDrawn ? 'terminal' : 'lines',
    outputUsesScreen: usesScreen,
    ...(drawn === undefined || isDrawn ? {} : { outputModelReason: drawn.reason }),
  };
  return { result, human: () => '' };
};

/** Raw bytes go out as they are: whoever asks for them on a terminal wants the terminal to act on them. */
async function print(context: CliContext, source: RunOutputSource, options: Options): Promise<void> {
  if (options.raw === true) return write(context, bytesOfRun(source));
  const wantsScreen = options.model ?? ((await surveyRunOutput(source)).usesScreen ? 'terminal' : 'lines');
  const drawn = wantsScreen === 'terminal' ? await draw(context, source, options) : undefined;
  if (drawn !== undefined && 'text' in drawn) return write(context, [drawn.text]);
  if (drawn !== undefined)
    await context.stderr.write(`agent-tty: told line by line, not as the screen shows it: ${drawn.reason}\n`);
  await write(context, linesOfRun(source, options.ansi === true));
}

async function write(context: CliContext, pieces: AsyncIterable<string | Buffer> | Iterable<string>): Promise<void> {
  const { stdout } = context;
  for await (const piece of pieces) {
    if (stdout.isClosed) return;
    await stdout.write(typeof piece === 'string' && stdout.isTerminal ? escapeButLooks(piece) : piece);
  }
}

/** The run as the screen shows it; nothing when lines are asked for. */
async function draw(context: CliContext, source: RunOutputSource, options: Options): Promise<RunScreen | undefined> {
  if (options.model === 'lines') return undefined;
  return drawRunOutput(source, { ansi: options.ansi === true, render: drawLazily, clock: context.clock });
}

async function gathered<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
