/** A session's log as a recording that asciinema plays. Reads and writes in constant memory; needs no host. */
import path from 'node:path';
import { makePrivateDirectory } from '../base/atomicFile.ts';
import { readEvents } from '../eventlog/reader.ts';
import { readLastEvents } from '../eventlog/tail.ts';
import { TtyError } from '../protocol/errors.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { ExportAsciicastOptions, ExportResult } from '../protocol/recording.ts';
import { removeStaleParts } from '../store/artifacts.ts';
import { findSession } from '../store/sessions.ts';
import { AsciicastEncoder } from './asciicast.ts';
import { checkOutputPlace, OutputFile } from './outputFile.ts';

const PROGRESS_EVENTS = 1_000;

/**
 * Exports the log of a session, ended or not, up to where it stands now. The same log gives the same bytes.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written or a range that holds nothing; `SESSION_NOT_FOUND`,
 *   `INVALID_SESSION_ID`; `LOG_CORRUPT`, `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function exportAsciicast(
  home: string,
  reference: string,
  options: ExportAsciicastOptions = {},
): Promise<ExportResult> {
  const record = findSession(home, reference);
  const { log, artifacts } = sessionPaths(home, record.sessionId);
  const { version = 3, from = 0, includeInput = false } = options;
  const force = options.force === true;
  const out = options.out === undefined ? undefined : path.resolve(options.out);
  if (out !== undefined) checkOutputPlace(out, { force });
  const toSeq = lastSeq(log, from, options.to);
  if (out === undefined) makePrivateDirectory(artifacts);
  const place = out ?? path.join(artifacts, artifactName({ version, from, toSeq, includeInput }));
  const encoder = new AsciicastEncoder({
    version,
    from,
    includeInput,
    ...(record.name === undefined ? {} : { title: record.name }),
  });
  using file = new OutputFile(place);
  if (out === undefined) removeStaleParts(artifacts, file.madeMs);
  const size = await writeCast(log, encoder, file, { ...options, toSeq });
  // What lies among the artifacts has its content's name: replacing it changes nothing.
  const written = file.commit({ force: force || out === undefined });
  return {
    sessionId: record.sessionId,
    format: 'asciicast',
    artifactPath: place,
    ...written,
    capturedAtSeq: toSeq,
    durationMs: encoder.durationMs,
    metadata: { asciicastVersion: version, ...size, fromSeq: from, ...encoder.counts, includesInput: includeInput },
  };
}

async function writeCast(
  log: string,
  encoder: AsciicastEncoder,
  file: OutputFile,
  { toSeq, signal, onProgress }: ExportAsciicastOptions & { readonly toSeq: number },
): Promise<{ cols: number; rows: number }> {
  let size: { cols: number; rows: number } | undefined;
  for await (const event of readEvents(log, { toSeq })) {
    if (signal?.aborted === true) throw new TtyError('CANCELLED', 'the export was taken back; no file was left');
    if (size === undefined) {
      const header = encoder.header(event);
      if (header === undefined) throw failed(`${log} does not begin with the start of a session and its size`);
      size = { cols: Number(event.payload['cols']), rows: Number(event.payload['rows']) };
      file.write(header);
    }
    file.write(encoder.feed(event));
    if (event.seq % PROGRESS_EVENTS === 0) onProgress?.({ doneEvents: event.seq + 1, totalEvents: toSeq + 1 });
  }
  if (size === undefined) throw failed(`${log} holds no events`);
  file.write(encoder.end());
  return size;
}

/** The last event to export, which the log holds. */
function lastSeq(log: string, from: number, to: number | undefined): number {
  if (to !== undefined && to < from) throw failed(`the last event ${to} is before the first one, ${from}`);
  const last = readLastEvents(log).events.at(-1)?.seq ?? -1;
  const beyond = [from, to ?? 0].find((seq) => seq > last && seq > 0);
  if (beyond !== undefined) throw failed(`the log has no event ${beyond}: its last one is ${last}`);
  return to ?? last;
}

function artifactName(parts: { version: number; from: number; toSeq: number; includeInput: boolean }): string {
  const { version, from, toSeq, includeInput } = parts;
  return `recording-v${version}-${from}-${toSeq}${includeInput ? '-input' : ''}.cast`;
}

function failed(message: string): TtyError {
  return new TtyError('EXPORT_ERROR', message, { details: { reason: 'range' } });
}
