/** Shells that report their prompts by themselves once they were started with files of ours. One entry point for all. */
import path from 'node:path';
import { bashHookStart } from './bashHooks.ts';
import type { HookStart, HookSurroundings } from './completionSource.ts';
import { dashHookStart } from './dashHooks.ts';
import { fishHookStart } from './fishHooks.ts';
import { zshHookStart } from './zshHooks.ts';

type Starter = (argv: readonly [string, ...string[]], surroundings: HookSurroundings) => HookStart | undefined;

const STARTERS: Readonly<Record<string, Starter>> = {
  bash: bashHookStart,
  zsh: zshHookStart,
  fish: fishHookStart,
  dash: dashHookStart,
};

/** Names of the shells that have hooks; `sh` has them where it is dash. */
export const SHELLS_WITH_HOOKS: readonly string[] = [...Object.keys(STARTERS), 'sh'];

/** How to start the shell of `argv` with hooks; `undefined` when it has none, or is given options that rule them out. */
export function hookStart(argv: readonly string[], surroundings: HookSurroundings): HookStart | undefined {
  const [program, ...args] = argv;
  if (program === undefined) return undefined;
  const called = path.basename(program);
  const name = called === 'sh' && path.basename(surroundings.program) === 'dash' ? 'dash' : called;
  const starter = Object.hasOwn(STARTERS, name) ? STARTERS[name] : undefined;
  return starter?.([program, ...args], surroundings);
}
