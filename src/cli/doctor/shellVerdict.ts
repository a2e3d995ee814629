/** From what was seen of a shell to what is said of it: what broke its hooks, and how to mend that. Pure. */
import type { HooksState } from '../../protocol/methods/session.ts';
import type { RunResult } from '../../protocol/methods/common.ts';
import { formatDuration } from '../durations.ts';
import type { Check } from './check.ts';
import type { ShellProbe } from './shellProbes.ts';

/** What was seen of a shell with the user's own start-up files. */
export interface ShellSight {
  readonly name: string;
  readonly file: string;
  /** Undefined for a shell that has no hooks. */
  readonly probe: ShellProbe | undefined;
  /** How the session ended before a prompt came; undefined when it lives. */
  readonly exit: { readonly exitCode: number | null } | undefined;
  readonly hooks: HooksState;
  readonly startupMs: number | null;
  /** A prompt came, the shell's or that of a program in its place. */
  readonly atPrompt: boolean;
  /** The program that waits for a command when it is not the shell. */
  readonly reader: string | null;
  /** The program that holds the terminal. */
  readonly foreground: { readonly name: string; readonly isShell: boolean } | null;
  /** The last line on the screen that is not empty. */
  readonly lastLine: string;
  /** Runs of `true` and of `false`; empty when none could be typed. */
  readonly runs: readonly Pick<RunResult, 'outcome' | 'exitCode' | 'confidence' | 'source'>[];
  readonly facts: ReadonlyMap<string, string>;
  /** What the hooks were after all runs. */
  readonly hooksAfter: HooksState;
}

/** As bash tells its version: 100 times the first number and the second one. */
const FIRST_BASH_WITH_HOOKS = 404;

/** A start-up file that takes longer keeps every new session waiting. */
const SLOW_MS = 2_000;

export function judgeShell(sight: ShellSight): Check {
  return brokenStart(sight) ?? brokenRuns(sight) ?? brokenHooks(sight) ?? soundShell(sight);
}

function brokenStart({ name, file, probe, exit, atPrompt, foreground, lastLine }: ShellSight): Check | undefined {
  const files = probe?.files ?? 'its start-up files';
  if (exit !== undefined) {
    const how = exit.exitCode === null ? '' : ` with ${exit.exitCode}`;
    return {
      name,
      status: 'fail',
      message: `${file} ended${how} before its first prompt${shown(lastLine)}`,
      fix: `look in ${files} for exit, a failing command under set -e, or exec of another program`,
    };
  }
  if (atPrompt) return undefined;
  if (foreground?.isShell === false) {
    return {
      name,
      status: 'fail',
      message: `${file} came to no prompt; ${foreground.name} still runs in it${shown(lastLine)}`,
      fix: `let ${files} start ${foreground.name} only where a person sits, not in every shell`,
    };
  }
  return {
    name,
    status: 'fail',
    message: `${file} came to no prompt; its start-up files still run, or wait for input${shown(lastLine)}`,
    fix: `put what takes long or asks something in ${files} behind a test such as [ -z "$AGENT_TTY_SESSION" ]`,
  };
}

function brokenRuns({ name, file, runs, facts, probe }: ShellSight): Check | undefined {
  const wanted = [0, 1];
  const wrong = wanted.findIndex((code, at) => {
    const run = runs[at];
    // A run whose end was not told is a matter of the hooks.
    return run?.outcome !== 'lost' && (run?.outcome !== 'finished' || run.exitCode !== code);
  });
  if (wrong === -1) return undefined;
  const run = runs[wrong];
  const command = wrong === 0 ? 'true' : 'false';
  const got = run === undefined ? 'could not be typed' : `gave ${run.outcome} (${run.exitCode ?? 'no exit code'})`;
  const hasEnded = run === undefined || run.outcome === 'session_exited';
  const isErrexit = facts.get('options')?.includes('e') === true || hasEnded;
  return {
    name,
    status: 'fail',
    message: `${file}: a run of "${command}" ${got}`,
    fix: isErrexit
      ? `take set -e out of ${probe?.files ?? 'its start-up files'}: every command that fails ends the shell`
      : `see what its start-up files do: ${file} -i`,
  };
}

function brokenHooks(sight: ShellSight): Check | undefined {
  const { name, file, probe, hooks, hooksAfter, reader, facts, runs } = sight;
  if (probe === undefined) return undefined;
  const grade = `runs end by ${runs[0]?.source ?? 'nothing'} (${runs[0]?.confidence ?? 'none'})`;
  const warn = (why: string, fix: string): Check => ({
    name,
    status: 'warn',
    message: `${file}: ${why}; ${grade}`,
    fix,
  });
  if (reader !== null && hooks !== 'working') {
    return warn(
      `its start-up files put ${reader} in its place`,
      `create sessions with --shell ${reader}, or take exec ${reader} out of ${probe.files}`,
    );
  }
  if (hooks === 'working' && hooksAfter === 'working' && facts.get('hooks') !== '0') return undefined;
  const version = facts.get('version');
  if (hooks !== 'working' && version !== undefined && Number(version) < FIRST_BASH_WITH_HOOKS) {
    return warn('bash before 4.4 takes no hooks', 'create sessions with a newer bash, or with zsh');
  }
  if ((facts.get('readonly') ?? '0') !== '0') {
    return warn('PROMPT_COMMAND or PS0 is readonly', `take readonly and declare -r off them in ${probe.files}`);
  }
  if (hooks === 'working') {
    return warn(
      'its hooks were taken away after the first prompt',
      `${CULPRITS[name] ?? 'the prompt settings'} ${name === 'fish' ? 'are' : 'is'} set anew by something that ${probe.files} installs: let it add to what is there`,
    );
  }
  return warn('its hooks did not come up', `see what its start-up files do: ${file} -i`);
}

/** What somebody overwrites when hooks go. */
const CULPRITS: Readonly<Record<string, string>> = {
  bash: 'PROMPT_COMMAND or PS0',
  zsh: 'precmd_functions or preexec_functions',
  fish: 'event handlers',
  dash: 'PS1',
  sh: 'PS1',
};

function soundShell({ name, file, probe, startupMs, runs, facts }: ShellSight): Check {
  const startup = startupMs === null ? '' : `, first prompt after ${formatDuration(startupMs)}`;
  const found = [
    ...(facts.get('starship') ? ['starship'] : []),
    ...(facts.get('preexec') ? ['bash-preexec'] : []),
    ...(facts.get('instant') ? ['an instant prompt'] : []),
  ];
  const beside = found.length === 0 ? '' : `, beside ${found.join(' and ')}`;
  const message = `${file}: runs end by ${runs[0]?.source ?? 'nothing'} (${runs[0]?.confidence ?? 'none'})${startup}, true gives 0 and false 1${beside}`;
  if (startupMs !== null && startupMs >= SLOW_MS) {
    const fix = `look what takes so long in ${probe?.files ?? 'its start-up files'}: every session waits for it`;
    return { name, status: 'warn', message, fix };
  }
  return { name, status: 'ok', message };
}

function shown(lastLine: string): string {
  return lastLine === '' ? '' : ` (it shows ${JSON.stringify(lastLine.slice(0, 80))})`;
}
