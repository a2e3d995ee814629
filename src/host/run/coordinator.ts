/**
 * Knows which run of a session is under way, when it began, and how it ended. Synchronous, owned by one session and fed by
 * its one ingest path, so that the order of events in the log is the order of bytes on the PTY. It owns marks, runs,
 * waiters and their time-outs; it has no PTY, no file and no clock of its own.
 */
import type { Clock } from '../../base/clock.ts';
import { invariant } from '../../base/invariant.ts';
import type { EventPayloads } from '../../protocol/events.ts';
import { newMarker, runId as makeRunId } from '../../protocol/ids.ts';
import type { RunView } from '../../protocol/methods/common.ts';
import { ContextReader } from './contextReader.ts';
import { newToken } from './marks.ts';
import { MarkReader } from './markReader.ts';
import { type Masks, MaskedOutput } from './maskedOutput.ts';
import { type CoordinatorSink, RunInFlight } from './runInFlight.ts';
import {
  type HeadlessRunResult,
  type RunIdentity,
  RunRecord,
  type WaitOptions,
  type WaitOutcome,
} from './runRecord.ts';
import type { OpenOutcome } from './runState.ts';
import { RunStack } from './runStack.ts';
import { RunTable } from './runTable.ts';
import { processEnd, replacedEnd, withdrawnEnd } from './verdicts.ts';
import { planTyping, type TypeAction } from './typeAction.ts';
import type { PromptSeen } from './promptBack.ts';
import { PromptCounter } from './promptCounter.ts';
import type { CompletionSource } from './sources/completionSource.ts';
import { notKept, OWN_PLACE, type PreparedRun, type Registration, takesNoCommands } from './registration.ts';
import { type LineEditor, normalizeCommand } from './typing.ts';

export type { PreparedRun, Registration } from './registration.ts';

export interface CoordinatorOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  /** 32 hex digits that this session's marks carry. */
  readonly nonce: string;
  /** How typed commands tell their end; `undefined` for a session that takes none. */
  readonly source: CompletionSource | undefined;
  /** Commands may also go to other programs that wait for them, see {@link RunCompletionCoordinator.aim}. */
  readonly isOpen?: boolean;
  /** What keeps secrets out of everything that this class hands on; without it nothing is masked. */
  readonly masks?: Masks | undefined;
  readonly sink: CoordinatorSink;
}

