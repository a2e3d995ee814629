/** Types the command of a run: its log first, then the coordinator, then the bytes; nothing stays when one of them fails. */
import path from 'node:path';
import { invariant } from '../../base/invariant.ts';
import type { Pty } from '../pty/pty.ts';
import type { PreparedRun, RunCompletionCoordinator } from '../run/coordinator.ts';
import type { PromptTracker } from '../run/promptTracker.ts';
import type { Journal } from './journal.ts';
import type { HeldPlace } from './leasePort.ts';
import type { Reader, Readers } from './readers.ts';
import type { RunKeys } from './runKeys.ts';
import type { RunLeases } from './runLeases.ts';
import type { RunOrigins } from './runOrigins.ts';
import { writeRunScript } from './runScript.ts';

export interface RunTypingParts {
  readonly pty: Pty;
  readonly journal: Journal;
  readonly coordinator: RunCompletionCoordinator;
  readonly tracker: PromptTracker;
  readonly readers: Pick<Readers, 'own' | 'ownSpoke'>;
  readonly leases: RunLeases;
  readonly origins: RunOrigins;
  readonly keys: Pick<RunKeys, 'typed'>;
  /** Directory for scripts of commands that cannot be typed; made when it is needed. */
  readonly scratch: string;
  /** Tells that a run was typed, before its bytes go out. */
  onTyped(): void;
  /** Handles output that has come and is not logged yet, so that it stands before what is typed next. */
  drainOutput(): void;
}

/**
 * Types a command into `reader`, or into the session's own shell. Returns where the log stood before, in bytes.
 *
 * @throws TtyError `INPUT_QUEUE_FULL`, `STORAGE_WRITE_ERROR`; nothing was typed then
 */
export function typeRun(
  parts: RunTypingParts,
  accepted: PreparedRun,
  reader: Reader | undefined,
  held: HeldPlace | undefined,
): number {
  const { pty, journal, coordinator, tracker, readers, leases, scratch } = parts;
  const source = reader?.source ?? coordinator.source;
  invariant(source !== undefined, 'a session that takes no commands has no prompt');
  const prepared = coordinator.aim(accepted, source);
  if (reader === undefined) readers.ownSpoke();
  const place = {
    isNested: reader !== undefined && reader.image.pid !== pty.pid,
    endsBelow: reader?.endsBelow === true,
    into: reader?.image ?? readers.own,
  };
  const editor = reader?.editor ?? {
    bracketedPaste: tracker.bracketedPaste,
    canonical: pty.modes()?.canonical ?? !tracker.bracketedPaste,
  };
  parts.drainOutput();
  const scriptPath = path.join(scratch, `run-${prepared.runId.split('.').at(-1) ?? ''}`);
  const action = coordinator.plan(prepared, editor, scriptPath, source);
  // Everything that can fail comes before the run is in flight: one that nobody typed would never end.
  pty.assertRoom(action.bytes.length);
  const removeScript = writeRunScript(scratch, action.script);
  const logOffset = journal.offsetBytes;
  try {
    if (held !== undefined) leases.bind(held.place);
    const before = held === undefined ? [] : [leases.heldEvent(prepared.runId, held)];
    const inputRunSeq = journal.commit(...before, { type: 'input_run', payload: prepared.inputRun });
    const { idempotencyKey } = prepared.inputRun;
    if (idempotencyKey !== undefined) parts.keys.typed(idempotencyKey, prepared.runId);
    coordinator.register({ prepared, inputRunSeq, action, place });
    if (held !== undefined) leases.attach(prepared.runId, held);
  } catch (error) {
    removeScript();
    throw error;
  }
  parts.origins.typed(prepared.runId);
  parts.onTyped();
  coordinator.wait(prepared.runId, { timeoutMs: 0 }).then(removeScript, removeScript);
  pty.write(action.bytes);
  return logOffset;
}
