/** A session's log as a recording that asciinema plays. Reads and writes in constant memory; needs no host. */
import { readEvents } from '../eventlog/reader.ts';
import { DEFAULT_FPS } from '../protocol/limits.ts';
import type { ExportAsciicastOptions, ExportResult } from '../protocol/recording.ts';
import { AsciicastEncoder } from './asciicast.ts';
import { longestPause } from './film/timing.ts';
import type { OutputFile } from './outputFile.ts';
import { THEMES } from './paint/themes.ts';
import { assertWanted, makeRecording, type Plan, planRecording, unfit } from './recordingFile.ts';

const PROGRESS_EVENTS = 1_000;
/** What `max-speed` takes for the time of a frame. */
export const CAST_FRAME_US = Math.ceil(1_000_000 / DEFAULT_FPS);

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
  const { version = 3, includeInput = false, timing = 'recorded', theme } = options;
  const plan = planRecording(home, reference, options);
  const paced = `${timing === 'recorded' ? '' : `-${timing}`}${theme === undefined ? '' : `-${theme}`}`;
  const name = `recording-v${version}-${plan.from}-${plan.toSeq}${paced}${includeInput ? '-input' : ''}.cast`;
  const { made, facts } = await makeRecording(home, plan, { ...options, name }, async (file) => {
    const encoder = new AsciicastEncoder({
      version,
      from: plan.from,
      includeInput,
      longestPauseUs: longestPause(timing, CAST_FRAME_US),
      ...(theme === undefined ? {} : { theme: THEMES[theme] }),
      ...(plan.record.name === undefined ? {} : { title: plan.record.name }),
    });
    const size = await writeCast(plan, encoder, file, options);
    const about = { fromSeq: plan.from, ...encoder.counts, includesInput: includeInput };
    return { durationMs: encoder.durationMs, metadata: { asciicastVersion: version, timing, ...size, ...about } };
  });
  return { ...made, format: 'asciicast', ...facts };
}

/** Feeds the events of `plan` to `encoder`, and what it makes of them to `file`. Gives the size that the session began with. */
async function writeCast(
  plan: Plan,
  encoder: AsciicastEncoder,
  file: OutputFile,
  { signal, onProgress }: ExportAsciicastOptions,
): Promise<{ cols: number; rows: number }> {
  let size: { cols: number; rows: number } | undefined;
  for await (const event of readEvents(plan.log, { toSeq: plan.toSeq })) {
    assertWanted(signal);
    if (size === undefined) {
      const header = encoder.header(event);
      if (header === undefined) throw unfit(`${plan.log} does not begin with the start of a session and its size`);
      size = { cols: Number(event.payload['cols']), rows: Number(event.payload['rows']) };
      file.write(header);
    }
    file.write(encoder.feed(event));
    if (event.seq % PROGRESS_EVENTS === 0) onProgress?.({ doneEvents: event.seq + 1, totalEvents: plan.toSeq + 1 });
  }
  if (size === undefined) throw unfit(`${plan.log} holds no events`);
  file.write(encoder.end());
  return size;
}
