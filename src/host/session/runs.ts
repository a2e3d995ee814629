/** Runs of one session from the caller's side: in order, typed only at a prompt, waited for as long as the caller likes. */
import path from 'node:path';
import type { Clock, Timer } from '../../base/clock.ts';
import { invariant } from '../../base/invariant.ts';
import { commandText } from '../../protocol/commandText.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { RunResult, RunView } from '../../protocol/methods/common.ts';
import type { CallContext } from '../../protocol/methods/handlers.ts';
import type { CheckedParams } from '../../protocol/methods/table.ts';
import type { RunNote } from '../../protocol/methods/run.ts';
import type { Pty } from '../pty/pty.ts';
import type { PreparedRun, RunCompletionCoordinator } from '../run/coordinator.ts';
import type { PromptTracker } from '../run/promptTracker.ts';
import type { InputBlock } from '../../protocol/outcomes.ts';
import type { InputWatch } from './inputWatch.ts';
import type { Journal } from './journal.ts';
import type { LogProgress } from './logProgress.ts';
import type { PromptGate } from './promptGate.ts';
import type { Reader, Readers } from './readers.ts';
import { stillBusy, unknownRun, withdrawn } from './runErrors.ts';
import { writeRunScript } from './runScript.ts';
import { untilEndOrInput } from './runWait.ts';
import { RunKeys } from './runKeys.ts';
import type { RunOrigins } from './runOrigins.ts';

export interface RunsParts {
  readonly clock: Clock;
  readonly pty: Pty;
  readonly journal: Journal;
  readonly progress: LogProgress;
  readonly coordinator: RunCompletionCoordinator;
  readonly tracker: PromptTracker;
  readonly gate: PromptGate;
  readonly inputWatch: InputWatch;
  readonly origins: RunOrigins;
  /** Path of the session's log. */
  readonly log: string;
  readonly readers: Pick<Readers, 'now' | 'own' | 'ownSpoke'>;
  /** Directory for scripts of commands that cannot be typed; made when it is needed. */
  readonly scratch: string;
  /** Aborts when the session's program is gone; the reason is `SESSION_NOT_RUNNING`. */
  readonly ended: AbortSignal;
  /** Tells that a run was typed, before its bytes go out. */
  onTyped(): void;
  /** Handles output that has come and is not logged yet, so that it stands before what is typed next. */
  drainOutput(): void;
  /** Handles also what the terminal has and was not read; false when it is held back. */
  readOutput(): boolean;
  /** @throws TtyError `SESSION_NOT_RUNNING` */
  assertLive(): void;
}

type StartRequest = Omit<CheckedParams<'run.start'>, 'session'>;
type WaitRequest = Omit<CheckedParams<'run.wait'>, 'run'>;
type Context = CallContext<RunNote>;

export class SessionRuns {
  readonly #parts: RunsParts;
  /** Resolves when the run that is being typed is typed or given up. */
  #turn: Promise<void> = Promise.resolve();
  #inTurn = 0;
  /** What takes back a run that waits for its turn. */
  readonly #queued = new Map<string, () => void>();

  readonly #keys: RunKeys;

  constructor(parts: RunsParts) {
    this.#parts = parts;
    this.#keys = new RunKeys(parts);
  }

  views(): RunView[] {
    return this.#parts.coordinator.views();
  }

  /** The same, with whether the run under way waits for input now, which may take a quarter of a second to see. */
  async viewsNow(): Promise<RunView[]> {
    const { coordinator, inputWatch } = this.#parts;
    const { runInFlight } = coordinator;
    const block = runInFlight === undefined ? undefined : await inputWatch.now(runInFlight);
    const views = this.views();
    const view = views.find(({ runId, state }) => runId === runInFlight && state !== 'ended');
    if (view !== undefined && block !== undefined)
      view.blockedOn = block && { ...block, evidence: [...block.evidence] };
    return views;
  }

  /** Whether a run was typed and has not ended, or waits for its turn. */
  get hasRun(): boolean {
    return this.#inTurn > 0 || this.#parts.coordinator.runInFlight !== undefined;
  }

