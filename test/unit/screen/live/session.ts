import { systemClock } from '../../../../src/base/clock.ts';
import type { Screen, ScreenItem } from '../../../../src/screen/live/liveScreen.ts';
import { ScreenService } from '../../../../src/screen/live/screenService.ts';
import type { ScreenFailure } from '../../../../src/screen/live/screenService.ts';

/** A service on the real clock, and the failures that it told of. */
export interface StartedService extends AsyncDisposable {
  readonly service: ScreenService;
  readonly failures: ScreenFailure[];
  /** Resolves when so many screens were reported. */
  reported(count: number): Promise<void>;
}

/** Starts a service whose worker is the built file `entry`. */
export function startService(entry: URL | string): StartedService {
  const failures: ScreenFailure[] = [];
  const awaited: { count: number; resolve: () => void }[] = [];
  const service = new ScreenService({
    entry,
    clock: systemClock,
    logger: { log: () => undefined },
    onFailure: (failure) => {
      failures.push(failure);
      for (const { count, resolve } of awaited) if (failures.length >= count) resolve();
    },
  });
  const reported = (count: number): Promise<void> =>
    new Promise((resolve) => {
      if (failures.length >= count) resolve();
      else awaited.push({ count, resolve });
    });
  return { service, failures, reported, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** A signal that never aborts. */
export const never = (): AbortSignal => new AbortController().signal;

/** A session with nothing but a log and a screen. */
export class Session {
  readonly log: ScreenItem[] = [];
  readonly screen: Screen;

  constructor(service: ScreenService, id: string, replay?: (afterSeq: number) => AsyncIterable<ScreenItem>) {
    const { log } = this;
    async function* ownLog(): AsyncGenerator<ScreenItem> {
      yield* log;
    }
    this.screen = service.open(id, { cols: 20, rows: 5, replay: replay ?? ownLog });
  }

  print(text: string): number {
    const seq = this.log.length;
    const bytes = Buffer.from(text);
    this.log.push({ bytes, seq });
    this.screen.feed(bytes, seq);
    return seq;
  }

  resize(cols: number, rows: number): void {
    const seq = this.log.length;
    this.log.push({ cols, rows, seq });
    this.screen.resize(cols, rows, seq);
  }

  async lines(): Promise<string[]> {
    const state = await this.screen.state({ includeScrollback: false });
    return state.visibleLines.map((line) => line.text);
  }
}
