/** The one interface of everything that can tell when a typed command has ended, and of how a shell is made to. */
import type { PromptKind } from '../promptTracker.ts';
import type { CompletionSource as SourceName } from '../../../protocol/outcomes.ts';

/** The Enter key. */
export const ENTER = '\r';

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
  /** Whether what is typed is hidden: its echo is collected and replaced. */
  readonly hidesEcho: boolean;
  /** Whether even a short line is pasted, so that no key binding, abbreviation or completion of the editor sees it. */
  readonly prefersPaste: boolean;
  /** Whether several lines typed to the kernel's line editor are still one command. */
  readonly takesLines: boolean;
  /** What the line editor does not take as text even from a paste; a command that holds it goes by file. */
  readonly unpastable?: RegExp;
  /** Whether nothing tells that a command begins which somebody else typed. */
  readonly tellsNoStart?: boolean;
  /** Whether the shell says nothing to a line that is not complete, and its editor may not say that it reads on. */
  readonly staysSilent?: boolean;
  /**
   * Whether the shell answers every line that it is typed, also one that it does not take. Its editor may stop and begin to read
   * meanwhile, which tells nothing then.
   */
  readonly answersLines?: boolean;
  /** What is typed after the command to have a line editor take it: Enter, or a key that the hooks bound. */
  readonly submit: string;
  /** The key that has it take all that follows as text, up to `submit`, where the hooks bound one; else a paste is framed. */
  readonly literal?: string;
  /** Whether the shell prints something of its own between its mark and the command's first byte; see `StartNoise`. */
  readonly hasStartNoise: boolean;
  /** Where every command goes by a file: what the file at `path` is to hold for it. */
  readonly script?: (command: string, token: string, path: string) => string;
  /** What to type for `body`. `token` is 32 hex digits, fresh for each run. */
  typed(body: CommandBody, token: string): TypedCommand;
}

/** How a shell is started so that its hooks report. */
export interface HookStart {
  /** What to start instead of the given command. */
  readonly argv: readonly [string, ...string[]];
  /** Variables to set in the shell's environment; it takes them back itself before anything of the user's runs. */
  readonly environment: Readonly<Record<string, string>>;
  /** How the shell reads its lines. */
  readonly promptKind: PromptKind;
  /** Start-up files to write into the directory, mode 0600; to be removed, the directory too, at the first mark. */
  readonly files: readonly { readonly name: string; readonly script: string }[];
  readonly source: CompletionSource;
}

export interface HookSurroundings {
  /** The file that is started, links resolved. */
  readonly program: string;
  /** Absolute path of an empty directory for the start-up files. */
  readonly directory: string;
  /** 32 hex digits that the marks carry. */
  readonly nonce: string;
  /** The shell's environment as it would be without hooks. */
  readonly environment: ReadonlyMap<string, string>;
}
