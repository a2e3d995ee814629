/** The answers that the worker found for one screen, on their way to the main thread in few messages. */
import type { Reply } from '../emulator/replyTable.ts';

/** An answer, and what held at the point of the byte stream where the program asked. */
export interface Answer extends Reply {
  /** The output event in which the query ended. */
  readonly seq: number;
  /** Bracketed paste was on: a line editor was reading. */
  readonly bracketedPaste: boolean;
}

/** Answers of one turn of a screen that are passed on. More than a program may have in a second is never of use. */
const MAX_ANSWERS_PER_TURN = 64;

export class AnswerBatch {
  readonly #post: (answers: readonly Answer[], skipped: number) => void;
  #answers: Answer[] = [];
  #passed = 0;
  #skipped = 0;

  /** `post` gets answers in order, and how many more there were that are not passed on. */
  constructor(post: (answers: readonly Answer[], skipped: number) => void) {
    this.#post = post;
  }

  add(answer: Answer): void {
    if (this.#passed === MAX_ANSWERS_PER_TURN) {
      this.#skipped += 1;
      return;
    }
    this.#passed += 1;
    this.#answers.push(answer);
  }

  /** Sends what there is to send at once. */
  send(): void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#post(answers, 0);
  }

  /** Sends all, and how many were skipped. */
  endTurn(): void {
    if (this.#answers.length + this.#skipped > 0) this.#post(this.#answers, this.#skipped);
    this.#answers = [];
    this.#passed = 0;
    this.#skipped = 0;
  }
}
