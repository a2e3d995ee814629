/** Events of a log -> the screen that they draw. Knows no file but by name, for its messages. */
import { quote, TtyError } from '../protocol/errors.ts';
import { bytesOf, type LogEvent } from '../protocol/events.ts';
import { MAX_SIZE, MIN_SIZE } from '../protocol/limits.ts';
import { ScreenModel } from '../screen/emulator/screenModel.ts';

/** Bytes between two turns of the event loop, so that signals and pipes are served during a long replay. */
const BREATH_BYTES = 1024 * 1024;

/** Draws one log, event by event from its first on. Dispose it, unless its screen was handed on. */
export class ScreenFeed implements Disposable {
  readonly #file: string;
  #model: ScreenModel | undefined;
  #unparsedBytes = 0;

  /** @param file names the log in messages */
  constructor(file: string) {
    this.#file = file;
  }

  /** The screen so far; `undefined` before the first event. */
  get model(): ScreenModel | undefined {
    return this.#model;
  }

  /**
   * Puts the next event on the screen. Says whether it is time for {@link ScreenModel.flush}.
   *
   * @throws TtyError `REPLAY_ERROR` for a log that does not begin with a session and its size, or a size that no terminal has
   */
  take(event: LogEvent): boolean {
    const model = (this.#model ??= this.#first(event));
    if (event.type === 'output') {
      const bytes = bytesOf(event.payload);
      model.write(bytes, event.seq);
      this.#unparsedBytes += bytes.length;
    } else if (event.type === 'resize') {
      const size = this.#sizeOf(event);
      if (size !== undefined) model.resize(size.cols, size.rows, event.seq);
    }
    if (this.#unparsedBytes < BREATH_BYTES) return false;
    this.#unparsedBytes = 0;
    return true;
  }

  [Symbol.dispose](): void {
    this.#model?.[Symbol.dispose]();
  }

  #first(event: LogEvent): ScreenModel {
    const size = event.type === 'session_started' ? this.#sizeOf(event) : undefined;
    if (size !== undefined) return new ScreenModel(size);
    throw this.#failed('does not begin with the start of a session and its size');
  }

  #sizeOf({ seq, payload }: LogEvent): { cols: number; rows: number } | undefined {
    const { cols, rows } = payload;
    if (typeof cols !== 'number' || typeof rows !== 'number') return undefined;
    if (isSize(cols) && isSize(rows)) return { cols, rows };
    throw this.#failed(
      `gives the terminal ${quote(cols)} by ${quote(rows)} cells in event ${seq}; allowed are ${MIN_SIZE} to ${MAX_SIZE}`,
    );
  }

  #failed(what: string): TtyError {
    return new TtyError('REPLAY_ERROR', `${this.#file} ${what}`, { details: { path: this.#file } });
  }
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_SIZE && value <= MAX_SIZE;
}
