/**
 * Whether the shell of a session is at its prompt, ready for typing. Typed a moment too early, while the shell has the
 * terminal in line mode, a command is echoed twice or eaten by the program that still runs. Pure: the session feeds facts.
 */

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

export class PromptTracker {
  readonly #startedMs: number;
  #kind: PromptKind;
  #outputMs: number | undefined;
  #startupMs: number | undefined;
  /** The last that the hooks said; `undefined` before the first mark. */
  #shellAt: 'prompt' | 'command' | undefined;
  /** Bracketed paste as it stands; `undefined` when the editor never used it. */
  #paste: boolean | undefined;
  /** Paste was switched on after the last run was typed, and is on. */
  #pasteSinceRun = false;
  #runInFlight = false;
  /** A prompt's mark came and its turn of output is not over. */
  #promptInTurn = false;
  /** The last output was the shell's prompt, by its mark: nothing was typed or printed since. */
  #promptIsLast = false;

  constructor(kind: PromptKind, startedMs: number) {
    this.#kind = kind;
    this.#startedMs = startedMs;
  }

  /** Milliseconds from the session's start to its first prompt mark: what the user's start-up files took. Hooks only. */
  get startupMs(): number | undefined {
    return this.#startupMs;
  }

  /** Whether the editor that reads now takes bracketed pastes. */
  get bracketedPaste(): boolean {
    return this.#paste === true;
  }

  /** The hooks never came: from now on the shell is judged as one without. */
  use(kind: PromptKind): void {
    this.#kind = kind;
  }

  /** A hook's mark came. Its order to {@link bracketedPasteSwitched} of the same bytes does not matter. */
  shellReported(what: ShellReport, nowMs: number): void {
    this.#startupMs ??= nowMs - this.#startedMs;
    if (what !== 'output_end') this.#shellAt = what;
    if (what === 'prompt') this.#promptInTurn = true;
  }

  /** Bracketed paste was switched. */
  bracketedPasteSwitched(on: boolean): void {
    this.#paste = on;
    this.#pasteSinceRun = on;
  }

  outputSeen(nowMs: number): void {
    this.#outputMs = nowMs;
    this.#promptIsLast = this.#promptInTurn;
    this.#promptInTurn = false;
  }

  /** A run is typed: the prompt is taken until the shell is seen reading again. */
  runTyped(): void {
    this.#runInFlight = true;
    this.#pasteSinceRun = false;
    this.#promptIsLast = false;
  }

  runEnded(): void {
    this.#runInFlight = false;
  }

  /** Whether a command may be typed now. */
  readiness(facts: TerminalFacts): Readiness {
    if (this.#runInFlight) return 'busy';
    if (this.#reading(facts)) return 'ready';
    const started = this.#kind === 'hooks' ? this.#shellAt !== undefined : this.#outputMs !== undefined;
    return started ? 'busy' : 'starting';
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
    if (this.#kind === 'kernel') return this.#promptIsLast || this.#quiet(facts.nowMs);
    if (facts.canonical === true) return false;
    if (this.#kind === 'hooks' && this.#shellAt === undefined) return false;
    // The editor switches it on when it begins to read and off when it has its line, so that it stands for reading.
    if (this.#paste === true) return true;
    if (this.#kind !== 'hooks') return this.#paste === undefined && this.#quiet(facts.nowMs);
    // An editor without it: the mark and raw mode tell, and silence where one that was used before may yet come.
    if (this.#shellAt !== 'prompt') return false;
    return (this.#paste === undefined && facts.canonical === false) || this.#quiet(facts.nowMs);
  }

  #quiet(nowMs: number): boolean {
    return this.#outputMs !== undefined && nowMs - this.#outputMs >= QUIET_MS;
  }
}
