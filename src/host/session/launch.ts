/** Starts a session's program with what its completion source needs: hooks where the shell takes them, else the sentinel. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory } from '../../base/atomicFile.ts';
import type { Clock } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { SessionParams } from './sessionParams.ts';
import { resolveProgram } from '../pty/commandLookup.ts';
import { spawnPty } from '../pty/nodePty.ts';
import type { Pty } from '../pty/pty.ts';
import { assertDescriptorRoom } from '../pty/spawnLimits.ts';
import type { PromptKind } from '../run/promptTracker.ts';
import type { CompletionSource, HookStart } from '../run/sources/completionSource.ts';
import { hookStart } from '../run/sources/hookStart.ts';
import { OSC_3008 } from '../run/sources/osc3008.ts';
import { languageSource } from '../run/sources/languages.ts';
import { childEnvironment, environmentPairs, type LaunchPlan, parseEnvironment, planLaunch } from './launchPlan.ts';

export interface LaunchRequest {
  readonly sessionId: string;
  readonly params: SessionParams;
  readonly configuredShell: string | undefined;
  /** Directory for the start-up file of hooks. */
  readonly scratch: string;
}

/** A program that was checked and prepared, and is not started yet. */
export interface PreparedLaunch {
  readonly plan: LaunchPlan;
  /** Commands go to whichever program waits for them, not only to the one that is started. */
  readonly isOpen: boolean;
  /** Whether frames may be typed into programs that understand them; else only to shells that print contexts (OSC 3008). */
  readonly takesFrames: boolean;
  /** Path of the shell, null for a program that is none. */
  readonly shellPath: string | null;
  /** Names by which the program that was started is known when it runs: as it was called, and its file's. */
  readonly names: readonly string[];
  readonly argv: readonly [string, ...string[]];
  readonly environment: readonly string[];
  /** Random digits that this session's marks carry. */
  readonly nonce: string;
  readonly source: CompletionSource | undefined;
  /** What to use should the hooks never report. */
  readonly fallback: CompletionSource | undefined;
  readonly promptKind: PromptKind;
  /** How it reads its lines should the hooks never report. */
  readonly plainPromptKind: PromptKind;
  /** It tells its prompts, and its line editor may read before they are drawn. */
  readonly drawsLate: boolean;
  /** Start-up files to write before the start and to remove, with their directory, at the first prompt. */
  readonly startFiles: { readonly directory: string; readonly files: HookStart['files'] } | undefined;
}

/**
 * Checks everything that can be checked before a session exists.
 *
 * @throws TtyError `EXEC_FAILED`, `INVALID_INPUT`, `SPAWN_FAILED`
 */
export function prepareLaunch({ sessionId, params, configuredShell, scratch }: LaunchRequest): PreparedLaunch {
  assertDescriptorRoom();
  const caller = parseEnvironment(params.environment);
  const plan = planLaunch(
    { command: params.command, shell: params.shell ?? configuredShell, completion: params.completion },
    caller,
  );
  const child = childEnvironment(caller, { id: sessionId, term: params.term, cwd: params.cwd });
  const program = resolveProgram({ argv: plan.argv, cwd: params.cwd, environment: environmentPairs(child) });
  const nonce = randomBytes(16).toString('hex');
  const directory = path.join(scratch, 'hooks');
  const surroundings = { program: fs.realpathSync(program), directory, nonce, environment: child };
  const hooks = plan.source === 'hooks' ? hookStart(plan.argv, surroundings) : undefined;
  if (plan.source === 'hooks' && hooks === undefined && params.completion === 'hooks') {
    const message = `completion "hooks" takes ${plan.argv[0]} alone or with -i, -l or --login`;
    throw new TtyError('INVALID_INPUT', message, { details: { reason: 'completion' } });
  }
  for (const [name, value] of Object.entries(hooks?.environment ?? {})) child.set(name, value);
  const sentinel = plan.dialect === null ? undefined : languageSource(plan.dialect, plan.argv[0], nonce);
  return {
    plan,
    isOpen: ['auto', 'sentinel', 'osc3008'].includes(params.completion),
    takesFrames: params.completion !== 'osc3008',
    shellPath: plan.shell === null ? null : program,
    names: [plan.shell ?? path.basename(plan.argv[0]), path.basename(surroundings.program)],
    argv: hooks?.argv ?? plan.argv,
    environment: environmentPairs(child),
    nonce,
    source: plan.source === 'osc3008' ? OSC_3008 : plan.source === 'process' ? undefined : (hooks?.source ?? sentinel),
    fallback: hooks === undefined ? undefined : sentinel,
    plainPromptKind: promptKindOf(plan.shell),
    promptKind: hooks?.promptKind ?? promptKindOf(plan.shell),
    // fish draws in one write when its prompt's functions are through; bash draws as it begins to read, zsh before.
    drawsLate: plan.shell === 'fish',
    startFiles: hooks === undefined ? undefined : { directory, files: hooks.files },
  };
}

/** Shells with a line editor of their own switch the terminal to raw mode while they read. */
function promptKindOf(shell: string | null): PromptKind {
  return shell === 'bash' || shell === 'zsh' || shell === 'fish' ? 'line_editor' : 'kernel';
}

/** Starts the prepared program. @throws TtyError `SPAWN_FAILED`, `STORAGE_WRITE_ERROR` */
export function spawnLaunch(launch: PreparedLaunch, params: SessionParams, clock: Clock): Pty {
  if (launch.startFiles !== undefined) {
    const { directory, files } = launch.startFiles;
    makePrivateDirectory(path.dirname(directory));
    makePrivateDirectory(directory);
    for (const { name, script } of files) {
      fs.writeFileSync(path.join(directory, name), script, { mode: 0o600, flag: 'wx' });
    }
  }
  const [file, ...args] = launch.argv;
  const { cwd, cols, rows, umask } = params;
  const ownMask = umask === undefined ? undefined : process.umask(umask);
  try {
    return spawnPty({ file, args, environment: launch.environment, cwd, cols, rows, clock });
  } finally {
    if (ownMask !== undefined) process.umask(ownMask);
  }
}
