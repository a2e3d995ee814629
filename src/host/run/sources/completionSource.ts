/** The one interface of everything that can tell when a typed command has ended. */
import type { CompletionSource as SourceName } from '../../../protocol/outcomes.ts';

/** What the shell is to run: the command's text, or the path of a file that holds it. */
export type CommandBody = { readonly text: string } | { readonly path: string };

/** What is typed for one run. */
export interface TypedCommand {
  /** One logical command of the shell. */
  readonly text: string;
  /** The parts of `text` that are ours, not the caller's; none with hooks. */
  readonly frameParts: readonly string[];
}

/** How a shell is made to tell the end of a command. Stateless: one object serves any number of runs. */
export interface CompletionSource {
  readonly name: Exclude<SourceName, 'process'>;
  /** Whether the shell itself reports its prompts (`C` and `D` marks), so that a run is bound to a prompt's number. */
  readonly reportsPrompts: boolean;
  /** Longest text that is pasted; longer ones go by file. */
  readonly maxPasteBytes: number;
  /** Whether what is typed is hidden: its echo is collected and replaced, and it is pasted rather than typed by key. */
  readonly hidesEcho: boolean;
  /** What to type for `body`. `token` is 32 hex digits, fresh for each run. */
  typed(body: CommandBody, token: string): TypedCommand;
}
