/** What each sign of an end means for a run: outcome, exit code, and what the verdict stands on. */
import { constants } from 'node:os';
import type { EventPayloads } from '../../protocol/events.ts';
import type { RunRecord } from './runRecord.ts';
import type { RunEnd } from './runState.ts';

/** 128 + SIGINT, the status of a command that Ctrl+C ended. */
const INTERRUPTED_STATUS = 130;
/** Nothing but blank lines and comments. */
const BLANK_COMMAND = /^(?:[ \t]*(?:#[^\n]*)?(?:\n|$))*$/;

/** What a prompt's end mark tells. */
export interface PromptEnd {
  /** Null when the shell has none for a line that it did not take. */
  readonly status: number | null;
  /** The command was stopped, not ended. */
  readonly stopped: boolean;
  /** The host had to interrupt an incomplete command to get the prompt back. */
  readonly interrupted: boolean;
}

/** The prompt at which the run was typed is over. */
export function hookEnd(run: RunRecord, { status, stopped, interrupted }: PromptEnd): RunEnd {
  const verdict = { signal: null, evidence: ['hook_mark'], confidence: 'certain' } as const;
  if (stopped) return { outcome: 'stopped', exitCode: null, ...verdict };
  if (interrupted) return { outcome: 'rejected', exitCode: status ?? INTERRUPTED_STATUS, ...verdict };
  if (run.state.name === 'started' && status !== null) return { ...ended(status), ...verdict };
  // The shell takes a comment without beginning anything, and leaves its status as it was.
  if (BLANK_COMMAND.test(run.identity.command)) return { outcome: 'finished', exitCode: 0, ...verdict };
  return { outcome: 'rejected', exitCode: status, ...verdict };
}

/** The frame around the command printed its end. */
export function sentinelEnd(status: number): RunEnd {
  return { ...ended(status), signal: null, evidence: ['sentinel'], confidence: 'likely' };
}

/** The shell was seen at its prompt again and nothing told how the command ended. */
export function promptEnd(interrupted: boolean): RunEnd {
  if (interrupted) {
    return {
      outcome: 'interrupted',
      exitCode: INTERRUPTED_STATUS,
      signal: null,
      evidence: ['prompt'],
      confidence: 'likely',
    };
  }
  return { outcome: 'lost', exitCode: null, signal: null, evidence: ['prompt'], confidence: 'guess' };
}

/**
 * A shell's own contexts (OSC 3008) told the end; `status` is null when they told none, undefined when the next prompt came
 * without an end.
 */
export function contextEnd(hasStarted: boolean, status: number | null | undefined): RunEnd {
  const verdict = { signal: null, evidence: ['osc3008'], confidence: 'likely' } as const;
  if (status === undefined) return { ...verdict, outcome: 'lost', exitCode: null, confidence: 'guess' };
  if (!hasStarted) return { ...verdict, outcome: 'rejected', exitCode: status };
  return status === null ? { ...verdict, outcome: 'finished', exitCode: null } : { ...verdict, ...ended(status) };
}

/** The program into which a run was typed ended under it; `status` is its own, null when nobody told it. */
export function nestedEnd(status: number | null): RunEnd {
  if (status !== null) return { ...ended(status), signal: null, evidence: ['process_exit'], confidence: 'likely' };
  return { outcome: 'lost', exitCode: null, signal: null, evidence: ['process_exit'], confidence: 'certain' };
}

/** The program into which a run was typed has become another one, which waits for commands: `exec bash`. */
export function replacedEnd(): RunEnd {
  const evidence = ['foreground_group', 'prompt'] as const;
  return { outcome: 'lost', exitCode: null, signal: null, evidence, confidence: 'guess' };
}

/** The session's process ended: as the run itself, or under a run that was going on. */
export function processEnd(
  outcome: 'finished' | 'session_exited',
  { exitCode, exitSignal }: EventPayloads['exit'],
): RunEnd {
  const number = Object.entries(constants.signals).find(([name]) => name === exitSignal)?.[1];
  return {
    outcome,
    exitCode: number === undefined ? exitCode : 128 + number,
    signal: exitSignal,
    evidence: ['process_exit'],
    confidence: 'certain',
  };
}

/** A queued run was taken back before it was typed. */
export function withdrawnEnd(): RunEnd {
  return { outcome: 'lost', exitCode: null, signal: null, evidence: [], confidence: 'certain' };
}

function ended(status: number): { outcome: 'finished' | 'interrupted'; exitCode: number } {
  return { outcome: status === INTERRUPTED_STATUS ? 'interrupted' : 'finished', exitCode: status };
}
