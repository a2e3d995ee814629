/**
 * Looks after what no mark tells: a shell that is back at its prompt although the run's end was never reported, hooks that
 * never came, a start-up file that has been read and may go.
 */
import fs from 'node:fs';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { HooksState } from '../../protocol/methods/session.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import { type PromptTracker, QUIET_MS, SURE_ANSWER_MS } from '../run/promptTracker.ts';
import { isPromptBack } from '../run/promptBack.ts';
import type { LineSight } from '../run/lineJudge.ts';
import type { PreparedLaunch } from './launch.ts';
import { LineWatch } from './lineWatch.ts';
import type { PromptGate } from './promptGate.ts';
import type { Readers } from './readers.ts';

export interface PromptWatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessionId: string;
  readonly tracker: PromptTracker;
  readonly gate: PromptGate;
  readonly readers: Readers;
  readonly coordinator: RunCompletionCoordinator;
  readonly launch: PreparedLaunch;
  /** Handles all that the terminal has given so far, now; false when more of it is held back. */
  readOutput(): boolean;
  /** Writes what a verdict appended. */
  commit(): void;
}

/** How often the program that a run was typed into is looked at when it is not the session's own. */
const NESTED_LOOK_MS = 100;
/**
 * How long a program that ended is given to be spoken for: the shell below tells its status a moment later, unless its own
 * command goes on.
 */
const NESTED_GRACE_MS = 400;
/** How long a line editor must have been reading, without a word from the hooks, until they are taken for broken. */
const HOOKS_GRACE_MS = 500;

export class PromptWatch implements Disposable {
  readonly #parts: PromptWatchParts;
  #timer: Timer | undefined;
  #hooksTimer: Timer | undefined;
  #interrupted = false;
  #startFilesGone = false;
  #disposed = false;
  /** The hooks spoke before, and a prompt came without them. */
  #hooksLost = false;
  #hooksHeard = false;
  /** The shell's prompt as it last stood; `undefined` until one was seen whole. */
  #promptLine: string | undefined;
  #nestedTimer: Timer | undefined;
  #nestedGoneMs: number | undefined;
  readonly #line: LineWatch;

