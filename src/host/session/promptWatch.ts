/**
 * Looks after what no mark tells: a shell that is back at its prompt although the run's end was never reported, hooks that
 * never came, a start-up file that has been read and may go.
 */
import fs from 'node:fs';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import { type PromptTracker, QUIET_MS } from '../run/promptTracker.ts';
import type { PreparedLaunch } from './launch.ts';
import type { PromptGate } from './promptGate.ts';

export interface PromptWatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessionId: string;
  readonly tracker: PromptTracker;
  readonly gate: PromptGate;
  readonly coordinator: RunCompletionCoordinator;
  readonly launch: PreparedLaunch;
  /** Handles all that the terminal has given so far, now; false when more of it is held back. */
  readOutput(): boolean;
  /** Writes what a verdict appended. */
  commit(): void;
}

/** How long a line editor must have been reading, without a word from the hooks, until they are taken for broken. */
const HOOKS_GRACE_MS = 500;

export class PromptWatch implements Disposable {
  readonly #parts: PromptWatchParts;
  #timer: Timer | undefined;
  #hooksTimer: Timer | undefined;
  #interrupted = false;
  #startFilesGone = false;
  #disposed = false;

  constructor(parts: PromptWatchParts) {
    this.#parts = parts;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#timer?.clear();
    this.#hooksTimer?.clear();
    this.#removeStartFiles();
  }

  /** A run was typed: from now on the prompt is taken. */
  runTyped(): void {
    // A look that was meant for the run before finds a quiet prompt here too.
    this.#timer?.clear();
    this.#interrupted = false;
    this.#parts.tracker.runTyped();
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
  }

  /** To be called after each turn of output. */
  turnDone(): void {
    if (this.#disposed) return;
    const { clock, coordinator, launch, tracker } = this.#parts;
    if (coordinator.runInFlight !== undefined) {
      // Without a line editor nothing but an interrupt makes silence mean that the command is gone.
      const suspected =
        launch.promptKind === 'kernel' ? this.#interrupted : coordinator.promptSuspected || this.#interrupted;
      this.#timer?.clear();
      this.#timer = suspected ? clock.after(QUIET_MS + 5, () => this.#checkPrompt()) : undefined;
      return;
    }
    tracker.runEnded();
    if (launch.fallback !== undefined && !coordinator.hooksSeen) {
      this.#hooksTimer?.clear();
      this.#hooksTimer = clock.after(HOOKS_GRACE_MS, () => this.#checkHooks());
    }
  }

  #checkPrompt(): void {
    const { coordinator, tracker, gate } = this.#parts;
    // The terminal's modes are asked for at once, its bytes may lag on a busy machine: the mark could be among them.
    if (!this.#parts.readOutput()) return;
    if (coordinator.runInFlight === undefined || !tracker.promptWithoutMark(gate.facts())) return;
    coordinator.promptReturned({ interrupted: this.#interrupted });
    this.#parts.commit();
    // The coordinator may not believe it: then the run goes on.
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
