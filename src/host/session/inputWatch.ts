/**
 * Sees that the run in flight is blocked on input. Looks only while somebody asks, in silence, and types nothing: the verdict
 * is `InputJudge`'s, this gathers what it is made from.
 */
import { type Clock, delay, type Timer } from '../../base/clock.ts';
import type { InputBlock } from '../../protocol/outcomes.ts';
import { InputJudge, type InputLook, PAIR_MS, type ShellFacts } from '../probe/inputJudge.ts';
import { InputPace, QUIET_MS } from '../probe/inputPace.ts';
import { isPromptLike, PROMPT_TAIL_BYTES } from '../probe/promptLine.ts';
import { TerminalProbe } from '../probe/terminalProbe.ts';
import type { Pty } from '../pty/pty.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import type { Journal } from './journal.ts';

export interface InputWatchParts {
  readonly clock: Clock;
  readonly pty: Pty;
  readonly journal: Journal;
  readonly coordinator: RunCompletionCoordinator;
  /** The kernel edits the lines of the session's shell. */
  readonly kernelPrompt: boolean;
  /** Monotonic ms of the last output. */
  lastOutputMs(): number;
  isAlternateScreen(): boolean;
  /** Handles output that has come and is not logged yet. */
  drainOutput(): void;
}

interface Waiter {
  readonly runId: string;
  readonly settle: (block: InputBlock) => void;
}

/** How long a question about this moment is followed when the first look is promising: a prompt has to rest. */
const ASK_MS = 250;

export class InputWatch {
  readonly #parts: InputWatchParts;
  readonly #probe: TerminalProbe;
  readonly #waiters = new Set<Waiter>();
  #judge = new InputJudge();
  #pace = new InputPace();
  #lastSeq = -1;
  #timer: Timer | undefined;
  #dueMs = 0;
  #asking: { readonly runId: string; readonly answer: Promise<InputBlock | null | undefined> } | undefined;

  constructor(parts: InputWatchParts) {
    this.#parts = parts;
    this.#probe = new TerminalProbe(parts.pty);
  }

  /** Resolves when the run is blocked on input; stays pending once `signal` aborts, and costs nothing from then on. */
  until(runId: string, signal: AbortSignal): Promise<InputBlock> {
    return new Promise((resolve) => {
      if (signal.aborted) return;
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', leave);
        if (this.#waiters.size === 0) this.#rest();
      };
      const settle = (block: InputBlock): void => {
        leave();
        resolve(block);
      };
      const waiter: Waiter = { runId, settle };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
      if (this.#timer === undefined) this.#lookIn(QUIET_MS);
      else this.outputSeen();
    });
  }

  /** To be called after each turn of output: what follows it is looked at soon. */
  outputSeen(): void {
    if (this.#timer === undefined || this.#dueMs <= this.#parts.clock.nowMs() + QUIET_MS) return;
    this.#timer.clear();
    this.#lookIn(QUIET_MS);
  }

  /**
   * Whether the run is blocked on input at this moment: takes from nothing to {@link ASK_MS}. `null` when it is not, as far as
   * can be seen; `undefined` for a run whose command is not under way, or when nothing can be seen.
   */
  now(runId: string): Promise<InputBlock | null | undefined> {
    if (this.#asking?.runId === runId) return this.#asking.answer;
    const asking = { runId, answer: this.#ask(runId) };
    this.#asking = asking;
    return asking.answer.finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
  }

  async #ask(runId: string): Promise<InputBlock | null | undefined> {
    const { clock } = this.#parts;
    const judge = new InputJudge();
    const endMs = clock.nowMs() + ASK_MS;
    for (;;) {
      const look = this.#take(runId);
      if (look === undefined) return undefined;
      const found = judge.take(look);
      if (typeof found === 'object') return found;
      if (found === 'not_blocked' || clock.nowMs() >= endMs) return look.sight === undefined ? undefined : null;
      await delay(clock, PAIR_MS + 5);
    }
  }

  #rest(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#judge = new InputJudge();
    this.#pace = new InputPace();
  }

  #lookIn(pauseMs: number): void {
    const { clock } = this.#parts;
    this.#dueMs = clock.nowMs() + pauseMs;
    this.#timer = clock.after(pauseMs, () => this.#look());
  }

  #look(): void {
    const { clock, coordinator, journal } = this.#parts;
    const startMs = clock.nowMs();
    const quietMs = startMs - this.#parts.lastOutputMs();
    if (quietMs < QUIET_MS) return this.#lookIn(QUIET_MS - quietMs);
    const runId = coordinator.runInFlight;
    const isWanted = [...this.#waiters].some((waiter) => waiter.runId === runId);
    const look = runId === undefined || !isWanted ? undefined : this.#take(runId);
    const found = look === undefined ? 'not_blocked' : this.#judge.take(look);
    if (typeof found === 'object') {
      for (const waiter of this.#waiters) if (waiter.runId === runId) waiter.settle(found);
      if (this.#waiters.size === 0) return;
    }
    const changed = journal.nextSeq !== this.#lastSeq;
    this.#lastSeq = journal.nextSeq;
    this.#lookIn(this.#pace.next({ changed, promising: found === 'promising', costMs: clock.nowMs() - startMs }));
  }

  /** `undefined` when the run is not under way, or output waits that has not been read: then nothing follows from silence. */
  #take(runId: string): InputLook | undefined {
    const { clock, coordinator, journal, pty } = this.#parts;
    if (coordinator.runInFlight !== runId || !pty.readNow()) return undefined;
    this.#parts.drainOutput();
    const view = coordinator.view(runId);
    if (coordinator.runInFlight !== runId || view?.state !== 'started') return undefined;
    const atMs = clock.nowMs();
    const group = pty.foregroundGroup();
    return {
      atMs,
      seq: journal.nextSeq,
      quietMs: atMs - this.#parts.lastOutputMs(),
      group,
      modes: pty.modes(),
      sight: group === undefined ? undefined : this.#probe.look(group),
      promptLine: isPromptLike(coordinator.outputTail(runId, PROMPT_TAIL_BYTES)),
      alternateScreen: this.#parts.isAlternateScreen(),
      shell: view.source === 'process' ? undefined : this.#shell(),
    };
  }

  #shell(): ShellFacts {
    const { coordinator, kernelPrompt, pty } = this.#parts;
    // A frame that was begun ends before the prompt: what reads with the editor until then is a built-in.
    const isPromptPossible = coordinator.source?.reportsPrompts === true && coordinator.promptSuspected;
    return { pid: pty.pid, kernelPrompt, editorReads: isPromptPossible };
  }
}
