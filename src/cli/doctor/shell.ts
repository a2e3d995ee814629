/** Tries one shell with the user's own start-up files: a session, its first prompt, a command that succeeds and one that fails. */
import fs from 'node:fs';
import path from 'node:path';
import { environmentBlock } from '../../client/environment.ts';
import type { HostClient } from '../../client/hostClient.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/methods/common.ts';
import type { InspectResult } from '../../protocol/methods/session.ts';
import type { CliContext } from '../context.ts';
import { type Check, reasonOf } from './check.ts';
import { readFacts, shellProbe } from './shellProbes.ts';
import { judgeShell, type ShellSight } from './shellVerdict.ts';

/** How long the user's start-up files may take. */
const PROMPT_TIMEOUT_MS = 15_000;
const RUN_TIMEOUT_MS = 15_000;

export interface ShellOptions {
  readonly client: HostClient;
  readonly context: CliContext;
  /** It was named by the user: then it has to be there. */
  readonly isAskedFor: boolean;
  readonly signal: AbortSignal;
}

/** `shell` by name or path. */
export async function checkShell(shell: string, options: ShellOptions): Promise<Check> {
  const name = path.basename(shell);
  const file = findProgram(shell, options.context.environment['PATH'] ?? '');
  if (file === undefined) {
    if (!options.isAskedFor) return { name, status: 'ok', message: 'not installed, nothing to check' };
    return {
      name,
      status: 'fail',
      message: `${shell} is not installed`,
      fix: `install ${name}, or name another shell`,
    };
  }
  try {
    return judgeShell(await look(name, file, options));
  } catch (error) {
    return {
      name,
      status: 'fail',
      message: `${file}: ${reasonOf(error)}`,
      fix: `see what its start-up files do: ${file} -i`,
    };
  }
}

async function look(name: string, file: string, { client, context, signal }: ShellOptions): Promise<ShellSight> {
  const environment = environmentBlock({ inherited: context.environment });
  const params = { cwd: context.environment['HOME'] ?? '/', environment, shell: file };
  const { sessionId: session } = await client.call('session.create', params, { signal });
  try {
    const wait = { session, condition: { kind: 'prompt' as const }, timeoutMs: PROMPT_TIMEOUT_MS };
    const prompt = await client.call('screen.wait', wait, { signal, timeoutMs: 2 * PROMPT_TIMEOUT_MS });
    const before = await client.call('session.inspect', { session }, { signal });
    const lastLine = prompt.matched ? '' : await lastLineOf(client, session, signal);
    const probe = shellProbe(name);
    const run = (command: string): Promise<RunResult | undefined> => runIn(client, session, command, signal);
    const runs: RunResult[] = [];
    let facts: ReadonlyMap<string, string> = new Map();
    if (prompt.matched) {
      if (probe !== undefined) await run(probe.forgetHistory);
      for (const command of [' true', ' false']) {
        const result = await run(command);
        if (result !== undefined) runs.push(result);
      }
      if (probe !== undefined) facts = readFacts((await run(probe.facts))?.output ?? '');
    }
    const after = await client.call('session.inspect', { session }, { signal });
    return {
      name,
      file,
      probe,
      exit: prompt.sessionExited ? { exitCode: prompt.exitCode } : undefined,
      ...seen(before),
      atPrompt: prompt.matched,
      lastLine,
      runs,
      facts,
      hooksAfter: after.completion.hooks,
    };
  } finally {
    // By KILL: a shell that is asked to go writes its history.
    await client.call('session.destroy', { session, force: true });
  }
}

function seen({
  completion,
  foreground,
}: InspectResult): Pick<ShellSight, 'hooks' | 'startupMs' | 'reader' | 'foreground'> {
  const { hooks, startupMs, reader } = completion;
  return { hooks, startupMs, reader: reader?.name ?? null, foreground };
}

/** `undefined` when the command could not be typed, or the session was over before. */
async function runIn(
  client: HostClient,
  session: string,
  command: string,
  signal: AbortSignal,
): Promise<RunResult | undefined> {
  try {
    const params = { session, command, timeoutMs: RUN_TIMEOUT_MS };
    return await client.call('run.start', params, { signal, timeoutMs: 2 * RUN_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof TtyError && ['SESSION_NOT_RUNNING', 'SESSION_BUSY', 'NOT_A_SHELL'].includes(error.code))
      return undefined;
    throw error;
  }
}

async function lastLineOf(client: HostClient, session: string, signal: AbortSignal): Promise<string> {
  try {
    const { screen } = await client.call('screen.snapshot', { session }, { signal });
    return screen.visibleLines.findLast(({ text }) => text.trim() !== '')?.text.trim() ?? '';
  } catch (error) {
    // a session that has ended shows nothing to a host that may have dropped its screen
    if (error instanceof TtyError && error.code === 'SESSION_NOT_RUNNING') return '';
    throw error;
  }
}

/** The file of a program by its name or path; `undefined` when there is none that can be run. */
function findProgram(program: string, searchPath: string): string | undefined {
  const candidates = program.includes('/')
    ? [path.resolve(program)]
    : searchPath.split(path.delimiter).map((directory) => path.join(directory, program));
  return candidates.find((file) => {
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return fs.statSync(file).isFile();
    } catch {
      return false; // not here: the next directory may have it
    }
  });
}
