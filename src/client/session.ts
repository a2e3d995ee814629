/** A session as the library shows it: run, type, wait, look, end. */
import { systemClock } from '../base/clock.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import { parseRunId } from '../protocol/ids.ts';
import { DEFAULT_CANCEL_GRACE_MS, DEFAULT_RUN_TIMEOUT_MS, DEFAULT_WAIT_TIMEOUT_MS } from '../protocol/limits.ts';
import type { CancelResult } from '../protocol/methods/cancel.ts';
import type { RunResult } from '../protocol/methods/common.ts';
import type { PasteResult, SendKeysResult, TypeResult } from '../protocol/methods/input.ts';
import type { RunNote } from '../protocol/methods/run.ts';
import type { WaitCondition, WaitResult } from '../protocol/methods/screen.ts';
import type { DestroyResult, InspectResult } from '../protocol/methods/session.ts';
import type { MarkResult, ResizeResult, SignalResult } from '../protocol/methods/sessionVerbs.ts';
import type { RenderRun } from '../protocol/runScreen.ts';
import type { ScreenshotOptions, ScreenshotResult, TakeScreenshot } from '../protocol/picture.ts';
import type { ExportAsciicast, ExportAsciicastOptions, ExportResult } from '../protocol/recording.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import type { EventSelection } from './eventFeed.ts';
import { EventStream } from './eventStream.ts';
import type { CallOptions, HostClient } from './hostClient.ts';
import { cancelOrTell } from './cancelRun.ts';
import type {
  CallControl,
  CancelRunOptions,
  PasteOptions,
  RunOptions,
  SnapshotOptions,
  WaitOptions,
  WaitRunOptions,
} from './options.ts';
import { withFittingOutput } from './runOutput.ts';
import { runOrTell } from './keyedRun.ts';
import { RunFollower, runOffset, type RunPlace } from './runFollower.ts';
import { type ScreenParts, sessionScreen } from './sessionScreen.ts';
import { pasteText, typeText } from './typeText.ts';
import { waitBoundMs } from './waitBound.ts';

/** What a session needs of its client. */
export interface SessionParts extends ScreenParts {
  /** Whether disposing the session destroys it. */
  readonly isOwned: boolean;
  /** Does `work` on a connection of its own. */
  alone<T>(work: (client: HostClient) => Promise<T>): Promise<T>;
  /** A new connection to the host of the session, the caller's to dispose. */
  connect(): Promise<HostClient>;
  readonly exportAsciicast: ExportAsciicast;
  readonly renderRun: RenderRun;
  screenshot(options: Omit<Parameters<TakeScreenshot>[2], 'fonts'>): Promise<ScreenshotResult>;
}

/** Ending a session takes up to 5 s. */
const DESTROY_MS = 10_000;

/**
 * A session of a home. Calls may overlap; each throws `SESSION_NOT_FOUND`, `SESSION_NOT_RUNNING` (it ended) or
 * `HOST_UNREACHABLE` (its host died) beside its own errors.
 */
export class Session implements AsyncDisposable {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** The id, or what the session was asked for by. */
  get reference(): string {
    return this.#parts.reference;
  }

