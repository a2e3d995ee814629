/** The exit codes of the CLI that are not in the table of errors. */
import { constants } from 'node:os';
import type { TtyError } from '../protocol/errors.ts';
import type { RunResult } from '../protocol/methods/common.ts';
import { RUN_EXIT } from '../protocol/outcomes.ts';

/** A wait whose condition did not come in time; the envelope is still `ok: true`. */
export const EXIT_WAIT_TIMED_OUT = 11;
/** The session ended before what was waited for showed; the envelope is still `ok: true`. */
export const EXIT_SESSION_ENDED = 4;
/** A run that was to be cancelled goes on, or left processes; the envelope is still `ok: true`. */
export const EXIT_NOT_CANCELLED = 4;
/** Whoever read standard output went away; what a shell shows for a program that SIGPIPE ended. */
export const EXIT_READER_GONE = 141;
/** A bundle does not fit together, or holds what it should not; the envelope is still `ok: true`. */
export const EXIT_PROOF_FAILED = 12;
/** A check of `doctor` failed. */
export const EXIT_CHECK_FAILED = 1;

const EXIT_USAGE = 2;
const EXIT_REFUSED = 4;
const SIGNAL_BASE = 128;

/** The exit status by which a plain `run` tells how the command ended. */
export function runExitCode(run: Pick<RunResult, 'outcome' | 'exitCode' | 'signal'>): number {
  switch (run.outcome) {
    case 'finished':
    case 'session_exited':
      return run.exitCode ?? signalExitCode(run.signal) ?? RUN_EXIT.failedBeforeTyping;
    case 'interrupted':
      return RUN_EXIT.interrupted;
    case 'stopped':
      return RUN_EXIT.stopped;
    case 'rejected':
      return EXIT_USAGE;
    case 'timed_out':
      return RUN_EXIT.timedOut;
    case 'blocked_on_input':
      return RUN_EXIT.blockedOnInput;
    case 'lost':
      return RUN_EXIT.failedBeforeTyping;
    case 'accepted':
      return 0;
  }
}

/** The exit status for an error: that of its code, or 128 + n when a signal to this process was the reason. */
export function errorExitCode(error: TtyError): number {
  const signal = error.code === 'CANCELLED' ? error.details?.['signal'] : undefined;
  return (typeof signal === 'string' ? signalExitCode(signal) : undefined) ?? error.exitCode;
}

/**
 * The exit status of a plain `run` that failed on our side: 2 for a command line that is not understood, 4 for a refusal
 * (the session or its terminal is not in a state to take a command), 75, 76 or 78 where a provider's places are the reason, 125 for
 * everything else.
 */
export function runFailureExitCode(error: TtyError): number {
  if (error.code === 'CANCELLED') return errorExitCode(error);
  if (error.code.startsWith('INVALID_')) return EXIT_USAGE;
  if (error.code.startsWith('PROVIDER_')) return error.exitCode;
  return error.exitCode === EXIT_REFUSED ? EXIT_REFUSED : RUN_EXIT.failedBeforeTyping;
}

/** 128 + n for a signal's name or number, as shells report it. */
export function signalExitCode(signal: string | null): number | undefined {
  if (signal === null) return undefined;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  const n = /^[0-9]+$/.test(signal) ? Number(signal) : (numbers[signal] ?? numbers[`SIG${signal}`]);
  return n === undefined || n === 0 ? undefined : SIGNAL_BASE + n;
}
