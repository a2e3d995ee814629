/**
 * Types the answers to a program's queries, when somebody waits for them. The worker finds the answers, a little after the
 * program asked; this part decides at the moment of typing. The rules:
 *
 * - Only a terminal that neither echoes nor takes lines gets an answer: otherwise nobody reads it before the next prompt,
 *   where it would stand as typed text. A file with queries in it, shown by `cat`, is to have no effect.
 * - A query from before the shell's present prompt gets none, because what had asked is gone.
 * - Each answer is on record before its bytes go out, and a second holds few of them.
 */
import type { Clock } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ReplyDropReason } from '../../protocol/events.ts';
import type { Answer } from '../../screen/worker/answerBatch.ts';
import type { Pty } from '../pty/pty.ts';
import { DropCount } from './dropCount.ts';
import type { Journal } from './journal.ts';
import { ReplyBudget } from './replyBudget.ts';

export interface RepliesParts {
  readonly clock: Clock;
  readonly pty: Pick<Pty, 'pid' | 'modes' | 'foregroundGroup' | 'readNow' | 'assertRoom' | 'write'>;
  readonly journal: Pick<Journal, 'nextSeq' | 'blocked' | 'enqueue' | 'commit'>;
  /** The session's program is a shell that edits its lines itself. */
  readonly isLineEditor: boolean;
  /** The shell is in raw mode between a command and its prompt as well, when it reads nothing. */
  readonly isRawBeforePrompt: boolean;
  /** Bracketed paste as the program's last byte left it. */
  bracketedPaste(): boolean;
  /** Handles output that has come and is not logged yet. */
  drainOutput(): void;
}

export class Replies {
  readonly #parts: RepliesParts;
  readonly #budget: ReplyBudget;
  readonly #dropped: DropCount;
  /** Queries in events before this one were asked by a command that has ended. */
  #goneBeforeSeq = 0;
  /** Where the shell's editor read for the first time. */
  #firstEditorSeq = Infinity;
  #isEnded = false;

  constructor(parts: RepliesParts) {
    this.#parts = parts;
    this.#budget = new ReplyBudget(parts.clock);
    this.#dropped = new DropCount(parts.clock, (event) => void parts.journal.enqueue(event));
  }

  /** A run has ended or the shell is at its prompt: output logged so far comes from something that is gone. */
  askersGone(): void {
    this.#goneBeforeSeq = this.#parts.journal.nextSeq;
  }

  /** The program switched bracketed paste on: a line editor begins to read. */
  editorReads(): void {
    this.#firstEditorSeq = Math.min(this.#firstEditorSeq, this.#parts.journal.nextSeq);
  }

  /** Types the answers that may be typed. `skipped` more are known to be too many. */
  take(answers: readonly Answer[], skipped: number): void {
    if (this.#isEnded) return;
    let left = answers.length;
    for (const answer of answers) {
      const reason = this.#reasonAgainst(answer) ?? this.#type(answer);
      if (reason !== undefined) this.#drop(reason, 1);
      left -= 1;
      if (reason !== 'not_raw') continue;
      // what follows was asked before this moment too
      this.#drop(reason, left + skipped);
      return;
    }
    this.#drop('rate', skipped);
  }

  /** The program is gone: tells what was not answered. */
  end(): void {
    this.#dropped.flush();
    this.#isEnded = true;
  }

  #reasonAgainst(answer: Answer): ReplyDropReason | undefined {
    const { pty } = this.#parts;
    const modes = pty.modes();
    if (modes === undefined || modes.canonical || modes.echo) return 'not_raw';
    if (!this.#budget.hasRoom(answer.data.length)) return 'rate';
    const isShell = this.#parts.isLineEditor && pty.foregroundGroup() === pty.pid;
    // A shell marks its prompt before it switches to raw mode: if that is the raw mode seen above, the mark is here now.
    const isAllRead = pty.readNow();
    this.#parts.drainOutput();
    if (answer.seq < this.#goneBeforeSeq) return 'asker_gone';
    return isShell && this.#isFromBeforePrompt(answer, isAllRead) ? 'asker_gone' : undefined;
  }

  /** For shells and commands without marks: the editor reads now, and did not when this was asked; or it does not read yet. */
  #isFromBeforePrompt(answer: Answer, isAllRead: boolean): boolean {
    if (answer.seq < this.#firstEditorSeq) return false;
    const isEditing = this.#parts.bracketedPaste();
    return !isAllRead || answer.bracketedPaste !== isEditing || (this.#parts.isRawBeforePrompt && !isEditing);
  }

  #type({ query, data }: Answer): ReplyDropReason | undefined {
    const { pty, journal } = this.#parts;
    const bytes = Buffer.from(data, 'latin1');
    try {
      pty.assertRoom(bytes.length);
      journal.commit({ type: 'reply', payload: { query, data } });
      pty.write(bytes);
    } catch (error) {
      if (!(error instanceof TtyError)) throw error;
      if (error.code === 'STORAGE_WRITE_ERROR') return 'log_blocked';
      if (error.code === 'INPUT_QUEUE_FULL') return 'input_full';
      // reading what was left may have closed the terminal: one that is gone is not raw either
      if (error.code === 'SESSION_NOT_RUNNING') return 'not_raw';
      throw error;
    }
    this.#budget.take(bytes.length);
    return undefined;
  }

  #drop(reason: ReplyDropReason, count: number): void {
    // a log that takes nothing is not filled with what it did not take
    if (this.#parts.journal.blocked === null) this.#dropped.add(reason, count);
  }
}
