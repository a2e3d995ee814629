/** The one run of a session that was typed and has not ended: where its bytes go, its echo, its beginning and its end. */
import type { Clock, Timer } from '../../base/clock.ts';
import { BehindOutput } from './behindOutput.ts';
import type { CoordinatorSink } from './coordinatorSink.ts';
import { echoEvents } from './echoEvents.ts';
import { EchoRegion } from './echoRegion.ts';
import { EditorWatch, SWITCH_BYTES } from './editorWatch.ts';
import { promptAnswer, type PromptSeen } from './promptBack.ts';
import type { Place } from './registration.ts';
import { Refusal } from './refusal.ts';
import type { RunRecord } from './runRecord.ts';
import type { RunEnd } from './runState.ts';
import type { TypeAction } from './typeAction.ts';
import { type NoiseCut, StartNoise } from './startNoise.ts';
import { nestedEnd, promptEnd } from './verdicts.ts';

export type { CoordinatorSink } from './coordinatorSink.ts';

/**
 * How long an echo is held for the mark that begins its command. Shells take milliseconds; a program that is no shell never
 * answers, and a person who watches has to see what it printed.
 */
export const ECHO_HOLD_MS = 5_000;

const LF = 0x0a;

export interface InFlightOptions {
  readonly record: RunRecord;
  /** Number of the prompt at which the run was typed; `undefined` for a shell that does not report its prompts. */
  readonly prompt: number | undefined;
  readonly place: Place;
  /** What was typed; `undefined` for the session's own program. */
  readonly action: TypeAction | undefined;
  readonly clock: Clock;
  readonly sink: CoordinatorSink;
  /** Called once, after the run ended, before a failed append is thrown on. */
  readonly onEnded: () => void;
}

export class RunInFlight {
  readonly record: RunRecord;
  readonly prompt: number | undefined;
  readonly place: Place;
  readonly #options: InFlightOptions;
  readonly #editor = new EditorWatch();
  readonly #refusal: Refusal;
  #region: EchoRegion | undefined;
  #holdTimer: Timer | undefined;
  #noise: StartNoise | undefined;
  readonly #behind = new BehindOutput();
  #editorLeft = false;
  /** The editor took the line and reads on: the shell waits for the rest of an incomplete command. */
  #wantsMore = false;
  /** Ctrl+C that the host typed to get the prompt back. */
  #interrupts = 0;
  /** The next time that the editor begins to read it is for a built-in of the command. */
  #isEditorLent = false;
  /** Length of the captured output where a line editor last began to read. */
  #promptAtBytes: number | undefined;

  constructor(options: InFlightOptions) {
    this.#options = options;
    this.record = options.record;
    this.prompt = options.prompt;
    this.place = options.place;
    this.#refusal = new Refusal(options.record.identity.command);
    const { action, record } = options;
    if (action?.source.hidesEcho === true) {
      const { frameParts, bytes } = action;
      this.#region = new EchoRegion({ command: record.identity.command, frameParts, typedBytes: bytes.length });
      this.#holdTimer = options.clock.after(ECHO_HOLD_MS, () => this.#giveUpEcho(), { background: true });
    }
  }

  /** Whether the shell would answer also a line that it does not take. */
  get answersLines(): boolean {
    return this.#options.action?.source.answersLines === true;
  }

  /** Whether a line editor began to read while the command was running: its shell may be back at the prompt. */
  get promptSuspected(): boolean {
    return this.#promptAtBytes !== undefined || this.#wantsMore;
  }

  /** The shell said that the command's output is over, went on, and did not say how it ended. */
  get isOutputOver(): boolean {
    return this.#behind.hasAny;
  }