  /** Whether a program that the command in flight started waits for commands itself, and no other run is about to go there. */
  get #isNestedFree(): boolean {
    return this.#inTurn === 0 && this.#parts.readers.now() !== undefined;
  }

  /** Types a command when its turn has come and the shell is at its prompt; waits for its end if asked to. */
  async start(request: StartRequest, context: Context): Promise<RunResult> {
    const { coordinator } = this.#parts;
    const { idempotencyKey: key } = request;
    const { runId, joined, ...place } =
      key === undefined
        ? { joined: false, ...(await this.#startNew(request, context)) }
        : await this.#startOnce(key, request, context);
    const seq = coordinator.view(runId)?.seq ?? 0;
    if (request.progress) context.note({ type: 'accepted', runId, seq, ...place });
    const result = request.wait ? await this.#waitFor(runId, request, context) : this.#result(runId, 0, 'accepted');
    return joined ? { ...result, joined } : result;
  }

  async #startNew(
    request: StartRequest,
    { signal }: Pick<Context, 'signal'>,
  ): Promise<{ runId: string; logOffset: number }> {
    const { coordinator } = this.#parts;
    this.#parts.assertLive();
    if (request.whenBusy === 'fail' && this.hasRun && !this.#isNestedFree) {
      const { runInFlight } = coordinator;
      const run = runInFlight === undefined ? 'another run of this session' : `run ${runInFlight}`;
      throw new TtyError('SESSION_BUSY', `${run} is under way; nothing was typed`, { details: { runId: runInFlight } });
    }
    const prepared = coordinator.prepare({ command: request.command, noWait: !request.wait });
    const key = request.idempotencyKey;
    const named =
      key === undefined ? prepared : { ...prepared, inputRun: { ...prepared.inputRun, idempotencyKey: key } };
    return { runId: prepared.runId, logOffset: await this.#inOrder(named, request.timeoutMs, signal) };
  }

  /** The run of a key, typed now if it was not; how long each caller waits for its turn is its own affair. */
  async #startOnce(
    key: string,
    request: StartRequest,
    { signal }: Context,
  ): Promise<{ runId: string; joined: boolean; logOffset?: number }> {
    const { timeoutMs, command } = request;
    if (!this.#keys.isTyped(key)) this.#parts.assertLive();
    let place: { logOffset?: number } = {};
    const type = async (stop: AbortSignal): Promise<void> => {
      const { logOffset } = await this.#startNew({ ...request, timeoutMs: 0 }, { signal: stop });
      place = { logOffset };
    };
    const caller = { signal, timeoutMs, late: () => stillBusy(timeoutMs) };
    return { ...(await this.#keys.run({ key, command: commandText(command), caller, type })), ...place };
  }

  /** Waits for a run that was started before; one that ended long ago is answered at once. */
  async wait(runId: string, request: WaitRequest, context: Context): Promise<RunResult> {
    const view = this.#parts.coordinator.view(runId);
    if (view === undefined) throw unknownRun(runId);
    if (request.progress && view.seq !== null) context.note({ type: 'accepted', runId, seq: view.seq });
    return this.#waitFor(runId, request, context);
  }

  /** The session's own program as its one run; to be called before its first output is read. Returns the run's id. */
  registerProcess(command: string): string {
    const { coordinator, journal } = this.#parts;
    const prepared = coordinator.prepareProcessRun(command);
    coordinator.registerProcessRun(prepared, journal.commit({ type: 'input_run', payload: prepared.inputRun }));
    journal.flush();
    return prepared.runId;
  }

  async #waitFor(runId: string, request: WaitRequest, context: Context): Promise<RunResult> {
    const { journal, progress } = this.#parts;
    const tell = (): void => context.note({ type: 'progress', toSeq: journal.head.seq });
    const following = request.progress ? progress.follow(tell) : undefined;
    try {
      const block = await untilEndOrInput(this.#parts, runId, { ...request, signal: context.signal });
      await journal.settled();
      return this.#result(runId, request.maxOutputBytes, block ?? 'timed_out');
    } finally {
      following?.[Symbol.dispose]();
    }
  }

  /** A typed run's result as it stands; `undefined` when its output is not held here any more, or nothing was typed. */
  resultOf(
    runId: string,
    maxOutputBytes: number,
    open: 'timed_out' | 'accepted' | 'blocked_on_input' = 'timed_out',
  ): RunResult | undefined {
    const { coordinator, journal } = this.#parts;
    const result = coordinator.result(runId, maxOutputBytes, open);
    return result === undefined ? undefined : { ...result, head: journal.head };
  }

  /** Takes back a run that waits for its turn; its caller is told. False when there is no such run. */
  withdraw(runId: string): boolean {
    const takeBack = this.#queued.get(runId);
    takeBack?.();
    return takeBack !== undefined;
  }

  /** `open` says how a run that goes on is told. */
  #result(runId: string, maxOutputBytes: number, open: InputBlock | 'timed_out' | 'accepted'): RunResult {
    const block = typeof open === 'object' ? open : undefined;
    const outcome = typeof open === 'object' ? 'blocked_on_input' : open;
    const result = this.resultOf(runId, maxOutputBytes, outcome);
    if (result === undefined) throw unknownRun(runId);
    // It may have ended since it was seen to be blocked: then that is the news.
    if (block === undefined || result.outcome !== outcome) return result;
    const blockedOn = { ...block, evidence: [...block.evidence] };
    return { ...result, evidence: blockedOn.evidence, confidence: block.confidence, blockedOn };
  }

  /** Waits for the turn and the prompt, then types. Nothing was typed if it throws. Returns the log's size before the run. */
  async #inOrder(prepared: PreparedRun, timeoutMs: number, signal: AbortSignal): Promise<number> {
    const { clock, coordinator, ended } = this.#parts;
    const stop = new AbortController();
    const abort = (): void =>
      stop.abort(
        ended.aborted ? ended.reason : new TtyError('CANCELLED', 'the run was taken back before it was typed'),
      );
    signal.addEventListener('abort', abort, { once: true });
    ended.addEventListener('abort', abort, { once: true });
    let timer: Timer | undefined;
    if (timeoutMs > 0) timer = clock.after(timeoutMs, () => stop.abort(stillBusy(timeoutMs)));
    const before = this.#turn;
    let leave: () => void = () => undefined;
    this.#turn = new Promise((resolve) => (leave = resolve));
    this.#inTurn++;
    if (signal.aborted || ended.aborted) abort();
    this.#queued.set(prepared.runId, () => {
      coordinator.withdraw(prepared.runId);
      stop.abort(withdrawn(prepared.runId));
    });
    try {
      await unlessAborted(before, stop.signal);
      await this.#parts.gate.untilReady(stop.signal);
      // What has come and was not looked at is the rest of the prompt, or tells that it is none.
      this.#parts.readOutput();
      const reader = await this.#parts.gate.untilReady(stop.signal);
      stop.signal.throwIfAborted();
      return this.#type(prepared, reader);
    } catch (error) {
      coordinator.withdraw(prepared.runId);
      throw error;
    } finally {
      timer?.clear();
      this.#queued.delete(prepared.runId);
      signal.removeEventListener('abort', abort);
      ended.removeEventListener('abort', abort);
      this.#inTurn--;
      // A later run keeps its place behind the earlier ones even when this one gave up first.
      void before.then(leave);
    }
  }

  /** Types into `reader`, or into the session's own shell. */
  #type(accepted: PreparedRun, reader: Reader | undefined): number {
    const { pty, journal, coordinator, tracker, readers } = this.#parts;
    const source = reader?.source ?? coordinator.source;
    invariant(source !== undefined, 'a session that takes no commands has no prompt');
    const prepared = coordinator.aim(accepted, source);
    if (reader === undefined) readers.ownSpoke();
    const place = {
      isNested: reader !== undefined && reader.image.pid !== pty.pid,
      endsBelow: reader?.endsBelow === true,
      into: reader?.image ?? readers.own,
    };
    const editor = reader?.editor ?? {
      bracketedPaste: tracker.bracketedPaste,
      canonical: pty.modes()?.canonical ?? !tracker.bracketedPaste,
    };
    this.#parts.drainOutput();
    const scriptPath = path.join(this.#parts.scratch, `run-${prepared.runId.split('.').at(-1) ?? ''}`);
    const action = coordinator.plan(prepared, editor, scriptPath, source);
    // Everything that can fail comes before the run is in flight: one that nobody typed would never end.
    pty.assertRoom(action.bytes.length);
    const removeScript = writeRunScript(this.#parts.scratch, action.script);
    const logOffset = journal.offsetBytes;
    try {
      const inputRunSeq = journal.commit({ type: 'input_run', payload: prepared.inputRun });
      const { idempotencyKey } = prepared.inputRun;
      if (idempotencyKey !== undefined) this.#keys.typed(idempotencyKey, prepared.runId);
      coordinator.register({ prepared, inputRunSeq, action, place });
    } catch (error) {
      removeScript();
      throw error;
    }
    this.#parts.origins.typed(prepared.runId);
    this.#parts.onTyped();
    coordinator.wait(prepared.runId, { timeoutMs: 0 }).then(removeScript, removeScript);
    pty.write(action.bytes);
    return logOffset;
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
