/** Runs of one session from the caller's side: in order, typed only at a prompt, waited for as long as the caller likes. */
import type { Clock } from '../../base/clock.ts';
import { commandText } from '../../protocol/commandText.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { RunResult, RunView } from '../../protocol/methods/common.ts';
import type { CallContext } from '../../protocol/methods/handlers.ts';
import type { CheckedParams } from '../../protocol/methods/table.ts';
import type { RunNote } from '../../protocol/methods/run.ts';
import type { InputBlock } from '../../protocol/outcomes.ts';
import type { InputWatch } from './inputWatch.ts';
import type { LogProgress } from './logProgress.ts';
import type { PromptGate } from './promptGate.ts';
import type { Readers } from './readers.ts';
import { stillBusy, unknownRun } from './runErrors.ts';
import type { Place } from './leasePort.ts';
import type { PlaceWish } from './runLeases.ts';
import { type QueuedRun, RunQueue } from './runQueue.ts';
import { type RunTypingParts, typeRun } from './runTyping.ts';
import { timeLeft, untilEndOrInput } from './runWait.ts';
import { RunKeys, type RunKeysParts } from './runKeys.ts';

export interface RunsParts extends Omit<RunTypingParts, 'keys'> {
  readonly clock: Clock;
  readonly progress: LogProgress;
  readonly gate: PromptGate;
  readonly inputWatch: InputWatch;
  /** The provider of runs that name none. */
  readonly provider: string | undefined;
  /** Path of the session's log. */
  readonly log: string;
  readonly redaction: RunKeysParts['redaction'];
  readonly readers: Pick<Readers, 'now' | 'own' | 'ownSpoke'>;
  /** Aborts when the session's program is gone; the reason is `SESSION_NOT_RUNNING`. */
  readonly ended: AbortSignal;
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
  readonly #queue: RunQueue;
  readonly #keys: RunKeys;
  readonly #typing: RunTypingParts;

  constructor(parts: RunsParts) {
    this.#parts = parts;
    this.#keys = new RunKeys(parts);
    this.#queue = new RunQueue(parts);
    this.#typing = { ...parts, keys: this.#keys };
  }

  views(): RunView[] {
    return this.#parts.coordinator.views().map((view) => this.#withLease(view));
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
    return this.#queue.hasTurn || this.#parts.coordinator.runInFlight !== undefined;
  }

