/** What a private mark means for the run in flight and for the shell's prompts. */
import { unreachable } from '../../base/invariant.ts';
import type { Mark } from './marks.ts';
import type { PromptCounter } from './promptCounter.ts';
import type { CoordinatorSink, RunInFlight } from './runInFlight.ts';
import { hookEnd, sentinelEnd } from './verdicts.ts';

export interface MarkReaderParts {
  readonly prompts: PromptCounter;
  readonly sink: CoordinatorSink;
  /** Whether the session's shell reports its prompts. */
  reportsPrompts(): boolean;
  inFlight(): RunInFlight | undefined;
}

export class MarkReader {
  readonly #parts: MarkReaderParts;

  constructor(parts: MarkReaderParts) {
    this.#parts = parts;
  }

  /** Does what a mark says; false when it says nothing that can be. */
  apply(mark: Mark): boolean {
    switch (mark.kind) {
      case 'command_start':
        return this.#commandStart(mark.prompt);
      case 'more':
        this.#parts.inFlight()?.wantsMore();
        return true;
      case 'refused':
        this.#parts.inFlight()?.refused();
        return true;
      case 'builtin_reads':
        this.#parts.inFlight()?.builtinReads();
        return true;
      case 'output_end':
        return this.#outputEnd(mark.prompt);
      case 'prompt_end':
        return this.#promptEnd(mark);
      case 'frame_start':
      case 'frame_end':
        return this.#frame(mark);
      default:
        return unreachable(mark, 'mark');
    }
  }

  #commandStart(prompt: number): boolean {
    if (!this.#parts.reportsPrompts() || !this.#parts.prompts.isCurrent(prompt)) return false;
    this.#parts.sink.shellReported('command');
    const run = this.#parts.inFlight();
    if (run?.prompt !== prompt) this.#parts.prompts.foreignBegan();
    // Several lines of one paste begin several commands of the same prompt; the run began with the first.
    else run.commandBegins();
    return true;
  }

  #outputEnd(prompt: number): boolean {
    if (!this.#parts.reportsPrompts() || !this.#parts.prompts.isCurrent(prompt)) return false;
    const run = this.#parts.inFlight();
    if (run?.prompt === prompt) run.outputIsOver();
    this.#parts.sink.shellReported('output_end');
    return true;
  }

  #promptEnd({ prompt, status, stopped }: Mark & { kind: 'prompt_end' }): boolean {
    if (!this.#parts.reportsPrompts()) return false;
    // A run whose own mark was lost ends when the shell is seen at its prompt.
    if (this.#parts.prompts.isAhead(prompt)) this.#parts.prompts.skipTo(prompt);
    if (!this.#parts.prompts.isCurrent(prompt)) return false;
    const foreign = this.#parts.prompts.advance();
    const run = this.#parts.inFlight();
    if (run?.prompt === prompt) {
      run.beginningIsOver();
      run.end(hookEnd(run.record, { status, stopped, interrupted: run.interruptRequested }));
    } else if (foreign) {
      this.#parts.sink.flushOutput();
      this.#parts.sink.append({ type: 'foreign_run', payload: { exitCode: stopped ? null : status } });
    }
    this.#parts.sink.shellReported('prompt');
    return true;
  }

  #frame(mark: Mark & { kind: 'frame_start' | 'frame_end' }): boolean {
    const run = this.#parts.inFlight();
    if (run?.record.identity.token !== mark.token) return false;
    const typed = run.record.state.name === 'typed';
    if (mark.kind === 'frame_start' && !typed) return false;
    if (typed) run.start();
    if (mark.kind === 'frame_end') run.end(sentinelEnd(mark.status));
    return true;
  }
}
