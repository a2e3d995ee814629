/**
 * The steps by which a command becomes the run in flight: accepted, planned, registered. Before the last one the session
 * does everything that can fail: it writes the script and appends `input_run`.
 */
import type { EventPayloads } from '../../protocol/events.ts';
import type { RunIdentity } from './runRecord.ts';
import type { TypeAction } from './typeAction.ts';

/** A run that was accepted and not yet typed. */
export interface PreparedRun extends RunIdentity {
  /** The event to append before `register`. */
  readonly inputRun: EventPayloads['input_run'];
}

export interface Registration {
  readonly prepared: PreparedRun;
  /** Seq of the appended `input_run`. */
  readonly inputRunSeq: number;
  /** What `plan` gave for it, all of which goes to the PTY next. */
  readonly action: TypeAction;
}
