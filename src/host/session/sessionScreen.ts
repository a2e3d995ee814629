/** What callers see of a session's screen: the screen as it stands, and waits for what it will show. */
import type { TtyError } from '../../protocol/errors.ts';
import type { WaitCondition } from '../../protocol/methods/screen.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import type { StateWithCells } from '../../screen/live/screenRequests.ts';
import type { SessionParts } from './assemble.ts';
import type { ScreenEnd } from './keepScreen.ts';
import type { WaitOptions, Waits } from './waits.ts';

interface SessionScreenParts extends Pick<SessionParts, 'ingest' | 'screen' | 'waits'> {
  readonly screenEnd: ScreenEnd;
}

export class SessionScreen {
  readonly #parts: SessionScreenParts;
  readonly #notRunning: () => TtyError;
  #isReleased = false;

  /** `notRunning` is what a caller is told once the screen is only to be had from the log. */
  constructor(parts: SessionScreenParts, notRunning: () => TtyError) {
    this.#parts = parts;
    this.#notRunning = notRunning;
  }

  /** The screen after everything that the program wrote before the call. */
  async state(options: { includeScrollback: boolean }): Promise<ScreenState> {
    this.#assertHeld();
    this.#parts.ingest.drain();
    return this.#parts.screen.state(options);
  }

  /** The same with the cells, as JSON already. */
  async stateWithCells(options: { includeScrollback: boolean }): Promise<StateWithCells> {
    this.#assertHeld();
    this.#parts.ingest.drain();
    return this.#parts.screen.stateWithCells(options);
  }

  /** See {@link Waits.wait}. */
  async wait(condition: WaitCondition, options: WaitOptions): ReturnType<Waits['wait']> {
    if (condition.kind !== 'exit' && condition.kind !== 'idle') this.#assertHeld();
    return this.#parts.waits.wait(condition, options);
  }

  /** Frees the screen of a session that is over, unless somebody looks at it; from then on it is told from the log. */
  release(): void {
    if (this.#isReleased || this.#parts.waits.count > 0) return;
    this.#isReleased = true;
    void this.#parts.screenEnd.release();
  }

  #assertHeld(): void {
    if (this.#isReleased) throw this.#notRunning();
  }
}
