/** What a screen needs from a log to be built again: the output and the sizes, in order. */
import { readEvents } from '../../eventlog/reader.ts';
import type { ScreenItem } from '../../screen/liveScreen.ts';
import { bytesOf } from '../../protocol/events.ts';

/** The steps of the log in `file`, in constant memory. Throws what the reader throws. */
export async function* replayLog(file: string): AsyncGenerator<ScreenItem> {
  for await (const event of readEvents(file)) {
    const { seq, payload } = event;
    if (event.type === 'output') yield { seq, bytes: bytesOf(payload) };
    else if (event.type === 'resize' && typeof payload['cols'] === 'number' && typeof payload['rows'] === 'number') {
      yield { seq, cols: payload['cols'], rows: payload['rows'] };
    }
  }
}
