/** A session's log as a page of its own: a player, the runs, the final screen, and search. Nothing in it asks a network. */
import fs from 'node:fs';
import path from 'node:path';
import { readEvents } from '../../eventlog/reader.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { DEFAULT_THEME } from '../../protocol/limits.ts';
import type { ThemeName } from '../../protocol/picture.ts';
import type { CastFacts, MadeRecording, RecordingOptions, Timing } from '../../protocol/recording.ts';
import { AsciicastEncoder } from '../asciicast.ts';
import { CAST_FRAME_US } from '../exportAsciicast.ts';
import { longestPause } from '../film/timing.ts';
import { screenMarkup } from '../forms/html.ts';
import type { OutputFile } from '../outputFile.ts';
import { THEMES } from '../paint/themes.ts';
import { assertWanted, makeRecording, type Plan, planRecording, unfit } from '../recordingFile.ts';
import { replaySnapshot } from '../replaySnapshot.ts';
import { pageHead, pageTail, scriptText } from './pageParts.ts';
import { Story } from './story.ts';

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
  const scripts = ['player/asciinema-player.min.js', 'playerPage.js'].map((file) => asset(options.assets, file));
  const css = asset(options.assets, 'player/asciinema-player.css');
  const name = `recording-${plan.from}-${plan.toSeq}-${timing}-${theme}.html`;
  const { made, facts } = await makeRecording(home, plan, { ...options, name }, async (file) => {
    const encoder = new AsciicastEncoder({
      from: plan.from,
      theme: THEMES[theme],
      longestPauseUs: longestPause(timing, CAST_FRAME_US),
    });
    const story = new Story();
    const screen = screenMarkup(
      await replaySnapshot(plan.log, { includeCells: true, toSeq: plan.toSeq }),
      THEMES[theme],
    );
    file.write(pageHead(titleOf(plan), { css: css + screen.css, scripts }));
    const size = await writeCast(plan, { encoder, story, file }, options);
    file.write(pageTail(story, { screen: screen.pre, scripts }));
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
  readonly encoder: AsciicastEncoder;
  readonly story: Story;
  readonly file: OutputFile;
}

async function writeCast(
  plan: Plan,
  { encoder, story, file }: Parts,
  { signal, onProgress }: RecordingOptions,
): Promise<{ cols: number; rows: number }> {
  let size: { cols: number; rows: number } | undefined;
  for await (const event of readEvents(plan.log, { toSeq: plan.toSeq })) {
    assertWanted(signal);
    if (size === undefined) {
      const header = encoder.header(event);
      if (header === undefined) throw unfit(`${plan.log} does not begin with the start of a session and its size`);
      size = { cols: Number(event.payload['cols']), rows: Number(event.payload['rows']) };
      file.write(scriptText(header));
    }
    file.write(scriptText(encoder.feed(event)));
    if (event.seq >= plan.from) story.feed(event, encoder.lastLineMs);
    if (event.seq % PROGRESS_EVENTS === 0) onProgress?.({ doneEvents: event.seq + 1, totalEvents: plan.toSeq + 1 });
  }
  if (size === undefined) throw unfit(`${plan.log} holds no events`);
  file.write(scriptText(encoder.end()));
  story.end(encoder.lastLineMs);
  return size;
}

function titleOf({ record }: Plan): string {
  return `${record.name ?? record.sessionId}: ${record.command.join(' ')}`;
}

/** A file of the package. Throws `EXPORT_ERROR` when it is not there. */
function asset(directory: string, name: string): string {
  const file = path.join(directory, name);
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new TtyError('EXPORT_ERROR', `cannot read ${quote(file)}, which is part of the package`, {
      details: { path: file, reason: 'package' },
      hint: 'install agent-tty again',
      cause,
    });
  }
}