  constructor(parts: PromptWatchParts) {
    this.#parts = parts;
    this.#line = new LineWatch({
      clock: parts.clock,
      sight: () => this.#lineSight(),
      readsOn: () => this.#lineIsOpen(),
    });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#timer?.clear();
    this.#hooksTimer?.clear();
    this.#nestedTimer?.clear();
    this.#line[Symbol.dispose]();
    this.#removeStartFiles();
  }

  /** Whether the shell's hooks worked once and do no longer. */
  get hooksLost(): boolean {
    return this.#hooksLost || (this.#parts.coordinator.hooksSeen && !this.#parts.readers.isOwnShell);
  }

  /** What is known of the hooks: `failed` when a prompt came before the first word of them. */
  get hooksState(): HooksState {
    const { coordinator, launch, readers } = this.#parts;
    if (launch.fallback === undefined) return 'none';
    if (this.hooksLost) return 'lost';
    if (coordinator.hooksSeen) return 'working';
    return coordinator.source === launch.fallback || !readers.isOwnShell ? 'failed' : 'awaited';
  }

  /** A run was typed: from now on the prompt is taken. */
  runTyped(): void {
    // A look that was meant for the run before finds a quiet prompt here too.
    this.#timer?.clear();
    this.#interrupted = false;
    this.#nestedGoneMs = undefined;
    const { readers, coordinator } = this.#parts;
    // What stands now is the prompt at which it was typed, if that is painted already.
    if (readers.lastLine !== '' && coordinator.inFlight?.place.isNested === false) this.#promptLine = readers.lastLine;
    this.#parts.tracker.runTyped();
    if (coordinator.inFlight?.place.isNested === true) this.#lookAtNested();
    if (coordinator.inFlight?.prompt !== undefined && coordinator.source?.staysSilent === true) this.#line.begin();
  }

  /** An INTR character was typed: a run in flight that ends without a mark was interrupted. */
  interruptTyped(): void {
    this.#interrupted = true;
    this.#parts.gate.interrupted();
    this.#parts.coordinator.interruptTyped();
  }

  /** The shell's hooks spoke. */
  shellReported(): void {
    this.#hooksTimer?.clear();
    this.#removeStartFiles();
    this.#parts.readers.ownSpoke();
    this.#hooksHeard = true;
  }

  /** To be called after each turn of output. */
  turnDone(): void {
    if (this.#disposed) return;
    const { clock, coordinator, launch, tracker } = this.#parts;
    this.#timer?.clear();
    if (coordinator.runInFlight !== undefined) {
      const { inFlight } = coordinator;
      const isAnswered = inFlight?.answersLines === true && inFlight.record.state.name === 'typed';
      const quietMs = isAnswered ? SURE_ANSWER_MS : QUIET_MS + 5;
      this.#timer = clock.after(quietMs, () => this.#checkPrompt(), { background: true });
      return;
    }
    tracker.runEnded();
    if (this.#hooksLost && this.#hooksHeard) this.#hooksAreBack();
    if (tracker.isCommandRunning) {
      this.#timer = clock.after(QUIET_MS + 5, () => this.#checkForeign(), { background: true });
    }
    if (launch.fallback !== undefined && !coordinator.hooksSeen) {
      this.#hooksTimer?.clear();
      this.#hooksTimer = clock.after(HOOKS_GRACE_MS, () => this.#checkHooks());
    }
  }

  #checkPrompt(): void {
    const { coordinator, readers } = this.#parts;
    // The terminal's modes are asked for at once, its bytes may lag on a busy machine: the mark could be among them.
    if (this.#disposed || !this.#parts.readOutput()) return;
    if (coordinator.inFlight === undefined) return;
    if (readers.fate() === 'replaced') coordinator.readerGone('replaced');
    else if (this.#isPromptBack()) this.#promptIsBack();
    else return;
    this.#settle();
  }

  /** Whether whoever took the command in flight waits for one again although nothing told its end. */
  #isPromptBack(): boolean {
    const { coordinator, tracker, gate, readers, launch } = this.#parts;
    const { inFlight } = coordinator;
    if (inFlight === undefined) return false;
    if (inFlight.place.isNested || !readers.isOwnShell) return this.#interrupted && readers.waitsAgain();
    if (!tracker.promptWithoutMark(gate.facts())) return false;
    return isPromptBack({
      hasHooks: inFlight.prompt !== undefined,
      hasStarted: inFlight.record.state.name === 'started',
      isOutputOver: inFlight.isOutputOver,
      command: inFlight.record.identity.command,
      kernelEdits: launch.promptKind === 'kernel',
      editorReads: coordinator.promptSuspected,
      isInterrupted: this.#interrupted,
      lastLine: readers.lastLine,
      promptLine: this.#promptLine,
    });
  }

  #lineSight(): LineSight | undefined {
    const { clock, coordinator, gate, readers } = this.#parts;
    const isUnheard = (): boolean => coordinator.inFlight?.record.state.name === 'typed' && !this.#disposed;
    // The mark of the beginning may be among what has come and was not looked at.
    if (!isUnheard() || (this.#parts.readOutput() && !isUnheard())) return undefined;
    const quietMs = clock.nowMs() - readers.lastOutputMs;
    return { ...gate.facts(), isAsleep: readers.isShellAsleep, quietMs };
  }

  /** The shell waits for the rest of what was typed. */
  #lineIsOpen(): void {
    this.#promptIsBack({ readsOn: true });
    this.#settle();
  }

  #promptIsBack({ readsOn = false } = {}): void {
    const { coordinator } = this.#parts;
    const hadHooks = coordinator.inFlight?.prompt !== undefined;
    coordinator.promptReturned({ interrupted: this.#interrupted, readsOn });
    // The coordinator may not believe it: then the run goes on.
    if (hadHooks && coordinator.runInFlight === undefined) this.#loseHooks();
  }

  /** Somebody's command began at the prompt, and nothing told its end. */
  #checkForeign(): void {
    const { coordinator, tracker, gate, readers, launch } = this.#parts;
    if (this.#disposed || !this.#parts.readOutput()) return;
    if (coordinator.inFlight !== undefined || !tracker.isCommandRunning || !readers.isOwnShell) return;
    const isBack =
      tracker.promptWithoutMark(gate.facts()) &&
      isPromptBack({
        hasHooks: true,
        hasStarted: true,
        isOutputOver: false,
        command: '',
        kernelEdits: launch.promptKind === 'kernel',
        editorReads: tracker.bracketedPaste,
        isInterrupted: false,
        lastLine: readers.lastLine,
        promptLine: this.#promptLine,
      });
    if (!isBack) return;
    this.#loseHooks();
    gate.changed();
  }

  /** A prompt came without a mark: until the hooks are heard again, frames tell the end of what is typed. */
  #loseHooks(): void {
    const { coordinator, tracker, launch, logger, sessionId } = this.#parts;
    if (this.#hooksLost || launch.fallback === undefined) return;
    this.#hooksLost = true;
    this.#hooksHeard = false;
    logger.log('warn', 'run', 'the hooks are silent; runs are completed by the sentinel', { sessionId });
    coordinator.useSource(launch.fallback);
    tracker.use(launch.plainPromptKind);
  }

  #hooksAreBack(): void {
    const { coordinator, tracker, launch, logger, sessionId } = this.#parts;
    this.#hooksLost = false;
    logger.log('info', 'run', 'the hooks are heard again', { sessionId });
    coordinator.useSource(launch.source);
    tracker.use(launch.promptKind, { reportsPrompts: launch.source?.reportsPrompts === true });
  }

  /** A program that is not the session's own may end without a byte. */
  #lookAtNested(): void {
    const { clock, coordinator, readers } = this.#parts;
    this.#nestedTimer?.clear();
    if (this.#disposed || coordinator.inFlight?.place.isNested !== true) return;
    const nowMs = clock.nowMs();
    if (readers.fate() !== 'ended') this.#nestedGoneMs = undefined;
    else if (nowMs - (this.#nestedGoneMs ??= nowMs) >= NESTED_GRACE_MS) {
      coordinator.readerGone('ended');
      this.#settle();
    }
    this.#nestedTimer = clock.after(NESTED_LOOK_MS, () => this.#lookAtNested(), { background: true });
  }

  /** A verdict was found without a byte from the shell. */
  #settle(): void {
    const { coordinator, tracker, gate } = this.#parts;
    this.#parts.commit();
    if (coordinator.runInFlight === undefined) tracker.runEnded();
    gate.changed();
  }

  #checkHooks(): void {
    const { coordinator, tracker, gate, launch, logger, sessionId } = this.#parts;
    if (this.#disposed || coordinator.hooksSeen || coordinator.runInFlight !== undefined) return;
    const { canonical, shellInForeground } = gate.facts();
    // A start-up file that asks a question by the kernel's editor looks like a prompt: better no run than one typed into it.
    if (launch.plainPromptKind === 'kernel' || canonical === true || shellInForeground === false) return;
    // fish is in raw mode from its first moment on, and reads start-up files in it.
    if (launch.plan.shell === 'fish' && !tracker.bracketedPaste) return;
    logger.log('warn', 'run', 'the hooks did not report; runs are completed by the sentinel', { sessionId });
    coordinator.useSource(launch.fallback);
    tracker.use(launch.plainPromptKind);
    this.#removeStartFiles();
    gate.changed();
  }

  #removeStartFiles(): void {
    if (this.#startFilesGone || this.#parts.launch.startFiles === undefined) return;
    this.#startFilesGone = true;
    fs.rmSync(this.#parts.launch.startFiles.directory, { recursive: true, force: true });
  }
}
