/** What a screen that its worker took down is built from: a checkpoint where that is enough, and what the log holds behind it. */
import type { FeedItem, ScreenItem } from './feedBatch.ts';
import type { ScreenRequest } from './screenRequests.ts';
import type { ScreenCheckpoint } from '../workerProtocol.ts';

/**
 * Output up to which a session is replayed from its start for the sake of what waits may count from, which a checkpoint does not
 * hold: about 4 s of parsing. Only a wait that is under way is worth more.
 */
const FULL_REPLAY_BYTES = 32 * 1024 * 1024;

const EMPTY_SEQUENCE = Buffer.from('\u001b[m');

/** Keeps the newest checkpoint of a screen and says whether a rebuild may begin with it. */
export class RebuildStart {
  #checkpoint: ScreenCheckpoint | undefined;

  keep(checkpoint: ScreenCheckpoint): void {
    this.#checkpoint = checkpoint;
  }

  /** The worker failed on event `seq`; a checkpoint that ends with it would take it down again. */
  failedAt(seq: number): void {
    if (seq === this.#checkpoint?.seq) this.#checkpoint = undefined;
  }

  /** What to begin with. `stamps`: after which events the screen was kept; `fedBytes`: all output so far. */
  choose(
    screen: { readonly stamps: readonly number[]; readonly fedBytes: number },
    requests: Iterable<[number, ScreenRequest]>,
  ): ScreenCheckpoint | undefined {
    const checkpoint = this.#checkpoint;
    if (checkpoint === undefined) return undefined;
    for (const [, request] of requests)
      if (request.kind === 'wait' && request.afterSeq !== undefined && request.afterSeq < checkpoint.seq)
        return undefined;
    const isOld = (stamps: readonly number[]): boolean => stamps.some((seq) => seq < checkpoint.seq);
    return screen.fedBytes <= FULL_REPLAY_BYTES && isOld(screen.stamps) ? undefined : checkpoint;
  }
}

/** What {@link rebuildItems} takes from a screen. */
export interface RebuildSource {
  readonly checkpoint: ScreenCheckpoint | undefined;
  readonly replay: (afterSeq: number) => AsyncIterable<ScreenItem>;
  /** The last event that the old screen had been given. */
  readonly lastSeq: number;
  readonly skippedSeqs: ReadonlySet<number>;
  readonly stamps: readonly number[];
}

/** All that the new screen is fed, in order, the stamps where the old one had them. Throws what the replay throws. */
export async function* rebuildItems(source: RebuildSource): AsyncGenerator<FeedItem> {
  const { checkpoint, lastSeq, skippedSeqs } = source;
  const afterSeq = checkpoint?.seq ?? -1;
  const stamps = source.stamps.filter((seq) => seq >= afterSeq);
  if (checkpoint !== undefined) {
    // what the new screen shows before this is not what the old one showed: only the very beginning was blank
    yield { bytes: EMPTY_SEQUENCE, seq: 0 };
    yield { bytes: Buffer.from(checkpoint.bytes), seq: checkpoint.seq };
  }
  for await (const item of source.replay(afterSeq)) {
    if (item.seq > lastSeq) break;
    if (item.seq <= afterSeq) continue;
    for (; stamps[0] !== undefined && stamps[0] < item.seq; stamps.shift()) yield { stamp: true, seq: stamps[0] };
    if (!skippedSeqs.has(item.seq)) yield item;
  }
  for (const seq of stamps) yield { stamp: true, seq };
}
