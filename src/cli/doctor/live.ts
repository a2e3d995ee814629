/** What is checked by doing it: a host, a terminal, a run in each shell, all in a home that is removed afterwards. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectHost } from '../../client/connect.ts';
import { environmentBlock } from '../../client/environment.ts';
import type { HostClient } from '../../client/hostClient.ts';
import { readHostRecord } from '../../store/hostRecord.ts';
import { untilGone } from '../../client/untilGone.ts';
import { TtyError } from '../../protocol/errors.ts';
import { hostPaths, MAIN_HOST_ID } from '../../protocol/homeLayout.ts';
import type { CliContext } from '../context.ts';
import { formatDuration } from '../durations.ts';
import { type Check, reasonOf } from './check.ts';
import { checkShell } from './shell.ts';

/** Shells that are looked for unless some are named. */
const USUAL_SHELLS = ['bash', 'zsh', 'fish', 'dash'];
const RUN_TIMEOUT_MS = 15_000;
const MARK_TEXT = 'agent-tty doctor';

export interface LiveOptions {
  readonly context: CliContext;
  /** Shells by name or path; the usual ones that are installed when empty. */
  readonly shells: readonly string[];
  /** Ends the checks early; the home is removed all the same. */
  readonly signal: AbortSignal;
}

/** Host, terminal and shells, in this order; a host that does not start is the last finding. */
export async function checkLive(options: LiveOptions): Promise<Check[]> {
  let home: string;
  try {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-doctor-'));
  } catch (error) {
    return [
      {
        name: 'host',
        status: 'fail',
        message: `no temporary directory: ${reasonOf(error)}`,
        fix: 'set TMPDIR to a directory that can be written',
      },
    ];
  }
  try {
    return await checkIn(home, options);
  } finally {
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function checkIn(home: string, { context, shells, signal }: LiveOptions): Promise<Check[]> {
  const startMs = context.clock.nowMs();
  let client: HostClient;
  try {
    client = await connectHost({ home, start: { entry: context.hostEntry, environment: context.environment } });
  } catch (error) {
    return [
      {
        name: 'host',
        status: 'fail',
        message: `it does not start: ${reasonOf(error)}${lastLogLine(home)}`,
        fix: 'reinstall the package',
      },
    ];
  }
  const checks: Check[] = [
    { name: 'host', status: 'ok', message: `starts in ${formatDuration(context.clock.nowMs() - startMs)}` },
  ];
  try {
    checks.push(await checkTerminal(client, context, signal));
    for (const shell of shells.length === 0 ? USUAL_SHELLS : shells) {
      if (signal.aborted) break;
      if (context.stderr.isTerminal && !context.json)
        await context.stderr.write(`checking ${path.basename(shell)} ...\n`);
      checks.push(await checkShell(shell, { client, context, isAskedFor: shells.length > 0, signal }));
    }
  } finally {
    await stopHost(client, home, context);
  }
  return checks;
}

async function stopHost(client: HostClient, home: string, context: CliContext): Promise<void> {
  const record = readHostRecord(home, MAIN_HOST_ID);
  try {
    await client.call('host.stop', { force: true });
  } catch (error) {
    // a host that is gone already has failed the check before, which tells it
    if (!(error instanceof TtyError) || error.code !== 'HOST_UNREACHABLE') throw error;
  } finally {
    client[Symbol.dispose]();
  }
  if (record !== undefined) await untilGone(record.identity, context.clock);
}

function lastLogLine(home: string): string {
  try {
    const text = fs.readFileSync(hostPaths(home, MAIN_HOST_ID).log, 'utf8').trim();
    return text === '' ? '' : ` (host.log: ${text.slice(text.lastIndexOf('\n') + 1).slice(0, 300)})`;
  } catch {
    return ''; // the host did not come as far as its log
  }
}

/** A real program on a real terminal: what it prints has to come back, and its exit status. */
async function checkTerminal(client: HostClient, context: CliContext, signal: AbortSignal): Promise<Check> {
  try {
    const command = ['/bin/sh', '-c', `test -t 1 && echo '${MARK_TEXT}'; exit 7`];
    const { runId = '' } = await client.call(
      'session.create',
      { ...surroundings(context), command, asRun: true },
      { signal },
    );
    const result = await client.call('run.wait', { run: runId, timeoutMs: RUN_TIMEOUT_MS }, { signal });
    if (result.output.trim() === MARK_TEXT && result.exitCode === 7) {
      return { name: 'terminal', status: 'ok', message: 'a program ran on one, its output and exit status came back' };
    }
    const message = `a program on it gave ${JSON.stringify(result.output.slice(0, 80))} and exit code ${result.exitCode}`;
    return { name: 'terminal', status: 'fail', message, fix: 'report this with the output of agent-tty doctor --json' };
  } catch (error) {
    return {
      name: 'terminal',
      status: 'fail',
      message: reasonOf(error),
      fix: 'reinstall the package on this machine: npm rebuild node-pty',
    };
  }
}

function surroundings(context: CliContext): { cwd: string; environment: string } {
  return { cwd: '/', environment: environmentBlock({ inherited: context.environment }) };
}
