/** Most prompts in a row whose marks one interrupt can take. */
const MAX_LOST = 8;

/** The shell's prompts by number, as its hooks count them from 0, and whether a command of somebody else holds one. */
export class PromptCounter {
  #current = 0;
  #reported = false;
  #foreign = false;
  #mayMiss = false;

  /** Whether any prompt was reported. */
  get reported(): boolean {
    return this.#reported;
  }

  /** The prompt that reads what is typed now: the one that stands, or the one after somebody's running command. */
  get next(): number {
    return this.#foreign ? this.#current + 1 : this.#current;
  }

  /** Whether `prompt` is the one that stands. Marks of any other were printed before, or are made up. */
  isCurrent(prompt: number): boolean {
    return prompt === this.#current;
  }

  /** Ctrl+C was typed: the terminal drops what the host has not read yet, marks among it. */
  interrupted(): void {
    this.#mayMiss = true;
  }

  /** Whether `prompt` is one that follows soon, the marks before it having been lost to an interrupt. */
  isAhead(prompt: number): boolean {
    return this.#mayMiss && prompt > this.#current && prompt - this.#current <= MAX_LOST;
  }

  /** The shell is at `prompt`, whatever was lost before it. */
  skipTo(prompt: number): void {
    this.#current = prompt;
    this.#foreign = false;
  }

  /** A command that is no run of ours began at the prompt that stands. */
  foreignBegan(): void {
    this.#foreign = true;
  }

  /** The prompt is over. Tells whether somebody else's command was at it. */
  advance(): boolean {
    const foreign = this.#foreign;
    this.#foreign = false;
    this.#reported = true;
    this.#mayMiss = false;
    this.#current++;
    return foreign;
  }
}
