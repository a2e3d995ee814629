/** What is the same for every recording: which session, which events, where the file goes, and how it comes into its place. */
import path from 'node:path';
import { makePrivateDirectory } from '../base/atomicFile.ts';
import { readLastEvents } from '../eventlog/tail.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { MadeRecording, RecordingOptions } from '../protocol/recording.ts';
import { removeStaleParts } from '../store/artifacts.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { findSession } from '../store/sessions.ts';
import { checkOutputPlace, OutputFile } from './outputFile.ts';

/** A recording that may be made: all that can be refused was looked at. */
export interface Plan {
  readonly record: SessionRecord;
  /** The session's log. */
  readonly log: string;
  readonly from: number;
  readonly toSeq: number;
}

/**
 * Looks at everything that can be refused before any work is done.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written or a range that holds nothing; `SESSION_NOT_FOUND`,
 *   `INVALID_SESSION_ID`; `LOG_CORRUPT`, `STORAGE_READ_ERROR`
 */
export function planRecording(home: string, reference: string, options: RecordingOptions): Plan {
  const record = findSession(home, reference);
  const { log } = sessionPaths(home, record.sessionId);
  if (options.out !== undefined) checkOutputPlace(path.resolve(options.out), { force: options.force === true });
  const from = options.from ?? 0;
  return { record, log, from, toSeq: lastSeq(log, from, options.to) };
}

/**
 * Has `make` fill the file of a recording, then puts it into its place; leaves nothing when that fails. `name` is that of the file among
 * the artifacts, which has to name everything that its content depends on, as it replaces what has the same name.
 */
export async function makeRecording<T extends { readonly durationMs: number }>(
  home: string,
  plan: Plan,
  { out, force = false, name }: Pick<RecordingOptions, 'out' | 'force'> & { readonly name: string },
  make: (file: OutputFile) => Promise<T>,
): Promise<{ readonly made: MadeRecording; readonly facts: Omit<T, 'durationMs'> }> {
  const { sessionId } = plan.record;
  const { artifacts } = sessionPaths(home, sessionId);
  if (out === undefined) makePrivateDirectory(artifacts);
  const place = out === undefined ? path.join(artifacts, name) : path.resolve(out);
  using file = new OutputFile(place);
  if (out === undefined) removeStaleParts(artifacts, file.madeMs);
  const { durationMs, ...facts } = await make(file);
  const written = file.commit({ force: force || out === undefined });
  return {
    made: { sessionId, artifactPath: place, ...written, capturedAtSeq: plan.toSeq, durationMs },
    facts,
  };
}

/** Throws when the export was taken back. */
export function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new TtyError('CANCELLED', 'the export was taken back; no file was left');
}

/** A recording that cannot be made from this log. */
export function unfit(message: string): TtyError {
  return new TtyError('EXPORT_ERROR', message, { details: { reason: 'range' } });
}

/** The last event to export, which the log holds. */
function lastSeq(log: string, from: number, to: number | undefined): number {
  if (to !== undefined && to < from) throw unfit(`the last event ${to} is before the first one, ${from}`);
  const last = readLastEvents(log).events.at(-1)?.seq ?? -1;
  const beyond = [from, to ?? 0].find((seq) => seq > last && seq > 0);
  if (beyond !== undefined) throw unfit(`the log has no event ${beyond}: its last one is ${last}`);
  return to ?? last;
}
