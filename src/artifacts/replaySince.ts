/** What changed on a screen since it was seen last. */
import { readLastEvents } from '../eventlog/tail.ts';
import type { ScreenLine, ScreenState } from '../protocol/snapshot.ts';
import { assertHolds, replay } from './replaySnapshot.ts';

/** Events that are looked back at; a screen is asked for its hash after each, which costs about 0.1 ms. */
const MAX_EVENTS_BACK = 20_000;

/** The screen, and what of it is new. */
export interface ChangedRows {
  readonly screen: ScreenState;
  /** The event that drew the newest screen with the hash; absent when there was none after any of the last 20,000 events. */
  readonly foundAtSeq?: number;
  /** The rows that differ; all when the hash was not found, or the size is another. */
  readonly rows: readonly ScreenLine[];
}

/**
 * The last screen of the log in `file`, or the one after event `toSeq`, and its rows that differ from the last screen before it
 * with the hash `hash`.
 *
 * @throws TtyError as `replaySnapshot`
 */
export async function replaySince(
  file: string,
  { hash, toSeq }: { readonly hash: string; readonly toSeq?: number | undefined },
): Promise<ChangedRows> {
  if (toSeq !== undefined) assertHolds(file, toSeq);
  const lastSeq = toSeq ?? readLastEvents(file).events.at(-1)?.seq ?? 0;
  let known: ScreenState | undefined;
  let drawnSeq = -1;
  using model = await replay(file, {
    toSeq,
    before: async (event, before) => {
      if (before === undefined || event.seq <= lastSeq - MAX_EVENTS_BACK || before.capturedAtSeq === drawnSeq) return;
      drawnSeq = before.capturedAtSeq;
      await before.flush();
      const screen = before.state({ includeScrollback: false });
      if (screen.screenHash === hash) known = screen;
    },
  });
  const screen = model.state({ includeScrollback: false });
  if (screen.screenHash === hash) return { screen, foundAtSeq: screen.capturedAtSeq, rows: [] };
  if (known === undefined) return { screen, rows: screen.visibleLines };
  const old = known;
  const isSameSize = old.cols === screen.cols && old.rows === screen.rows;
  const rows = screen.visibleLines.filter(({ row, text }) => !isSameSize || text !== old.visibleLines[row]?.text);
  return { screen, foundAtSeq: old.capturedAtSeq, rows };
}
