/**
 * Whether the shell reads on although a whole line was typed to it: the line was not the whole command, or its editor keeps it.
 * An editor that switches bracketed paste tells this itself; for the others the system is asked. Pure.
 */
import { QUIET_MS } from './promptTracker.ts';

/** What the system shows of a line that was typed at a prompt and whose command has not begun. */
export interface LineSight {
  /** The kernel edits lines now; `undefined` where the system does not tell. */
  readonly canonical: boolean | undefined;
  readonly shellInForeground: boolean | undefined;
  /** The shell waits for something; `undefined` where the system does not tell. */
  readonly isAsleep: boolean | undefined;
  /** Time since the terminal last gave something. */
  readonly quietMs: number;
}

/** Time between two looks. */
export const LINE_LOOK_MS = 50;
/**
 * Looks in a row that must show it. A shell with bytes to read is awake, also while it waits for a processor, so that few are
 * enough; where sleep cannot be seen a slow machine looks the same for a while.
 */
const LOOKS = 3;
const BLIND_LOOKS = 20;

export class LineJudge {
  #looks = 0;

  /** To be called every {@link LINE_LOOK_MS}. True when the shell waits for the rest of the line. */
  readsOn({ canonical, shellInForeground, isAsleep, quietMs }: LineSight): boolean {
    // An editor takes the terminal's own one away while it reads, and gives it back as soon as it has a line.
    const reads = canonical === false && shellInForeground === true && isAsleep !== false && quietMs >= QUIET_MS;
    this.#looks = reads ? this.#looks + 1 : 0;
    return this.#looks >= (isAsleep === undefined ? BLIND_LOOKS : LOOKS);
  }
}
