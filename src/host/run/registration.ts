/**
 * The steps by which a command becomes the run in flight: accepted, planned, registered. Before the last one the session
 * does everything that can fail: it writes the script and appends `input_run`.
 */
import { quote, TtyError } from '../../protocol/errors.ts';
import type { EventPayloads } from '../../protocol/events.ts';
import type { ProgramImage } from './reader.ts';
import type { RunIdentity } from './runRecord.ts';
import type { TypeAction } from './typeAction.ts';

/** A run that was accepted and not yet typed. */
export interface PreparedRun extends RunIdentity {
  /** The command as it is typed; `command` is how it is told, without what the session masks. */
  readonly typed: string;
  /** The event to append before `register`. */
  readonly inputRun: EventPayloads['input_run'];
}

/** Where a run is typed. */
export interface Place {
  /** It is a program that another command started and that waits for commands itself. */
  readonly isNested: boolean;
  /** With `isNested`: the status that is told of the command below is the status of this program. */
  readonly endsBelow: boolean;
  /** The program, where the system tells. */
  readonly into: ProgramImage | undefined;
}

/** The session's own program, of which nothing more is known. */
export const OWN_PLACE: Place = { isNested: false, endsBelow: false, into: undefined };

export interface Registration {
  readonly prepared: PreparedRun;
  /** Seq of the appended `input_run`. */
  readonly inputRunSeq: number;
  /** What `plan` gave for it, all of which goes to the PTY next. */
  readonly action: TypeAction;
  /** The session's own program when it is left out. */
  readonly place?: Place;
}

/** The session's program takes no commands. */
export function takesNoCommands(): TtyError {
  return new TtyError(
    'NOT_A_SHELL',
    'the program of this session is no shell that agent-tty knows how to run commands in',
  );
}

/** The run is unknown, or so old that it was forgotten. */
export function notKept(runId: string): TtyError {
  return new TtyError('RUN_NOT_FOUND', `no run ${quote(runId)} is kept by this session's host`);
}
