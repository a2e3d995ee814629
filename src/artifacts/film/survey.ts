/** What has to be known of a log before the first frame of its film: how large its screens get. */
import { readEvents } from '../../eventlog/reader.ts';
import type { LogEvent } from '../../protocol/events.ts';
import { assertWanted, type Plan, unfit } from '../recordingFile.ts';

/** Columns and rows. */
export interface CellSize {
  readonly cols: number;
  readonly rows: number;
}

/** The size that an event says, if it says one. */
export function sizeOf({ type, payload }: LogEvent): CellSize | undefined {
  if (type !== 'session_started' && type !== 'resize') return undefined;
  const { cols, rows } = payload;
  return typeof cols === 'number' && typeof rows === 'number' ? { cols, rows } : undefined;
}

/** The most columns and rows that the screen has in the part that is shown. Throws `EXPORT_ERROR` for a log without a beginning. */
export async function largestSize(plan: Plan, signal: AbortSignal | undefined): Promise<CellSize> {
  let now: CellSize | undefined;
  let largest: CellSize = { cols: 0, rows: 0 };
  for await (const event of readEvents(plan.log, { toSeq: plan.toSeq })) {
    assertWanted(signal);
    if (now === undefined && (event.type !== 'session_started' || sizeOf(event) === undefined))
      throw unfit(`${plan.log} does not begin with the start of a session and its size`);
    const size = sizeOf(event) ?? now;
    if (size === undefined || (size === now && event.seq !== plan.from)) continue;
    now = size;
    if (event.seq <= plan.from) largest = size;
    else largest = { cols: Math.max(largest.cols, size.cols), rows: Math.max(largest.rows, size.rows) };
  }
  if (now === undefined) throw unfit(`${plan.log} holds no events`);
  return largest;
}