  /** Whether a program that the command in flight started waits for commands itself, and no other run is about to go there. */
  get #isNestedFree(): boolean {
    return !this.#queue.hasTurn && this.#parts.readers.now() !== undefined;
  }

  /**
   * Types a command when its turn has come and the shell is at its prompt; waits for its end if asked to. The caller's time is for
   * both, and not for the wait for a place, which has its own.
   */
  async start(request: StartRequest, context: Context): Promise<RunResult> {
    const { coordinator, clock, leases } = this.#parts;
    const { idempotencyKey: key, timeoutMs } = request;
    const sinceMs = clock.nowMs();
    const { runId, joined, ...place } =
      key === undefined
        ? { joined: false, ...(await this.#startNew(request, context)) }
        : await this.#startOnce(key, request, context);
    const seq = coordinator.view(runId)?.seq ?? 0;
    if (request.progress) context.note({ type: 'accepted', runId, seq, ...place });
    if (!request.wait) return withJoined(this.#result(runId, 0, 'accepted'), joined);
    const spentMs = clock.nowMs() - sinceMs - (leases.view(runId)?.waitedMs ?? 0);
    return withJoined(
      await this.#waitFor(runId, { ...request, timeoutMs: timeLeft(timeoutMs, spentMs) }, context),
      joined,
    );
  }

  async #startNew(
    request: StartRequest,
    { signal }: Pick<Context, 'signal'>,
  ): Promise<{ runId: string; logOffset: number }> {
    const { coordinator } = this.#parts;
    this.#parts.assertLive();
    const assertFree = (): void => {
      if (request.whenBusy === 'fail') this.#assertFree();
    };
    assertFree();
    const prepared = coordinator.prepare({ command: request.command, noWait: !request.wait });
    const key = request.idempotencyKey;
    const named =
      key === undefined ? prepared : { ...prepared, inputRun: { ...prepared.inputRun, idempotencyKey: key } };
    const { runId } = prepared;
    const type: QueuedRun['type'] = (reader, held) => typeRun(this.#typing, named, reader, held);
    const { timeoutMs } = request;
    const logOffset = await this.#queue.pass({ runId, timeoutMs, wish: this.#wish(request), signal, assertFree, type });
    return { runId, logOffset };
  }

  /** @throws TtyError `SESSION_BUSY` while another run is under way or waits for its turn */
  #assertFree(): void {
    if (!this.hasRun || this.#isNestedFree) return;
    const { runInFlight } = this.#parts.coordinator;
    const run = runInFlight === undefined ? 'another run of this session' : `run ${runInFlight}`;
    throw new TtyError('SESSION_BUSY', `${run} is under way; nothing was typed`, { details: { runId: runInFlight } });
  }

  /** The place that a command needs. */
  #wish({ provider = this.#parts.provider, leaseWaitMs }: StartRequest): PlaceWish | undefined {
    if (provider !== undefined) return { provider, waitMs: leaseWaitMs ?? 0 };
    if (leaseWaitMs === undefined) return undefined;
    throw new TtyError(
      'INVALID_INPUT',
      'there is nothing to wait for: neither the run nor its session names a provider',
      {
        details: { reason: 'usage', parameter: 'leaseWaitMs' },
      },
    );
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
    // The wait for a place has a bound of its own.
    const boundMs = timeoutMs === 0 ? 0 : timeoutMs + (this.#wish(request)?.waitMs ?? 0);
    const caller = { signal, timeoutMs: boundMs, late: () => stillBusy(boundMs) };
    return { ...(await this.#keys.run({ key, command: commandText(command), caller, type })), ...place };
  }

  /** Waits for a run that was started before; one that ended long ago is answered at once. */
  async wait(runId: string, request: WaitRequest, context: Context): Promise<RunResult> {
    const view = this.#parts.coordinator.view(runId);
    if (view === undefined) throw unknownRun(runId);
    if (request.progress && view.seq !== null) context.note({ type: 'accepted', runId, seq: view.seq });
    return this.#waitFor(runId, request, context);
  }

  /**
   * The session's own program as its one run, with the place that was taken for it; to be called before its first output is read.
   * Returns the run's id.
   */
  registerProcess(command: string, place?: Place): string {
    const { coordinator, journal, leases } = this.#parts;
    const held = place && { place, waitedMs: place.waitedMs };
    const prepared = coordinator.prepareProcessRun(command);
    const { runId } = prepared;
    const before = held === undefined ? [] : [leases.heldEvent(runId, held)];
    const inputRunSeq = journal.commit(...before, { type: 'input_run', payload: prepared.inputRun });
    coordinator.registerProcessRun(prepared, inputRunSeq);
    if (held !== undefined) leases.attach(runId, held);
    journal.flush();
    return runId;
  }

  async #waitFor(runId: string, request: WaitRequest, context: Context): Promise<RunResult> {
    const { journal, leases, progress } = this.#parts;
    const waiter = leases.waiter(runId);
    const tell = (): void => context.note({ type: 'progress', toSeq: journal.head.seq });
    const following = request.progress ? progress.follow(tell) : undefined;
    try {
      const block = await untilEndOrInput(this.#parts, runId, {
        ...request,
        signals: [context.signal, waiter.failed],
      });
      waiter[Symbol.dispose]();
      await journal.settled();
      const result = this.#result(runId, request.maxOutputBytes, block ?? 'timed_out');
      if (result.outcome !== 'timed_out') leases.assertKept(runId);
      return result;
    } finally {
      waiter[Symbol.dispose]();
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
    return result === undefined ? undefined : this.#withLease({ ...result, head: journal.head });
  }

  #withLease<T extends RunView | RunResult>(told: T): T {
    const lease = this.#parts.leases.view(told.runId);
    return lease === undefined ? told : { ...told, lease };
  }

  /** Takes back a run that waits for its place or its turn; its caller is told. False when there is no such run. */
  withdraw(runId: string): boolean {
    return this.#queue.withdraw(runId);
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
}

function withJoined(result: RunResult, joined: boolean): RunResult {
  return joined ? { ...result, joined } : result;
}
