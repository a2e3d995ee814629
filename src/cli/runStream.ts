/** A run that is waited for: its output on standard output as it comes, its ending as exit status and, where needed, a word. */
import { RunFollower, runOffset, type RunPlace } from '../client/runFollower.ts';
import { withFittingOutput } from '../client/runOutput.ts';
import { resultFromLog } from '../client/runResult.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import { parseRunId } from '../protocol/ids.ts';
import type { RunResult } from '../protocol/methods/common.ts';
import type { RunNote } from '../protocol/methods/run.ts';
import type { RenderRun } from '../protocol/runScreen.ts';
import type { CommandReply } from './command.ts';
import type { CliContext } from './context.ts';
import { escapeButLooks, escapeLine } from './escape.ts';
import { runExitCode } from './exitCodes.ts';
import { howToAnswer } from './inputBlocks.ts';

/** A call that waits for a run and tells of its progress. */
export type WaitingCall = (onNote: (note: RunNote) => void) => Promise<RunResult>;

/** What is known of a run before the call that waits for it. */
export interface AwaitedRun {
  /** Absent for one that is about to be typed. */
  readonly runId?: string | undefined;
  readonly maxOutputBytes?: number | undefined;
  /** Keep colours and other looks. */
  readonly ansi?: boolean | undefined;
}

/**
 * Waits for a run. Without `--json` prints its output meanwhile, whole and in constant memory: the host only says that
 * the log grew, the bytes come from the log itself. When the host goes away or has forgotten the run, the log decides.
 */
export async function waitForRun(context: CliContext, call: WaitingCall, run: AwaitedRun = {}): Promise<RunResult> {
  const printer = new RunPrinter(context, run);
  let result: RunResult;
  try {
    result = await call((note) => printer.take(note));
  } catch (error) {
    result = await resultWithoutHost(context, { ...run, runId: printer.runId }, error);
  }
  if (context.json) {
    const form = { ansi: run.ansi === true, maxOutputBytes: run.maxOutputBytes, clock: context.clock };
    return withFittingOutput(context.home, result, { ...form, render: drawLazily });
  }
  await printer.finish(result);
  return result;
}

/** The emulator is loaded for the runs that need it. */
export const drawLazily: RenderRun = async (request, clock) => {
  const { renderRun } = await import('../artifacts/runScreen.ts');
  return renderRun(request, clock);
};

/** Answers after which the log is asked. */
const HOST_CANNOT_TELL: ReadonlySet<string> = new Set(['HOST_UNREACHABLE', 'SESSION_NOT_FOUND', 'RUN_NOT_FOUND']);

async function resultWithoutHost(context: CliContext, run: AwaitedRun, failure: unknown): Promise<RunResult> {
  if (run.runId === undefined || !(failure instanceof TtyError) || !HOST_CANNOT_TELL.has(failure.code)) throw failure;
  const result = await resultFromLog(context.home, run.runId, run.maxOutputBytes);
  if (result === undefined) throw failure;
  return result;
}

/** Prints the output of one run as its log grows; with `--json` it only learns the run's id. */
class RunPrinter {
  readonly #context: CliContext;
  readonly #ansi: boolean;
  #runId: string | undefined;
  #follower: RunFollower | undefined;

  constructor(context: CliContext, { runId, ansi }: AwaitedRun) {
    this.#context = context;
    this.#ansi = ansi === true;
    this.#runId = runId;
  }

  get runId(): string | undefined {
    return this.#runId;
  }

  take(note: RunNote): void {
    if (note.type === 'accepted') this.#runId = note.runId;
    if (this.#context.json || this.#runId === undefined) return;
    this.#follow(this.#runId, note.type === 'accepted' ? note : undefined).poke();
  }

  async finish(result: RunResult): Promise<void> {
    const follower = this.#follow(result.runId, result);
    await follower.finish();
    // A command that the shell rejected has no start of its own in the log; what was said of it stands in the result.
    if (!follower.hasStarted) await this.#print(result.output);
    // Lines were printed as they came; what they cannot show is to be had afterwards.
    if (follower.usesScreen)
      await this.#context.stderr.write(
        `agent-tty: the command moved about the screen; what it left there: agent-tty run output ${result.runId}\n`,
      );
  }

  #follow(runId: string, at: RunPlace | undefined): RunFollower {
    const { log } = sessionPaths(this.#context.home, parseRunId(runId).sessionId);
    this.#follower ??= new RunFollower({
      file: log,
      runId,
      fromOffset: runOffset(log, at),
      ansi: this.#ansi,
      write: (text) => this.#print(text),
    });
    return this.#follower;
  }

  #print(text: string): Promise<void> {
    const { stdout } = this.#context;
    return stdout.write(stdout.isTerminal ? escapeButLooks(text) : text);
  }
}

/** The reply of a command that waited for a run; its output is printed already. */
export async function runReply(
  context: CliContext,
  result: RunResult,
  propagateExit: boolean,
  remark = remarkOn(result),
): Promise<CommandReply> {
  if (!context.json && remark !== undefined) await context.stderr.write(`agent-tty: ${escapeLine(remark)}\n`);
  const isPlain = !context.json || propagateExit;
  return { result, human: () => '', exitCode: isPlain ? runExitCode(result) : 0 };
}

function keepsPlace({ lease }: RunResult): string {
  return lease?.state === 'draining' ? ` and keeps its place at provider ${lease.provider}` : '';
}

/** What a plain run says beside its exit status; nothing when the command simply ended. */
function remarkOn(result: RunResult): string | undefined {
  switch (result.outcome) {
    case 'timed_out':
      return `the wait timed out; the run goes on${keepsPlace(result)}: agent-tty run wait ${result.runId}`;
    case 'blocked_on_input':
      return result.blockedOn ? howToAnswer(result.blockedOn, result) : 'the command waits for input';
    case 'stopped':
      return 'the command was stopped and is still there';
    case 'rejected':
      return 'the shell did not take the command';
    case 'session_exited':
      return 'the session ended';
    case 'lost':
      return `the run is lost: nobody saw its end (${result.evidence.join(', ')})`;
    default:
      return undefined;
  }
}
