import type { ErrorCode } from '../../../src/protocol/errors.ts';

/** One mistake and how it is refused. */
export interface BadInput {
  /** Completes the sentence "... is refused". */
  readonly what: string;
  /** The words of the call; `{dir}` is the row's own directory, in which the call runs as well. */
  readonly words: readonly string[];
  readonly code: ErrorCode;
  /** Found in message or hint: the thing, the value, what is allowed. */
  readonly message: RegExp;
  /** The exit status without --json where it is not that of the code: `run` has its own. */
  readonly plainExitCode?: number;
  /**
   * `shared` holds the sessions `live` (bash at its prompt), `busy` (bash with a run), `cat` (no shell), `over` (ended with 3)
   * and `destroyed`. Without it there is no home, and there must be none afterwards.
   */
  readonly home?: 'shared';
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Makes what the words name. */
  readonly prepare?: (directory: string) => void;
  /** A shell script that starts the call as `"$@"`. */
  readonly shell?: string;
}
