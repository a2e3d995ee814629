/** What is done to a session beside input and runs: a marker, a new size, a signal. Logged first, then done. */
import { checkLabel } from '../../protocol/label.ts';
import { parseSignal } from '../../protocol/signals.ts';
import type { Screen } from '../../screen/live/liveScreen.ts';
import type { Pty } from '../pty/pty.ts';
import type { Journal } from './journal.ts';
import type { SessionRedaction } from './sessionRedaction.ts';
import { signalGroup, signalTree } from './signalTarget.ts';

export interface VerbParts {
  readonly sessionId: string;
  readonly pty: Pty;
  readonly journal: Journal;
  readonly redaction: Pick<SessionRedaction, 'mask'>;
  readonly screen: Pick<Screen, 'resize'>;
  /** Handles output that has come and is not logged yet, so that it stands before the event. */
  drainOutput(): void;
  /** Tells that an interrupt goes to what runs. */
  onInterrupt(): void;
  /** The terminal has another size now. */
  onResized(size: { readonly cols: number; readonly rows: number }): void;
  /** @throws TtyError `SESSION_NOT_RUNNING` */
  assertLive(): void;
}

export class SessionVerbs {
  readonly #parts: VerbParts;

  constructor(parts: VerbParts) {
    this.#parts = parts;
  }

  /** @throws TtyError `INVALID_INPUT`, `SESSION_NOT_RUNNING`, `STORAGE_WRITE_ERROR` */
  mark(label: string): { seq: number } {
    checkLabel(label);
    const { journal, redaction } = this.#begin();
    return { seq: journal.commit({ type: 'marker', payload: { label: redaction.mask(label).text } }) };
  }

  /** The kernel tells the program (SIGWINCH) if the size is another one. @throws TtyError `SESSION_NOT_RUNNING`, `STORAGE_WRITE_ERROR` */
  resize({ cols, rows }: { readonly cols: number; readonly rows: number }): {
    cols: number;
    rows: number;
    seq: number;
  } {
    const { journal, pty, screen } = this.#begin();
    const seq = journal.commit({ type: 'resize', payload: { cols, rows } });
    pty.resize(cols, rows);
    screen.resize(cols, rows, seq);
    this.#parts.onResized({ cols, rows });
    return { cols, rows, seq };
  }

  /**
   * Sends a signal to the group that holds the terminal, or with `tree` to every process of the session. That nobody was
   * there to get it is a result.
   *
   * @throws TtyError `INVALID_SIGNAL`, `SESSION_NOT_RUNNING`, `STORAGE_WRITE_ERROR`
   */
  signal(
    name: string,
    { tree }: { readonly tree: boolean },
  ): {
    signal: string;
    delivered: boolean;
    processes: number;
    seq: number;
  } {
    const signal = parseSignal(name);
    const { journal, pty, sessionId } = this.#begin();
    const seq = journal.commit({ type: 'signal', payload: { signal, ...(tree ? { tree } : {}) } });
    // Before the signal goes out: what it ends may be reported at once.
    if (signal === 'SIGINT') this.#parts.onInterrupt();
    const processes = tree
      ? signalTree({ mark: sessionId, child: pty.identity }, signal)
      : signalGroup(pty.foregroundGroup() ?? 0, pty.identity, signal);
    return { signal, delivered: processes > 0, processes, seq };
  }

  #begin(): VerbParts {
    this.#parts.assertLive();
    this.#parts.drainOutput();
    return this.#parts;
  }
}
