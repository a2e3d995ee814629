/** The two steps by which a command becomes the run in flight. Between them the session appends `input_run`. */
import type { EventPayloads } from '../../protocol/events.ts';
import type { RunIdentity } from './runRecord.ts';
import type { LineEditor } from './typing.ts';

/** A run that was accepted and not yet typed. */
export interface PreparedRun extends RunIdentity {
  /** The event to append before `register`. */
  readonly inputRun: EventPayloads['input_run'];
}

export interface Registration {
  readonly prepared: PreparedRun;
  /** Seq of the appended `input_run`. */
  readonly inputRunSeq: number;
  readonly editor: LineEditor;
  /** Where a script may be written if the command cannot be typed; unique for the run. */
  readonly scriptPath: string;
}
