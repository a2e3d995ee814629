/** What a screen needs from a log to be built again: the output and the sizes, in order. */
import { readEvents } from '../../eventlog/reader.ts';
import type { SyncPoint } from '../../eventlog/syncPoint.ts';
import type { ScreenItem } from '../../screen/live/liveScreen.ts';
import { bytesOf } from '../../protocol/events.ts';

/** Bytes of log between two places that are remembered: as many may be read in vain. */
const PLACE_EVERY_BYTES = 1024 * 1024;
/** Places that are remembered. A screen's checkpoint is far younger than the oldest of them. */
const MAX_PLACES = 64;

/** An event and where it ends: reading can begin behind it. */
export type LogPlace = SyncPoint;

/** Remembers where the last events of a growing log are, so that nobody reads all of it to find one. */
export class LogPlaces {
  readonly #places: LogPlace[] = [];

  /** Takes the last event that was written. */
  note(place: LogPlace): void {
    const last = this.#places.at(-1);
    if (last !== undefined && place.offsetBytes < last.offsetBytes + PLACE_EVERY_BYTES) return;
    this.#places.push(place);
    if (this.#places.length > MAX_PLACES) this.#places.shift();
  }

  /** The nearest place at or before event `seq`, if it is remembered. */
  before(seq: number): LogPlace | undefined {
    return this.#places.findLast((place) => place.seq <= seq);
  }
}

/** The steps of the log in `file` behind `place`, else from its start, in constant memory. Throws what the reader throws. */
export async function* replayLog(file: string, place?: LogPlace): AsyncGenerator<ScreenItem> {
  for await (const event of readEvents(
    file,
    place === undefined ? {} : { fromOffset: place.offsetBytes, after: place },
  )) {
    const { seq, payload } = event;
    if (event.type === 'output') yield { seq, bytes: bytesOf(payload) };
    else if (event.type === 'resize' && typeof payload['cols'] === 'number' && typeof payload['rows'] === 'number') {
      yield { seq, cols: payload['cols'], rows: payload['rows'] };
    }
  }
}
