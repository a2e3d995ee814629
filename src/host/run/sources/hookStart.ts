/** Shells that report their prompts by themselves once they were started with files of ours. One entry point for all. */
import path from 'node:path';
import { bashHookStart } from './bashHooks.ts';
import type { CompletionSource } from './completionSource.ts';
import { fishHookStart } from './fishHooks.ts';
import { zshHookStart } from './zshHooks.ts';

/** How a shell is started so that its hooks report. */
export interface HookStart {
  /** What to start instead of the given command. */
  readonly argv: readonly [string, ...string[]];
  /** Variables to set in the shell's environment; it takes them back itself before anything of the user's runs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Start-up files to write into the directory, mode 0600; to be removed, the directory too, at the first mark. */
  readonly files: readonly { readonly name: string; readonly script: string }[];
  readonly source: CompletionSource;
}

export interface HookSurroundings {
  /** Absolute path of an empty directory for the start-up files. */
  readonly directory: string;
  /** 32 hex digits that the marks carry. */
  readonly nonce: string;
  /** The shell's environment as it would be without hooks. */
  readonly environment: ReadonlyMap<string, string>;
}

type Starter = (argv: readonly [string, ...string[]], surroundings: HookSurroundings) => HookStart | undefined;

const STARTERS: Readonly<Record<string, Starter>> = {
  bash: bashHookStart,
  zsh: zshHookStart,
  fish: fishHookStart,
};

/** Names of the shells that have hooks. */
export const SHELLS_WITH_HOOKS: readonly string[] = Object.keys(STARTERS);

/** How to start the shell of `argv` with hooks; `undefined` when it has none, or is given options that rule them out. */
export function hookStart(argv: readonly string[], surroundings: HookSurroundings): HookStart | undefined {
  const [program, ...args] = argv;
  if (program === undefined) return undefined;
  const name = path.basename(program);
  const starter = Object.hasOwn(STARTERS, name) ? STARTERS[name] : undefined;
  return starter?.([program, ...args], surroundings);
}