  /** Program output that came while this run is in flight. */
  output(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#behind.push(bytes)) {
      if (this.#behind.isFull) this.#giveBehind();
      return;
    }
    if (this.#noise !== undefined) {
      const cut = this.#noise.push(bytes);
      if (cut !== undefined) this.#beginAfter(cut);
      return;
    }
    if (this.#region !== undefined) {
      if (!this.#region.push(bytes)) this.#releaseEcho();
      return;
    }
    const capturedBefore = this.record.capture?.totalBytes ?? 0;
    this.#options.sink.appendOutput(bytes);
    if (this.record.state.name === 'started') this.record.capture?.append(bytes);
    this.#refusal.push(bytes);
    for (const { reading, at } of this.#editor.feed(bytes)) {
      if (!reading && !this.#editorLeft && !this.answersLines)
        this.#refusal.begin(bytes.subarray(Math.max(0, at + SWITCH_BYTES)));
      this.#editorSwitched(reading, capturedBefore + at);
    }
  }

  /** The shell's mark that the command begins. */
  commandBegins(): void {
    if (this.record.state.name !== 'typed' || this.#noise !== undefined) return;
    if (this.#options.action?.source.hasStartNoise === true) this.#noise = new StartNoise();
    else this.start();
  }

  /** No more will come before the command's own output: a beginning that is still awaited is here. */
  beginningIsOver(): void {
    if (this.#noise !== undefined) this.#beginAfter(this.#noise.release());
  }

  /** The command's output is over; what the shell prints until it says how the command ended is held and not the run's. */
  outputIsOver(): void {
    this.beginningIsOver();
    if (this.record.state.name === 'started') this.#behind.begin();
  }

  /** The command begins: its echo is settled, what follows is its own output. */
  start(): void {
    const { sink } = this.#options;
    sink.flushOutput();
    this.#holdTimer?.clear();
    const region = this.#region?.take();
    this.#region = undefined;
    if (region !== undefined) {
      for (const event of echoEvents(this.record.identity.runId, region.echo)) sink.append(event);
      if (region.shown.length > 0) sink.appendOutput(region.shown);
      sink.flushOutput();
    }
    this.record.fromSeq = sink.append({
      type: 'run_started',
      payload: { runId: this.record.identity.runId, inputRunSeq: this.#inputRunSeq },
    });
    this.record.change({ type: 'started' });
  }

  /** Appends `run_complete` and settles the waiters; when it cannot be appended they are rejected and the failure thrown. */
  end(end: RunEnd): void {
    const { sink, onEnded } = this.#options;
    const { identity } = this.record;
    try {
      this.#releaseEcho();
      sink.flushOutput();
      if (end.outcome === 'rejected' && this.#interrupts === 0) this.record.capture?.append(this.#refusal.take());
      this.record.toSeq = sink.append({
        type: 'run_complete',
        payload: {
          marker: identity.marker,
          inputRunSeq: this.#inputRunSeq,
          runId: identity.runId,
          outcome: end.outcome,
          exitCode: end.exitCode,
          evidence: end.evidence,
          confidence: end.confidence,
          durationMs: this.record.durationMs,
        },
      });
    } catch (reason) {
      this.record.fail(end, reason);
      throw reason;
    } finally {
      this.record.change({ type: 'ended', end });
      onEnded();
    }
    this.#giveBehind();
  }

  /** Gives everything that is held out as output: the session is over. */
  release(): void {
    this.#releaseEcho();
    this.#giveBehind();
  }

  /** Gives the held echo out as output, without our frame. */
  #releaseEcho(): void {
    this.beginningIsOver();
    this.#holdTimer?.clear();
    const bytes = this.#region?.release();
    this.#region = undefined;
    if (bytes === undefined || bytes.length === 0) return;
    this.#options.sink.appendOutput(bytes);
    // The kernel's editor echoes one line, and what the shell says of it follows.
    if (!this.#editorLeft) this.#refusal.begin(bytes.subarray(bytes.indexOf(LF) + 1));
  }

  /** Forgets what is held, and its timer, when nothing can be appended any more. */
  releaseHold(): void {
    this.#holdTimer?.clear();
    this.#region = undefined;
    this.#noise = undefined;
    this.#behind.take();
  }

  /** The shell says that it takes no command of this line, and why follows. */
  refused(): void {
    if (!this.#editorLeft || this.answersLines) this.#refusal.begin();
    this.#editorLeft = true;
  }

  /** The shell asks for the rest of an incomplete command. */
  wantsMore(): void {
    if (this.record.state.name === 'typed' && this.#interrupts === 0) this.#requestInterrupt();
  }

  /** A built-in of the command reads a line with the shell's editor: that the editor reads, just before or after, is no prompt. */
  builtinReads(): void {
    this.#isEditorLent = this.#promptAtBytes === undefined;
    this.#promptAtBytes = undefined;
  }

  /** The session saw the shell back at its prompt although nothing told the command's end. */
  promptReturned({ interrupted, readsOn = false }: PromptSeen): void {
    if (this.#options.action === undefined) return; // the session's own program has no prompt to return to: it exits
    const answer = promptAnswer({
      hasHooks: this.prompt !== undefined,
      hasStarted: this.record.state.name === 'started',
      hasSeveralLines: this.record.identity.command.includes('\n'),
      isInterrupted: interrupted,
      wantsMore: (this.#wantsMore && !this.answersLines) || readsOn,
      interrupts: this.#interrupts,
    });
    if (answer === 'goes_on') return;
    if (answer === 'interrupt') return this.#requestInterrupt();
    if (this.#promptAtBytes !== undefined) this.record.capture?.cutTo(this.#promptAtBytes);
    this.end(promptEnd(interrupted));
  }

  /** Whether the host had to interrupt the shell because the command was incomplete. */
  get interruptRequested(): boolean {
    return this.#interrupts > 0;
  }

  /** The program that took it is gone; `status` is what was told of the command below. */
  readerEnded(status: number | null): void {
    this.end(nestedEnd(this.place.endsBelow ? status : null));
  }

  get #inputRunSeq(): number {
    return this.record.inputRunSeq ?? 0;
  }

  #giveBehind(): void {
    for (const bytes of this.#behind.take()) this.#options.sink.appendOutput(bytes);
  }

  #beginAfter({ noise, rest }: NoiseCut): void {
    this.#noise = undefined;
    this.output(noise);
    this.start();
    this.output(rest);
  }

  #editorSwitched(reading: boolean, capturedBytes: number): void {
    if (this.record.state.name === 'started') {
      this.#promptAtBytes = reading && !this.#isEditorLent ? Math.max(0, capturedBytes) : undefined;
      this.#isEditorLent &&= !reading;
      return;
    }
    this.#wantsMore = reading && this.#editorLeft && this.prompt !== undefined;
    if (!reading) this.#editorLeft = true;
    // It took the line, and reads again without a mark: the line was not the whole command.
    else if (this.#wantsMore && this.#interrupts === 0 && !this.answersLines) this.#requestInterrupt();
  }

  #requestInterrupt(): void {
    this.#interrupts++;
    this.#options.sink.requestInterrupt(this.record.identity.runId);
  }

  #giveUpEcho(): void {
    try {
      this.#releaseEcho();
      this.#options.sink.flushOutput();
    } catch (reason) {
      this.record.fail(promptEnd(false), reason);
      this.#options.onEnded();
    }
  }
}
