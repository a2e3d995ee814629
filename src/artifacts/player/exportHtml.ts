/** A session's log as a page of its own: a player, the runs, the final screen, and search. Nothing in it asks a network. */
import { readEvents } from '../../eventlog/reader.ts';
import { DEFAULT_THEME } from '../../protocol/limits.ts';
import type { ThemeName } from '../../protocol/picture.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import type { CastFacts, MadeRecording, RecordingOptions, Timing } from '../../protocol/recording.ts';
import { CAST_FRAME_US } from '../exportAsciicast.ts';
import { longestPause } from '../film/timing.ts';
import type { OutputFile } from '../outputFile.ts';
import { THEMES } from '../paint/themes.ts';
import { assertWanted, makeRecording, type Plan, planRecording, unfit } from '../recordingFile.ts';
import { replaySnapshot } from '../replaySnapshot.ts';
import { PageWriter } from './pageWriter.ts';

const PROGRESS_EVENTS = 1_000;

/** What goes into a page. */
export interface HtmlOptions extends RecordingOptions {
  /** `recorded` by default. */
  readonly timing?: Timing;
  /** `dark` by default. */
  readonly theme?: ThemeName;
  /** The directory of the package's own files. */
  readonly assets: string;
}

/** A page that was made. */
export interface HtmlResult extends MadeRecording {
  readonly format: 'html';
  readonly metadata: CastFacts & {
    readonly theme: ThemeName;
    readonly runs: number;
    /** Lines that can be searched, and whether there were more. */
    readonly searchableLines: number;
    readonly searchIsCut: boolean;
  };
}

/**
 * Exports the log of a session, ended or not, as one page.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written or a range that holds nothing; `SESSION_NOT_FOUND`,
 *   `INVALID_SESSION_ID`; `LOG_CORRUPT`, `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function exportHtml(home: string, reference: string, options: HtmlOptions): Promise<HtmlResult> {
  const { timing = 'recorded', theme = DEFAULT_THEME } = options;
  const plan = planRecording(home, reference, options);
  const page = new PageWriter({
    title: titleOf(plan),
    theme: THEMES[theme],
    assets: options.assets,
    from: plan.from,
    longestPauseUs: longestPause(timing, CAST_FRAME_US),
  });
  const name = `recording-${plan.from}-${plan.toSeq}-${timing}-${theme}.html`;
  const { made, facts } = await makeRecording(home, plan, { ...options, name }, async (file) => {
    const screen = await replaySnapshot(plan.log, { includeCells: true, toSeq: plan.toSeq });
    const size = await writePage(plan, { page, screen, file }, options);
    const { encoder, story } = page;
    const about = { asciicastVersion: 3, timing, theme, ...size, fromSeq: plan.from, ...encoder.counts } as const;
    const search = { searchableLines: story.lines.length, searchIsCut: story.isCut };
    return {
      durationMs: encoder.durationMs,
      metadata: { ...about, includesInput: false, runs: story.runs.length, ...search },
    };
  });
  return { ...made, format: 'html', ...facts };
}

interface Parts {
  readonly page: PageWriter;
  readonly screen: ScreenState;
  readonly file: OutputFile;
}

async function writePage(
  plan: Plan,
  { page, screen, file }: Parts,
  { signal, onProgress }: RecordingOptions,
): Promise<{ cols: number; rows: number }> {
  let size: { cols: number; rows: number } | undefined;
  for await (const event of readEvents(plan.log, { toSeq: plan.toSeq })) {
    assertWanted(signal);
    if (size === undefined) {
      const begin = page.begin(event);
      if (begin === undefined) throw unfit(`${plan.log} does not begin with the start of a session and its size`);
      size = { cols: Number(event.payload['cols']), rows: Number(event.payload['rows']) };
      file.write(begin);
    }
    file.write(page.feed(event));
    if (event.seq % PROGRESS_EVENTS === 0) onProgress?.({ doneEvents: event.seq + 1, totalEvents: plan.toSeq + 1 });
  }
  if (size === undefined) throw unfit(`${plan.log} holds no events`);
  file.write(page.end(screen));
  return size;
}

function titleOf({ record }: Plan): string {
  return `${record.name ?? record.sessionId}: ${record.command.join(' ')}`;
}
