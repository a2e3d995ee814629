/** What a private mark means for the run in flight and for the shell's prompts. */
import { unreachable } from '../../base/invariant.ts';
import type { Mark } from './marks.ts';
import type { PromptCounter } from './promptCounter.ts';
import type { CoordinatorSink } from './runInFlight.ts';
import type { RunStack } from './runStack.ts';
import type { CompletionSource } from './sources/completionSource.ts';
import { TypedLines } from './typedLines.ts';
import { hookEnd, sentinelEnd } from './verdicts.ts';

export interface MarkReaderParts {
  readonly prompts: PromptCounter;
  readonly sink: CoordinatorSink;
  /** How the session's shell was started to tell its ends. */
  readonly source: Pick<CompletionSource, 'reportsPrompts' | 'tellsNoStart'> | undefined;
  readonly stack: RunStack;
}

export class MarkReader {
  readonly #parts: MarkReaderParts;
  readonly #reportsPrompts: boolean;
  /** For a shell that does not tell when a command begins. */
  readonly #lines: TypedLines | undefined;

  constructor(parts: MarkReaderParts) {
    this.#parts = parts;
    this.#reportsPrompts = parts.source?.reportsPrompts === true;
    this.#lines = parts.source?.tellsNoStart === true ? new TypedLines() : undefined;
  }

  /** Somebody typed these bytes. */
  othersTyped(bytes: Uint8Array): void {
    if (this.#parts.stack.top === undefined) this.#lines?.typed(bytes);
  }

  /** A run is typed at the prompt. */
  runTyped(): void {
    this.#lines?.clear();
  }

  /** Does what a mark says; false when it says nothing that can be. */
  apply(mark: Mark): boolean {
    switch (mark.kind) {
      case 'command_start':
        return this.#commandStart(mark.prompt);
      case 'more':
        if (this.#parts.stack.top === undefined) this.#lines?.continued();
        this.#parts.stack.top?.wantsMore();
        return true;
      case 'refused':
        this.#parts.stack.top?.refused();
        return true;
      case 'builtin_reads':
        this.#parts.stack.top?.builtinReads();
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
    if (!this.#isCurrent(prompt)) return false;
    this.#parts.sink.shellReported('command');
    const run = this.#parts.stack.top;
    // Several lines of one paste begin several commands of the same prompt; the run began with the first.
    if (run?.prompt === prompt) run.commandBegins();
    // A frame typed because the hooks were taken for lost is a command of ours too.
    else if (run === undefined || run.place.isNested) this.#parts.prompts.foreignBegan();
    return true;
  }

  #outputEnd(prompt: number): boolean {
    if (!this.#isCurrent(prompt)) return false;
    const run = this.#parts.stack.find((open) => open.prompt === prompt);
    if (run === this.#parts.stack.top) run?.outputIsOver();
    this.#parts.sink.shellReported('output_end');
    return true;
  }

  #promptEnd({ prompt, status, stopped }: Mark & { kind: 'prompt_end' }): boolean {
    const { prompts, stack, sink } = this.#parts;
    // A run whose own mark was lost ends when the shell is seen at its prompt.
    if (this.#reportsPrompts && prompts.isAhead(prompt)) prompts.skipTo(prompt);
    if (!this.#isCurrent(prompt)) return false;
    // The first prompt of all answers nothing.
    const answersLine = prompts.reported && stack.top === undefined && this.#lines?.answered() === true;
    const foreign = prompts.advance() || answersLine;
    // What was typed into programs that this command had started is over with it.
    stack.endNested(status);
    const own = stack.top;
    // A frame, typed while the hooks were taken for lost, has no prompt; the one that stands was its own.
    if (own !== undefined && (own.prompt ?? prompt) === prompt) {
      own.beginningIsOver();
      own.end(hookEnd(own.record, { status, stopped, interrupted: own.interruptRequested }));
    } else if (foreign) {
      sink.flushOutput();
      sink.append({ type: 'foreign_run', payload: { exitCode: stopped ? null : status } });
    }
    sink.shellReported('prompt');
    return true;
  }

  #frame(mark: Mark & { kind: 'frame_start' | 'frame_end' }): boolean {
    const { stack } = this.#parts;
    const run = stack.find(({ record }) => record.identity.token === mark.token);
    if (run === undefined) return false;
    const typed = run.record.state.name === 'typed';
    if (mark.kind === 'frame_start' && !typed) return false;
    if (mark.kind === 'frame_end') stack.endAbove(run, mark.status);
    if (typed) run.start();
    if (mark.kind === 'frame_end') run.end(sentinelEnd(mark.status));
    return true;
  }

  #isCurrent(prompt: number): boolean {
    return this.#reportsPrompts && this.#parts.prompts.isCurrent(prompt);
  }
}