export class RunCompletionCoordinator {
  readonly #options: CoordinatorOptions;
  readonly #scanner: MaskedOutput;
  readonly #table = new RunTable();
  #source: CompletionSource | undefined;
  readonly #stack = new RunStack();
  #accepted = 0;
  readonly #prompts = new PromptCounter();
  readonly #marks: MarkReader;
  readonly #contexts: ContextReader;
  #exited = false;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#scanner = new MaskedOutput(options.nonce, options.masks?.stream);
    this.#contexts = new ContextReader({ top: () => this.#stack.top, output: (bytes) => this.#output(bytes) });
    const { sink, source } = options;
    this.#marks = new MarkReader({ prompts: this.#prompts, sink, source, stack: this.#stack });
  }

  /** Whether the shell's first prompt mark came: its hooks work. */
  get hooksSeen(): boolean {
    return this.#prompts.reported;
  }

  /** A shell that prints contexts (OSC 3008), here or on another machine, waits for a command. */
  get contextShellAtPrompt(): boolean {
    return this.#contexts.shellAtPrompt;
  }

  /** The run that was typed and has not ended. */
  get runInFlight(): string | undefined {
    return this.#stack.top?.record.identity.runId;
  }

  /** The run in flight, for whoever watches the programs. */
  get inFlight(): Pick<RunInFlight, 'record' | 'place' | 'prompt' | 'answersLines' | 'isOutputOver'> | undefined {
    return this.#stack.top;
  }

  /** Whether a line editor began to read while the run in flight was going on; see {@link promptReturned}. */
  get promptSuspected(): boolean {
    return this.#stack.top?.promptSuspected ?? false;
  }

  /** How typed commands tell their end; it may be exchanged while no run is in flight, when hooks never came. */
  get source(): CompletionSource | undefined {
    return this.#source;
  }

  useSource(source: CompletionSource | undefined): void {
    invariant(this.#stack.top === undefined, 'the source of completion changes only between runs');
    this.#source = source;
  }

  /**
   * Accepts a command as a queued run. Nothing is typed and nothing appended.
   *
   * @throws TtyError INVALID_INPUT when the command cannot be typed at all, NOT_A_SHELL when the session takes none
   */
  prepare(request: { readonly command: string; readonly noWait: boolean }): PreparedRun {
    if (this.#source === undefined && this.#options.isOpen !== true) throw takesNoCommands();
    const source = this.#source?.name ?? 'sentinel';
    return this.#accept({ ...request, command: normalizeCommand(request.command) }, source);
  }

  /** Accepts the session's own program as a run: all output is its own, its exit is the run's end. */
  prepareProcessRun(command: string): PreparedRun {
    return this.#accept({ command, noWait: false }, 'process');
  }

  /** Has a run that is still queued typed by `source`, because that is what the program that reads now understands. */
  aim(prepared: PreparedRun, source: CompletionSource): PreparedRun {
    const record = this.#table.get(prepared.runId);
    invariant(record?.state.name === 'queued', 'only a queued run can be aimed');
    record.identity = { ...record.identity, source: source.name };
    return { ...prepared, source: source.name, inputRun: { ...prepared.inputRun, source: source.name } };
  }

  /** What to type for a prepared run, by the source it was aimed at. A script, if one is needed, goes to `scriptPath`. */
  plan(prepared: PreparedRun, editor: LineEditor, scriptPath: string, source = this.#source): TypeAction {
    invariant(source?.name === prepared.source, 'a run is typed by the source it was accepted for');
    return planTyping({ source, command: prepared.typed, token: prepared.token, editor, scriptPath });
  }

  /** Makes a planned run the one in flight, after its `input_run` was appended and before its bytes go out. */
  register({ prepared, inputRunSeq, action, place }: Registration): void {
    const record = this.#ready(prepared, inputRunSeq);
    record.change({ type: 'typed' });
    this.#marks.runTyped();
    this.#fly(record, action, place);
  }

  /** Makes a run of {@link prepareProcessRun} the one in flight; it has begun. */
  registerProcessRun(prepared: PreparedRun, inputRunSeq: number): void {
    const record = this.#ready(prepared, inputRunSeq);
    record.change({ type: 'typed' });
    this.#fly(record, undefined).start();
  }

  /** Takes back a run that is still queued: nothing was typed, so it never was a run. False when it was typed already. */
  withdraw(runId: string): boolean {
    const record = this.#table.get(runId);
    if (record?.state.name !== 'queued') return false;
    record.change({ type: 'ended', end: withdrawnEnd() });
    this.#table.remove(record);
    return true;
  }

  /** Takes what the PTY gave. Events and output are handed to the sink before this returns; a failed append is thrown. */
  feed(chunk: Buffer): void {
    for (const piece of this.#scanner.feed(chunk)) {
      if (piece.kind === 'output') {
        this.#contexts.feed(piece.bytes);
        continue;
      }
      this.#contexts.flush();
      // A mark that does not fit (replayed, of another run) says nothing: whoever printed it sees it as output.
      if (!this.#marks.apply(piece.mark)) this.#output(piece.raw);
      else if (piece.mark.kind === 'prompt_end') this.#contexts.reset();
    }
  }

  /** Takes output that the masks held back and have released. */
  released(bytes: Buffer): void {
    this.#contexts.feed(bytes);
  }

  /** The session saw the shell at a prompt with the run in flight not ended: ends it on that evidence, or has it interrupted. */
  promptReturned(seen: PromptSeen): void {
    this.#stack.top?.promptReturned(seen);
  }

  /**
   * The session saw that the program into which the run in flight was typed is gone: it became another one, which waits for
   * commands now, or it ended and nothing told how.
   */
  readerGone(how: 'replaced' | 'ended'): void {
    if (how === 'replaced') this.#stack.top?.end(replacedEnd());
    else this.#stack.top?.readerEnded(null);
  }

  /** Somebody typed these bytes; at the prompt they may be a command of theirs. */
  othersTyped(bytes: Uint8Array): void {
    this.#marks.othersTyped(bytes);
  }

  /** Ctrl+C is about to be typed, or SIGINT sent: marks may be lost to it. */
  interruptTyped(): void {
    this.#prompts.interrupted();
  }

  /**
   * The session's process is gone and all its output was fed. Appends what is held back, a process run's `run_complete`,
   * and `exit`; then every run that is left ends as `session_exited`, even if an append failed. The first failure is thrown.
   */
  exit(status: EventPayloads['exit']): void {
    if (this.#exited) return;
    this.#exited = true;
    const { sink } = this.#options;
    try {
      this.#contexts.feed(this.#scanner.flush());
      this.#contexts.flush();
      for (const run of this.#stack.all) run.release();
      sink.flushOutput();
      const own = this.#stack.find(({ record }) => record.identity.source === 'process');
      own?.end(processEnd('finished', status));
      const seq = sink.append({ type: 'exit', payload: status });
      for (const { record } of this.#stack.all) record.toSeq = seq;
    } finally {
      for (const run of this.#stack.all) run.releaseHold();
      this.#stack.clear();
      for (const record of this.#table.all()) {
        if (record.change({ type: 'ended', end: processEnd('session_exited', status) })) this.#table.ended(record);
      }
    }
  }

  /** Waits for a run's end, see {@link RunRecord.wait}. Rejects with RUN_NOT_FOUND for a run that is not kept here. */
  async wait(runId: string, options: WaitOptions): Promise<WaitOutcome> {
    const record = this.#table.get(runId);
    if (record === undefined) throw notKept(runId);
    return record.wait(options);
  }

  /** A run as it stands; `undefined` when it is not kept here (any more). */
  view(runId: string): RunView | undefined {
    return this.#table.get(runId)?.view();
  }

  /** All kept runs in the order of their acceptance. */
  views(): RunView[] {
    return this.#table.all().map((record) => record.view());
  }

  /** Up to `bytes` from the end of what the run has printed so far; empty when nothing of it is kept. */
  outputTail(runId: string, bytes: number): Buffer {
    return this.#table.get(runId)?.capture?.last(bytes) ?? Buffer.alloc(0);
  }

  /** A typed run's result as it stands; `undefined` when the run or its output is not kept here (any more). */
  result(runId: string, maxOutputBytes: number, open: OpenOutcome = 'timed_out'): HeadlessRunResult | undefined {
    return this.#table.get(runId)?.result(maxOutputBytes, open);
  }

  #accept(request: { command: string; noWait: boolean }, source: RunIdentity['source']): PreparedRun {
    invariant(!this.#exited, 'a session that has ended takes no runs');
    const { sessionId, clock, masks } = this.#options;
    const runId = makeRunId(sessionId, ++this.#accepted);
    const { command: typed, noWait } = request;
    const { text: command, isMasked } = masks?.command(typed) ?? { text: typed, isMasked: false };
    const fixed = { command, noWait, marker: newMarker(), runId, source };
    const identity: RunIdentity = { ...fixed, sessionId, token: newToken() };
    this.#table.add(new RunRecord(identity, clock));
    return { ...identity, typed, inputRun: isMasked ? { ...fixed, redacted: 'secret' } : fixed };
  }

  #ready(prepared: PreparedRun, inputRunSeq: number): RunRecord {
    const record = this.#table.get(prepared.runId);
    invariant(record?.state.name === 'queued', 'only a queued run can be registered');
    record.inputRunSeq = inputRunSeq;
    return record;
  }

  /** `action` is what was typed for it; nothing for the session's own program. */
  #fly(record: RunRecord, action: TypeAction | undefined, place = OWN_PLACE): RunInFlight {
    const { clock } = this.#options;
    const sink = this.#stack.sinkAbove(this.#options.sink);
    const inFlight: RunInFlight = new RunInFlight({
      record,
      action,
      place,
      prompt: action?.source.reportsPrompts === true ? this.#prompts.next : undefined,
      clock,
      sink,
      onEnded: () => {
        this.#stack.remove(inFlight);
        this.#table.ended(record);
      },
    });
    this.#stack.push(inFlight);
    return inFlight;
  }

  #output(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#stack.top !== undefined) this.#stack.top.output(bytes);
    else this.#options.sink.appendOutput(bytes);
  }
}
