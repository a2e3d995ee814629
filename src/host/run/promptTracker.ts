/**
 * Whether the shell of a session is at its prompt, ready for typing. Typed a moment too early, while the shell has the
 * terminal in line mode, a command is echoed twice or eaten by the program that still runs. Pure: the session feeds facts.
 */
import { PromptPaint } from './promptPaint.ts';

/** How the shell reads its lines. */
export type PromptKind =
  /** It reports its prompts by hooks and edits its lines itself. */
  | 'hooks'
  /** It edits its lines itself (zsh, fish, bash): raw mode, and bracketed paste on while it reads. */
  | 'line_editor'
  /** The kernel edits its lines (dash): nothing but silence tells that it reads. */
  | 'kernel';

/** What a shell tells of itself by marks: it draws a prompt, a command begins, or a command's output is over. */
export type ShellReport = 'prompt' | 'command' | 'output_end';

/** `starting`: it comes to its prompt by itself, whatever program of its own holds the terminal meanwhile. */
export type Readiness = 'starting' | 'ready' | 'busy';

/** What the session knows of the terminal at the moment of asking; `undefined` where the system cannot tell. */
export interface TerminalFacts {
  readonly nowMs: number;
  /** ICANON is set. */
  readonly canonical: boolean | undefined;
  /** The terminal's foreground process group is the shell's. */
  readonly shellInForeground: boolean | undefined;
}

/**
 * Silence that stands for a prompt where nothing better does. Shells write their prompt in one go; half of it would meet
 * the pauses of a slow prompt, twice would be felt by every caller of a plain shell.
 */
export const QUIET_MS = 50;

/**
 * How long the shell must be silent after somebody typed a line or a Ctrl+C that no prompt came to answer: a program may have
 * taken it, or the line still waits to be read and would begin as our own command. Half of this is lost on a busy machine,
 * twice is felt by whoever answers a program and then runs the next command.
 */
export const ANSWER_MS = 100;
/**
 * The same where a shell with hooks was at its prompt, so that an answer is certain to come unless the line was not complete.
 * On a machine with ten times as many processes as it can run an answer took half a second.
 */
export const SURE_ANSWER_MS = 2_000;

export interface PromptTrackerOptions {
  /** It reports its prompts, whoever edits its lines; by default it does with kind `hooks`. */
  readonly reportsPrompts?: boolean;
  /** It tells its prompts, and its editor may read before they are drawn. */
  readonly drawsLate?: boolean;
}

export class PromptTracker {
  readonly #startedMs: number;
  /** Of a shell that draws late. */
  readonly #paint: PromptPaint | undefined;
  #kind: PromptKind;
  /** It reports its prompts, whoever edits its lines. */
  #reports: boolean;
  #outputMs: number | undefined;
  #startupMs: number | undefined;
  /** The last that the hooks said; `undefined` before the first mark. */
  #shellAt: 'prompt' | 'command' | undefined;
  /** Bracketed paste as it stands; `undefined` when the editor never used it. */
  #paste: boolean | undefined;
  /** Paste was switched on after the last run was typed, and is on. */
  #pasteSinceRun = false;
  /** A run was typed at a prompt where the editor had not used bracketed paste: it will not. */
  #isWithoutPaste = false;
  #runInFlight = false;
  /** A prompt's mark came and its turn of output is not over. */
  #promptInTurn = false;
  /** The last output was the shell's prompt, by its mark: nothing was typed or printed since. */
  #promptIsLast = false;
  /** Lines and interrupts that others typed and no prompt has answered yet. */
  #unanswered = 0;
  #typedMs = 0;
  #answerIsSure = false;

  constructor(kind: PromptKind, startedMs: number, options: PromptTrackerOptions = {}) {
    const { reportsPrompts = kind === 'hooks', drawsLate = false } = options;
    this.#kind = kind;
    this.#startedMs = startedMs;
    this.#paint = drawsLate ? new PromptPaint() : undefined;
    this.#reports = reportsPrompts;
  }

  /** Milliseconds from the session's start to its first prompt mark: what the user's start-up files took. Hooks only. */
  get startupMs(): number | undefined {
    return this.#startupMs;
  }

  /** Whether the editor that reads now takes bracketed pastes. */
  get bracketedPaste(): boolean {
    return this.#paste === true;
  }

  /** The hooks are silent: from now on the shell is judged as one without. Or they are heard again. */
  use(kind: PromptKind, { reportsPrompts = kind === 'hooks' } = {}): void {
    this.#kind = kind;
    this.#reports = reportsPrompts;
  }

