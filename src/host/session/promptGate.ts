/** Opens when the shell is ready for typing. Asks again after every turn of output, and by a timer while somebody waits. */
import type { Clock, Timer } from '../../base/clock.ts';
import { readProcessStat } from '../../base/processIdentity.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import type { Pty } from '../pty/pty.ts';
import type { PromptTracker, TerminalFacts } from '../run/promptTracker.ts';
import { isForkOf } from './forks.ts';
import type { Reader, Readers } from './readers.ts';

export interface PromptGateParts {
  readonly clock: Clock;
  readonly pty: Pty;
  readonly tracker: PromptTracker;
  readonly readers: Pick<Readers, 'now' | 'isStranger' | 'isOwnShell' | 'hasRunInFlight'>;
}

/** First and longest pause between two looks while somebody waits and no output comes. */
const FIRST_LOOK_MS = 10;
const LAST_LOOK_MS = 200;
/** How long another program must hold a started shell's terminal before it is taken for one that will stay. */
const FOREIGN_MS = 150;
/** The same for a fork of the shell that has not become a program yet; on a busy machine it waits for its turn to do so. */
const FORK_MS = 2_000;

/** How long a shell may take to act on an interrupt: what is typed before that it may take for what was interrupted. */
const INTERRUPT_MS = 100;
/** The same for a program that the session itself was started with: `env` and wrappers take a moment to become a shell. */
const OWN_MS = 1_000;

export interface Foreground {
  readonly pid: number;
  readonly name: string;
  readonly isShell: boolean;
}

export class PromptGate {
  readonly #parts: PromptGateParts;
  readonly #waiting = new Set<() => void>();
  #interruptedMs = -Infinity;

  constructor(parts: PromptGateParts) {
    this.#parts = parts;
  }

  /** The process group that holds the terminal; null when the system does not tell. */
  foreground(): Foreground | null {
    const { pty } = this.#parts;
    const group = pty.foregroundGroup();
    if (group === undefined || group <= 0) return null;
    const isShell = group === pty.pid;
    return { pid: group, name: readProcessStat(group)?.comm ?? 'unknown', isShell };
  }

  facts(): TerminalFacts {
    const { clock, pty } = this.#parts;
    const group = pty.foregroundGroup();
    return {
      nowMs: clock.nowMs(),
      canonical: pty.modes()?.canonical,
      shellInForeground: group === undefined ? undefined : group === pty.pid,
    };
  }

  get atPrompt(): boolean {
    return this.#isOwnReady(this.facts()) || this.#parts.readers.now() !== undefined;
  }

  /** To be called when an interrupt goes to what runs: nothing may be typed before the shell is through with it. */
  interrupted(): void {
    this.#interruptedMs = this.#parts.clock.nowMs();
  }

  /** To be called when something may have changed. */
  changed(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Resolves when a command may be typed: with the program that waits for it, `undefined` for the session's own shell. While
   * a run is in flight only a program that its command started can be that.
   *
   * @throws TtyError `NOT_A_SHELL` when another program holds the terminal; the signal's reason when it aborts
   */
  untilReady(signal: AbortSignal): Promise<Reader | undefined> {
    return this.#until(signal, { isFree: () => true, toleratesForeign: () => this.#parts.readers.hasRunInFlight });
  }

  /**
   * Resolves when the shell, or with `isNested` a program that it started, is at its prompt while `isFree` holds, however
   * long another program has the terminal. Rejects only with the signal's reason when it aborts.
   */
  async untilPrompt(signal: AbortSignal, isFree: (isNested: boolean) => boolean): Promise<void> {
    await this.#until(signal, { isFree, toleratesForeign: () => true });
  }

  #until(
    signal: AbortSignal,
    { isFree, toleratesForeign }: { isFree: (isNested: boolean) => boolean; toleratesForeign: () => boolean },
  ): Promise<Reader | undefined> {
    const { clock, readers } = this.#parts;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      let pauseMs = FIRST_LOOK_MS;
      let foreignSinceMs: number | undefined;
      const leave = (): void => {
        timer?.clear();
        this.#waiting.delete(look);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason);
      };
      const look = (): void => {
        const facts = this.facts();
        const isThrough = facts.nowMs - this.#interruptedMs >= INTERRUPT_MS;
        if (isThrough && this.#isOwnReady(facts) && isFree(false)) {
          leave();
          return resolve(undefined);
        }
        const reader = isThrough ? readers.now() : undefined;
        if (reader !== undefined && isFree(true)) {
          leave();
          return resolve(reader);
        }
        // Start-up files and prompt commands run programs of their own; only one that stays is in the way.
        if (!toleratesForeign() && reader === undefined && this.#isForeign(facts)) {
          foreignSinceMs ??= facts.nowMs;
          if (facts.nowMs - foreignSinceMs >= this.#patienceMs()) {
            leave();
            return reject(this.#foreignProgram());
          }
        } else {
          foreignSinceMs = undefined;
        }
        timer?.clear();
        timer = clock.after(pauseMs, look);
        pauseMs = Math.min(pauseMs * 1.5, LAST_LOOK_MS);
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      else look();
    });
  }

  #isOwnReady(facts: TerminalFacts): boolean {
    const { tracker, readers } = this.#parts;
    if (!readers.hasRunInFlight) tracker.runEnded();
    return tracker.readiness(facts) === 'ready' && readers.isOwnShell;
  }

  /** Whether the terminal is held by something that will not take commands, as far as can be seen. */
  #isForeign(facts: TerminalFacts): boolean {
    const { tracker, readers } = this.#parts;
    if (facts.shellInForeground === undefined) return false;
    if (facts.shellInForeground && readers.isOwnShell) return false;
    if (!facts.shellInForeground && tracker.readiness(facts) !== 'busy') return false;
    return readers.isStranger();
  }

  #patienceMs(): number {
    const { pty } = this.#parts;
    const group = pty.foregroundGroup();
    if (group === pty.pid) return OWN_MS;
    return group !== undefined && isForkOf(group, pty.pid) ? FORK_MS : FOREIGN_MS;
  }

  #foreignProgram(): TtyError {
    const foreground = this.foreground();
    const name = foreground?.name ?? 'unknown';
    return new TtyError('NOT_A_SHELL', `the foreground program is ${quote(name)}, not the shell; nothing was typed`, {
      details: { foreground: name, ...(foreground === null ? {} : { pid: foreground.pid }) },
      hint: 'use type and send-keys for it, or wait until it ends',
    });
  }
}
