/** One pass over a log: everything that a bundle says and shows of it is made of the events as they go by. */
import { LogScanner, readChunks } from '../../eventlog/scanner.ts';
import { invariant } from '../../base/invariant.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { LogEvent } from '../../protocol/events.ts';
import type { ScreenModel } from '../../screen/emulator/screenModel.ts';
import { ScreenFeed } from '../screenFeed.ts';
import { LogFacts, withCutCommand } from './facts.ts';
import type { Derived } from './manifest.ts';
import type { PartWork } from './part.ts';

/** Bytes between two reports of progress. */
const PROGRESS_BYTES = 1024 * 1024;

export interface PassOptions {
  /** Where the log ends; what lies behind is not looked at. */
  readonly toOffset: number;
  /** Takes the bytes as they are read, before their events; only until it returns. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** Takes each event with the offset of its line. */
  readonly onEvent?: (event: LogEvent, offset: number) => void;
  readonly onProgress?: ((progress: { doneBytes: number; totalBytes: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Feeds facts, screen and parts. Dispose it. */
export class Projection implements Disposable {
  readonly scanner = new LogScanner({ from: 'start' }, 0);
  readonly facts = new LogFacts();
  readonly #works: readonly PartWork[];
  readonly #feed: ScreenFeed;
  #offset = 0;

  /** @param log names it in messages */
  constructor(log: string, works: readonly PartWork[]) {
    this.#feed = new ScreenFeed(log);
    this.#works = works;
  }

  /**
   * Goes through the log that is open as `fd`, up to the first fault, or the first run too many; look at `scanner` and `facts` then.
   *
   * @throws TtyError `REPLAY_ERROR` for a log that draws no screen, `CANCELLED`
   */
  async read(fd: number, { toOffset, onBytes, onEvent, onProgress, signal }: PassOptions): Promise<void> {
    let at = 0;
    let toldAt = 0;
    for await (const chunk of readChunks(fd, 0)) {
      if (signal?.aborted === true) throw new TtyError('CANCELLED', 'the work was taken back; nothing was left');
      const bytes = chunk.subarray(0, toOffset - at);
      at += bytes.length;
      onBytes?.(bytes);
      for (const event of this.scanner.feed(bytes)) {
        onEvent?.(event, this.#offset);
        this.#offset = this.scanner.offset;
        if (this.#take(event)) await this.#feed.model?.flush();
        if (this.facts.hasTooManyRuns) return;
      }
      if (this.scanner.fault !== undefined) return;
      if (at - toldAt >= PROGRESS_BYTES) onProgress?.({ doneBytes: (toldAt = at), totalBytes: toOffset });
      if (at >= toOffset) return;
    }
  }

  /** The last screen; only after at least one event. */
  async screen(): Promise<ScreenModel> {
    const { model } = this.#feed;
    invariant(model !== undefined, 'a log that was read has a screen');
    await model.flush();
    return model;
  }

  /** What follows from the events so far; only after at least one. */
  derived(screen: ScreenModel): Derived {
    const told = this.facts.told();
    invariant(told !== undefined, 'a log that was read has facts');
    const { capturedAtSeq, cols, rows, cursorRow, cursorCol, cursorVisible, isAltScreen, title, screenHash } =
      screen.state({ includeScrollback: false });
    const { seq, h } = this.scanner.head;
    return {
      ...told,
      head: { seq, h, bytes: this.scanner.offset },
      screen: {
        capturedAtSeq,
        cols,
        rows,
        cursorRow,
        cursorCol,
        cursorVisible,
        isAltScreen,
        title,
        screenHash,
      },
    };
  }

  [Symbol.dispose](): void {
    this.#feed[Symbol.dispose]();
  }

  #take(event: LogEvent): boolean {
    this.facts.take(event);
    const isFull = this.#feed.take(event);
    const told = withCutCommand(event);
    for (const work of this.#works) work.take?.(told);
    return isFull;
  }
}
