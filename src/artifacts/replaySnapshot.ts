/**
 * The screen of a session, rebuilt from its log: for sessions that nobody serves any more. Reads in constant memory; of a long
 * log only the end, where its host left the last screen beside it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { readEvents } from '../eventlog/reader.ts';
import { readLastEvents } from '../eventlog/tail.ts';
import { TtyError } from '../protocol/errors.ts';
import type { LogEvent } from '../protocol/events.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import { Baselines } from '../screen/worker/baselines.ts';
import { type Baseline, type Held, Probe, ScreenView, type ScreenWish } from '../screen/worker/probe.ts';
import { LookInterrupted } from '../screen/worker/textMatch.ts';
import { ScreenModel } from '../screen/emulator/screenModel.ts';
import { readLastScreen } from '../store/lastScreen.ts';
import { ScreenFeed } from './screenFeed.ts';

/** What of a screen is wanted. */
export interface ReplaySnapshotOptions {
  readonly includeScrollback?: boolean;
  readonly includeCells?: boolean;
  /** The last event that counts. */
  readonly toSeq?: number;
  /** Told the size before anything is made of the screen; may throw. */
  readonly onSize?: (size: { readonly cols: number; readonly rows: number }) => unknown;
}

/**
 * The last screen of the log in `file`; with `toSeq` the screen as it stood after that event.
 *
 * @throws TtyError `REPLAY_ERROR` for a log without a beginning, `INVALID_INPUT` for an event that it does not have, and what
 *   reading it throws
 */
export async function replaySnapshot(file: string, options: ReplaySnapshotOptions = {}): Promise<ScreenState> {
  const { includeScrollback = false, includeCells = false, toSeq } = options;
  if (toSeq !== undefined) assertHolds(file, toSeq);
  using model = (toSeq === undefined ? await keptScreen(file) : undefined) ?? (await replay(file, { toSeq }));
  options.onSize?.(model.size);
  return model.state({ includeScrollback, includeCells });
}

/**
 * The last screen of the log and whether `wish` holds on it; `held` is absent when it does not. The screen changes no more,
 * so it rests. With `afterSeq` only what came after that event counts.
 *
 * @throws TtyError `INVALID_INPUT` for a pattern or an event that cannot be used, and as {@link replaySnapshot}
 */
export async function replayMatch(
  file: string,
  wish: ScreenWish,
  afterSeq?: number,
): Promise<{ screen: ScreenState; held?: Held }> {
  let baselines: Baselines | undefined;
  let baseline: Baseline | undefined;
  let lastSeq = -1;
  const before = async (event: LogEvent, model: ScreenModel | undefined): Promise<void> => {
    lastSeq = event.seq;
    if (model === undefined || afterSeq === undefined || event.seq !== afterSeq + 1) return;
    await model.flush();
    baselines = new Baselines(model);
    baselines.beforeEvent(0); // its own first screen is not the one at the start
    baselines.stamp(afterSeq);
    baseline = baselines.find(afterSeq);
  };
  // what came after an event is only to be had from the log
  using model = (afterSeq === undefined ? await keptScreen(file) : undefined) ?? (await replay(file, { before }));
  if (afterSeq !== undefined && afterSeq > lastSeq) {
    throw new TtyError('INVALID_INPUT', `there is no event ${afterSeq}: the last one is ${lastSeq}`, {
      details: { reason: 'after-seq', afterSeq, lastSeq },
    });
  }
  const screen = model.state({ includeScrollback: false });
  try {
    // nothing follows the last event
    if (afterSeq !== undefined && baseline === undefined) return { screen };
    using probe = new Probe(wish, baseline);
    const view = new ScreenView({ rows: model.rows(), cursor: model.cursor(), seenSeq: model.capturedAtSeq });
    const held = askUntilTold(probe, view);
    return held === undefined ? { screen } : { screen, held };
  } finally {
    baselines?.[Symbol.dispose]();
  }
}

/** Asks again as long as a pattern had no processor: here nobody else waits. */
function askUntilTold(probe: Probe, view: ScreenView): Held | undefined {
  for (;;) {
    try {
      return probe.ask(view);
    } catch (error) {
      if (!(error instanceof LookInterrupted)) throw error;
    }
  }
}

/** The last screen that the session's host left beside the log, if the log still ends as it did then. */
async function keptScreen(file: string): Promise<ScreenModel | undefined> {
  const at = path.join(path.dirname(file), 'screen.json');
  if (!fs.existsSync(at)) return undefined;
  const { events, trailingBytes } = readLastEvents(file);
  const head = events.at(-1);
  const kept = head === undefined || trailingBytes > 0 ? undefined : readLastScreen(at, head);
  if (kept === undefined) return undefined;
  const model = new ScreenModel(kept);
  model.write(Buffer.from(kept.drawing), kept.capturedAtSeq);
  await model.flush();
  return model;
}

/** Throws `INVALID_INPUT` for an event that the log does not have. */
export function assertHolds(file: string, seq: number): void {
  const lastSeq = readLastEvents(file).events.at(-1)?.seq ?? -1;
  if (seq <= lastSeq) return;
  throw new TtyError('INVALID_INPUT', `there is no event ${seq}: the last one is ${lastSeq}`, {
    details: { reason: 'at', at: seq, lastSeq },
  });
}

export interface ReplayOptions {
  /** The last event to apply. */
  readonly toSeq?: number | undefined;
  /** Called before each event, and awaited. */
  readonly before?: (event: LogEvent, model: ScreenModel | undefined) => Promise<void>;
}

/** The screen after the log in `file`, or after event `toSeq`. The caller disposes it. */
export async function replay(file: string, { toSeq, before }: ReplayOptions): Promise<ScreenModel> {
  const feed = new ScreenFeed(file);
  try {
    for await (const event of readEvents(file, toSeq === undefined ? {} : { toSeq })) {
      if (before !== undefined) await before(event, feed.model);
      if (feed.take(event)) await feed.model?.flush();
    }
    const { model } = feed;
    if (model === undefined) throw new TtyError('REPLAY_ERROR', `${file} holds no events`, { details: { path: file } });
    await model.flush();
    return model;
  } catch (error) {
    feed[Symbol.dispose]();
    throw error;
  }
}
