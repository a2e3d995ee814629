/** The screen of a session, rebuilt from its log: for sessions that nobody serves any more. Reads in constant memory. */
import { readEvents } from '../eventlog/reader.ts';
import { TtyError } from '../protocol/errors.ts';
import { bytesOf, type LogEvent } from '../protocol/events.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import { ScreenModel } from '../screen/screenModel.ts';
import { matchableText, regexMatcher, textMatcher } from '../screen/textMatch.ts';

/** What can be looked for on a screen that changes no more. */
export type ReplayCondition =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'regex'; readonly regex: string };

/** Bytes between two turns of the event loop, so that signals and pipes are served during a long replay. */
const BREATH_BYTES = 1024 * 1024;

/**
 * The last screen of the log in `file`; with `toSeq` the screen as it stood after that event.
 *
 * @throws TtyError `REPLAY_ERROR` for a log without a beginning, and what reading it throws
 */
export async function replaySnapshot(
  file: string,
  options: { readonly includeScrollback?: boolean; readonly toSeq?: number } = {},
): Promise<ScreenState> {
  using model = await replay(file, options.toSeq);
  return model.state({ includeScrollback: options.includeScrollback === true });
}

/**
 * The last screen of the log and what matches on it; `matchedText` is absent when nothing does.
 *
 * @throws TtyError `INVALID_INPUT` for a pattern that cannot be used, and as {@link replaySnapshot}
 */
export async function replayMatch(
  file: string,
  condition: ReplayCondition,
): Promise<{ screen: ScreenState; matchedText?: string }> {
  const match = condition.kind === 'text' ? textMatcher(condition.text) : regexMatcher(condition.regex);
  using model = await replay(file);
  const matchedText = match(matchableText(model.rows()));
  const screen = model.state({ includeScrollback: false });
  return matchedText === undefined ? { screen } : { screen, matchedText };
}

async function replay(file: string, toSeq?: number): Promise<ScreenModel> {
  let model: ScreenModel | undefined;
  let unparsedBytes = 0;
  try {
    for await (const event of readEvents(file, toSeq === undefined ? {} : { toSeq })) {
      model ??= firstScreen(file, event);
      unparsedBytes += apply(model, event);
      if (unparsedBytes < BREATH_BYTES) continue;
      unparsedBytes = 0;
      await model.flush();
    }
    if (model === undefined) throw new TtyError('REPLAY_ERROR', `${file} holds no events`, { details: { path: file } });
    await model.flush();
    return model;
  } catch (error) {
    model?.[Symbol.dispose]();
    throw error;
  }
}

function firstScreen(file: string, event: LogEvent): ScreenModel {
  const size = event.type === 'session_started' ? sizeOf(event) : undefined;
  if (size !== undefined) return new ScreenModel(size);
  throw new TtyError('REPLAY_ERROR', `${file} does not begin with the start of a session and its size`, {
    details: { path: file },
  });
}

/** Bytes that the event brought to the screen. */
function apply(model: ScreenModel, event: LogEvent): number {
  if (event.type === 'output') {
    const bytes = bytesOf(event.payload);
    model.write(bytes, event.seq);
    return bytes.length;
  }
  const size = event.type === 'resize' ? sizeOf(event) : undefined;
  if (size !== undefined) model.resize(size.cols, size.rows, event.seq);
  return 0;
}

function sizeOf({ payload }: LogEvent): { cols: number; rows: number } | undefined {
  const { cols, rows } = payload;
  return typeof cols === 'number' && typeof rows === 'number' ? { cols, rows } : undefined;
}
