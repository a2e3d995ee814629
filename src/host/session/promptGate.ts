/** Opens when the shell is ready for typing. Asks again after every turn of output, and by a timer while somebody waits. */
import fs from 'node:fs';
import type { Clock, Timer } from '../../base/clock.ts';
import { readProcessStat } from '../../base/processIdentity.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import type { Pty } from '../pty/pty.ts';
import type { PromptTracker, TerminalFacts } from '../run/promptTracker.ts';

export interface PromptGateParts {
  readonly clock: Clock;
  readonly pty: Pty;
  readonly tracker: PromptTracker;
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
    return this.#parts.tracker.readiness(this.facts()) === 'ready';
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
   * Resolves when a command may be typed.
   *
   * @throws TtyError `NOT_A_SHELL` when another program holds the terminal; the signal's reason when it aborts
   */
  untilReady(signal: AbortSignal): Promise<void> {
    return this.#until(signal, { isFree: () => true, toleratesForeign: false });
  }

  /**
   * Resolves when the shell is at its prompt while `isFree` holds, however long another program has the terminal. Rejects
   * only with the signal's reason when it aborts.
   */
  untilPrompt(signal: AbortSignal, isFree: () => boolean): Promise<void> {
    return this.#until(signal, { isFree, toleratesForeign: true });
  }

  #until(
    signal: AbortSignal,
    { isFree, toleratesForeign }: { isFree: () => boolean; toleratesForeign: boolean },
  ): Promise<void> {
    const { clock, tracker } = this.#parts;
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
        const readiness = tracker.readiness(facts);
        const isThrough = facts.nowMs - this.#interruptedMs >= INTERRUPT_MS;
        if (readiness === 'ready' && isThrough && isFree()) {
          leave();
          return resolve();
        }
        // Start-up files and prompt commands run programs of their own; only one that stays is in the way.
        if (!toleratesForeign && readiness === 'busy' && facts.shellInForeground === false) {
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

  #patienceMs(): number {
    const { pty } = this.#parts;
    const group = pty.foregroundGroup();
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

/** Whether `pid` is a child of `parent` that runs nothing of its own yet: it still has its words. */
export function isForkOf(pid: number, parent: number): boolean {
  if (readProcessStat(pid)?.ppid !== parent) return false;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`).equals(fs.readFileSync(`/proc/${parent}/cmdline`));
  } catch {
    return false; // one of them is gone: the next look finds another state
  }
}