  /** A hook's mark came. Its order to {@link bracketedPasteSwitched} of the same bytes does not matter. */
  shellReported(what: ShellReport, nowMs: number): void {
    this.#startupMs ??= nowMs - this.#startedMs;
    if (what !== 'output_end') this.#shellAt = what;
    if (what === 'prompt') this.#promptInTurn = true;
    // A prompt behind a run, or behind somebody's command, answers nothing that was typed while that was going on.
    if (what === 'prompt' && this.#answerIsSure && !this.#runInFlight && this.#unanswered > 0) this.#unanswered--;
  }

  /** Somebody else typed: `answers` lines or interrupts, to each of which a shell at its prompt answers with a new one. */
  othersTyped(answers: number, nowMs: number): void {
    if (answers === 0) return;
    const isForShell = this.#reports && this.#shellAt !== 'command' && !this.#runInFlight;
    // What is not sure stays so until all of it is answered.
    this.#answerIsSure = isForShell && (this.#unanswered === 0 || this.#answerIsSure);
    // The first prompt of all answers nothing yet.
    if (this.#shellAt === undefined && this.#unanswered === 0) this.#unanswered = 1;
    this.#unanswered += answers;
    this.#typedMs = nowMs;
  }

  /** Bracketed paste was switched. */
  bracketedPasteSwitched(on: boolean): void {
    this.#paste = on;
    this.#pasteSinceRun = on;
  }

  /** Output came, marks and all; its bytes are of use only for a shell that draws late. */
  outputSeen(nowMs: number, chunk?: Buffer): void {
    this.#outputMs = nowMs;
    if (chunk !== undefined) this.#paint?.feed(chunk);
    this.#promptIsLast = this.#promptInTurn;
    this.#promptInTurn = false;
  }

  /** A run is typed: the prompt is taken until the shell is seen reading again. */
  runTyped(): void {
    this.#runInFlight = true;
    this.#isWithoutPaste = this.#paste === undefined;
    this.#pasteSinceRun = false;
    this.#promptIsLast = false;
    this.#unanswered = 0;
  }

  runEnded(): void {
    this.#runInFlight = false;
  }

  /** The shell said that a command began, and not yet that a prompt follows. */
  get isCommandRunning(): boolean {
    return this.#shellAt === 'command' && !this.#runInFlight;
  }

  /** Whether a command may be typed now. */
  readiness(facts: TerminalFacts): Readiness {
    if (this.#runInFlight) return 'busy';
    if (this.#reading(facts)) return this.#isSettled(facts.nowMs) ? 'ready' : 'busy';
    if (!this.#reports) return this.#outputMs === undefined ? 'starting' : 'busy';
    // Between its mark and its editor a shell runs what the user has for the prompt, and that may take its time.
    const isMakingPrompt = this.#kind === 'hooks' && this.#shellAt === 'prompt' && facts.shellInForeground === false;
    return this.#shellAt === undefined || isMakingPrompt ? 'starting' : 'busy';
  }

  /**
   * Whether the shell reads a line although the run in flight was not told to have ended; then the session calls
   * `promptReturned`. To be asked while a run is in flight, and without a line editor only after an INTR: a built-in that
   * reads a line looks the same there.
   */
  promptWithoutMark(facts: TerminalFacts): boolean {
    if (facts.shellInForeground !== true || !this.#quiet(facts.nowMs)) return false;
    if (this.#kind === 'kernel') return facts.canonical !== false;
    return facts.canonical !== true && (this.#paste === undefined || this.#pasteSinceRun);
  }

  #reading(facts: TerminalFacts): boolean {
    if (facts.shellInForeground === false) return false;
    // A shell without an editor of its own prints mark and prompt in one piece and then reads.
    if (this.#kind === 'kernel') {
      const hasPrompt = !this.#reports || this.#shellAt === 'prompt';
      return hasPrompt && (this.#promptIsLast || this.#quiet(facts.nowMs));
    }
    if (facts.canonical === true) return false;
    // With a command under way, whatever reads the terminal is not the shell's prompt.
    if (this.#kind === 'hooks' && this.#shellAt !== 'prompt') return false;
    // The editor switches it on when it begins to read and off when it has its line, so that it stands for reading. A prompt
    // that is still to be drawn is waited for, but not one that takes its time or has no text.
    if (this.#paste === true) return this.#paint?.isAwaited !== true || this.#quiet(facts.nowMs);
    if (this.#kind !== 'hooks') return this.#paste === undefined && this.#quiet(facts.nowMs);
    // An editor without it: the mark and raw mode tell. Where it may yet come, as at the first prompt, silence: zsh goes to raw
    // mode first, and what is typed between the two is typed by key.
    return (this.#isWithoutPaste && facts.canonical === false) || this.#quiet(facts.nowMs);
  }

  /** Nothing that others typed may still be on its way to the shell. */
  #isSettled(nowMs: number): boolean {
    if (this.#unanswered === 0) return true;
    const patienceMs = this.#answerIsSure ? SURE_ANSWER_MS : ANSWER_MS;
    return nowMs - Math.max(this.#typedMs, this.#outputMs ?? 0) >= patienceMs;
  }

  #quiet(nowMs: number): boolean {
    return this.#outputMs !== undefined && nowMs - this.#outputMs >= QUIET_MS;
  }
}