  /**
   * Types a command into the shell and waits for its end. That it fails, times out or is interrupted is an outcome in the
   * result, not an error; so is, with `untilInput`, that it waits for input.
   *
   * @throws TtyError `SESSION_BUSY`, `NOT_A_SHELL`, `INVALID_INPUT`, `IDEMPOTENCY_KEY_REUSED`, `CANCELLED`: nothing was typed, or
   *   the wait was given up; `PROVIDER_WORKLOAD_BLOCKED`, `PROVIDER_ADMISSION_FAILED`: nothing was typed; `PROVIDER_LEASE_LOST`: an
   *   operator took the place away and the command was ended
   */
  run(command: string, options: RunOptions = {}): Promise<RunResult> {
    const { wait = true, whenBusy, idempotencyKey, maxOutputBytes, provider, leaseWaitMs } = options;
    const waiting = this.#waiting(options, leaseWaitMs);
    const params = {
      session: this.reference,
      command,
      wait,
      ...waiting.params,
      ...(whenBusy === undefined ? {} : { whenBusy }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(provider === undefined ? {} : { provider }),
      ...(leaseWaitMs === undefined ? {} : { leaseWaitMs }),
    };
    const keyed = { session: this.reference, command, key: idempotencyKey, maxOutputBytes };
    return waiting.finish((call) =>
      runOrTell(this.#parts.home, keyed, () => this.#parts.call('run.start', params, call)),
    );
  }

  /**
   * Waits for a run that was started before.
   *
   * @throws TtyError `RUN_NOT_FOUND`, `INVALID_INPUT`, `CANCELLED`
   */
  waitRun(runId: string, options: WaitRunOptions = {}): Promise<RunResult> {
    const waiting = this.#waiting(options);
    return waiting.finish((call) => this.#parts.call('run.wait', { run: runId, ...waiting.params }, call));
  }

  /**
   * Ends a run and every process of its own: by interrupt, then TERM, then KILL, each with a grace (2 s). A queued one is
   * withdrawn; one that is over is told so. Whoever waits for the run gets its real outcome.
   *
   * @throws TtyError `RUN_NOT_FOUND`, `INVALID_INPUT`
   */
  cancelRun(runId: string, options: CancelRunOptions = {}): Promise<CancelResult> {
    const { graceMs = DEFAULT_CANCEL_GRACE_MS } = options;
    const call = { ...control(options), timeoutMs: waitBoundMs(3 * graceMs) };
    return cancelOrTell(this.#parts.home, runId, () => this.#parts.call('run.cancel', { run: runId, graceMs }, call));
  }

  /** Sends text of up to 8 MiB, byte for byte and in one piece. `force` sends a line even when the terminal will cut it at 4,095 bytes. */
  async type(text: string, options: CallControl & { readonly force?: boolean } = {}): Promise<TypeResult> {
    const input = { session: this.reference, text, force: options.force === true };
    return this.#parts.alone((client) => typeText(client, input, control(options)));
  }

  /**
   * Pastes text of up to 8 MiB (less 16 bytes): in a frame when the program asked for one, line ends as Enter, paste markers
   * removed. `raw` lets control characters through, `enter` presses Enter afterwards.
   *
   * @throws TtyError `INVALID_INPUT` naming the first control character, `CANONICAL_LINE_TOO_LONG`, `INPUT_QUEUE_FULL`
   */
  async paste(text: string, options: PasteOptions = {}): Promise<PasteResult> {
    const { force = false, raw = false, enter = false } = options;
    const input = { session: this.reference, text, force, raw, enter };
    return this.#parts.alone((client) => pasteText(client, input, control(options)));
  }

  /** Puts a marker into the log: a label of 1 to 256 characters without controls. */
  mark(label: string, options: CallControl = {}): Promise<MarkResult> {
    return this.#parts.call('session.mark', { session: this.reference, label }, control(options));
  }

  /** Changes the terminal's size, each 1 to 1000; the program is told. */
  resize(size: { readonly cols: number; readonly rows: number }, options: CallControl = {}): Promise<ResizeResult> {
    const { cols, rows } = size;
    return this.#parts.call('session.resize', { session: this.reference, cols, rows }, control(options));
  }

  /**
   * Sends a signal (`INT` or `SIGINT`, ...) to the program in the foreground, with `tree` to every process of the session.
   *
   * @throws TtyError `INVALID_SIGNAL`
   */
  signal(signal: string, options: CallControl & { readonly tree?: boolean } = {}): Promise<SignalResult> {
    const params = { session: this.reference, signal, tree: options.tree === true };
    return this.#parts.call('session.signal', params, control(options));
  }

  /** Sends key chords such as `Enter`, `Ctrl+C`, `F5`. Throws `INVALID_KEYS`. */
  sendKeys(keys: readonly string[], options: CallControl = {}): Promise<SendKeysResult> {
    return this.#parts.call('input.keys', { session: this.reference, keys: [...keys] }, control(options));
  }

  /**
   * Waits for a condition: 30 s unless told otherwise, 0 for ever. That it did not hold in time stands in the result. With
   * `afterSeq`, a number that another call gave, only what came after that event counts.
   */
  wait(condition: WaitCondition, options: WaitOptions = {}): Promise<WaitResult> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_WAIT_TIMEOUT_MS;
    const after = options.afterSeq === undefined ? {} : { afterSeq: options.afterSeq };
    const params = { session: this.reference, condition, timeoutMs, ...after };
    return this.#parts.call('screen.wait', params, { ...control(options), timeoutMs: waitBoundMs(timeoutMs) });
  }

  /** The screen as it stands; of an ended session the last one, from its log, and so with `at` the one after that event. */
  snapshot(options: SnapshotOptions = {}): Promise<ScreenState> {
    return sessionScreen(this.#parts, options, control(options));
  }

  /**
   * The events of the session in their order, from its log: after `since`, of the given `types`, with `follow` until the
   * session ends. Works for a session that has ended too, without a host.
   *
   * @throws TtyError `INVALID_INPUT` at once for an unknown type. While reading: `SESSION_NOT_FOUND`, `HOST_UNREACHABLE` (the
   *   host of a followed session died), `LOG_CORRUPT`, `CANCELLED`
   */
  events(selection: EventSelection = {}): EventStream {
    const { home } = this.#parts;
    const connect = (): Promise<HostClient> => this.#parts.connect();
    return new EventStream({ home, session: this.reference, connect }, selection);
  }

  /**
   * Makes a recording for asciinema from the log of the session, ended or not.
   *
   * @throws TtyError `EXPORT_ERROR` for a place that cannot be written or a range that holds nothing; `SESSION_NOT_FOUND`,
   *   `LOG_CORRUPT`, `CANCELLED`
   */
  exportAsciicast(options: ExportAsciicastOptions = {}): Promise<ExportResult> {
    return this.#parts.exportAsciicast(this.#parts.home, this.reference, options);
  }

  /**
   * Draws the screen of the session, ended or not, as a PNG.
   *
   * @throws TtyError `EXPORT_ERROR` for a place that cannot be written, a picture that would be too large, or a system for which
   *   there is no canvas; `INVALID_INPUT`, `SESSION_NOT_FOUND`, `LOG_CORRUPT`
   */
  screenshot(options: ScreenshotOptions = {}): Promise<ScreenshotResult> {
    return this.#parts.screenshot({ ...options, live: () => this.snapshot({ includeCells: true }) });
  }

  /** What only the live host knows: runs, foreground program, grade of completion, flow. */
  inspect(options: CallControl = {}): Promise<InspectResult> {
    return this.#parts.call('session.inspect', { session: this.reference }, control(options));
  }

  /** Ends the session and every process in it. `force` begins with KILL. Throws `SESSION_ALREADY_DESTROYED`. */
  destroy(options: CallControl & { readonly force?: boolean } = {}): Promise<DestroyResult> {
    const params = { session: this.reference, force: options.force === true };
    return this.#parts.call('session.destroy', params, { ...control(options), timeoutMs: waitBoundMs(DESTROY_MS) });
  }

  /** Destroys the session if this client created it; one that has ended already is no error. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#parts.isOwned) return;
    try {
      await this.destroy();
    } catch (error) {
      const isOver = error instanceof TtyError && OVER.has(error.code);
      if (!isOver) throw error;
    }
  }

  /** The parameters of a wait for a run, and the function that makes the call, printing meanwhile where that was asked for. */
  #waiting(
    options: WaitRunOptions,
    leaseWaitMs = 0,
  ): {
    params: { timeoutMs: number; progress: boolean; untilInput: boolean; maxOutputBytes?: number };
    finish(call: (options: CallOptions<'run.start'>) => Promise<RunResult>): Promise<RunResult>;
  } {
    const { timeoutMs = DEFAULT_RUN_TIMEOUT_MS, maxOutputBytes, onOutput, untilInput = false, ansi = false } = options;
    const { home, renderRun } = this.#parts;
    const form = { ansi, maxOutputBytes, render: renderRun, clock: systemClock };
    const base = { ...control(options), timeoutMs: waitBoundMs(timeoutMs === 0 ? 0 : timeoutMs + leaseWaitMs) };
    return {
      params: {
        timeoutMs,
        progress: onOutput !== undefined,
        untilInput,
        ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
      },
      finish: async (call) => {
        if (onOutput === undefined) return withFittingOutput(home, await call(base), form);
        let follower: RunFollower | undefined;
        const onNote = (note: RunNote): void => {
          if (note.type === 'accepted') follower ??= this.#follow(note.runId, note, { ansi, onOutput });
          follower?.poke();
        };
        const result = await call({ ...base, onNote });
        if (result.outcome === 'accepted') return result;
        follower ??= this.#follow(result.runId, result, { ansi, onOutput });
        await follower.finish();
        if (!follower.hasStarted) await onOutput(result.output);
        return withFittingOutput(home, result, form);
      },
    };
  }

  #follow(
    runId: string,
    at: RunPlace,
    { ansi, onOutput }: { ansi: boolean; onOutput: (text: string) => void | Promise<void> },
  ): RunFollower {
    const { log } = sessionPaths(this.#parts.home, parseRunId(runId).sessionId);
    const write = async (text: string): Promise<void> => {
      if (text !== '') await onOutput(text);
    };
    return new RunFollower({ file: log, runId, fromOffset: runOffset(log, at), ansi, write });
  }
}

/** Answers that say that there is nothing left to destroy. */
const OVER: ReadonlySet<string> = new Set(['SESSION_NOT_RUNNING', 'SESSION_ALREADY_DESTROYED', 'HOST_UNREACHABLE']);

function control(options: CallControl): CallControl {
  return options.signal === undefined ? {} : { signal: options.signal };
}
