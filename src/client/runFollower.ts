/** Gives the output of a run as text while it is made, from the log: what is read is what was recorded. */
import { LogFollower } from '../eventlog/reader.ts';
import { offsetBefore } from '../eventlog/seek.ts';
import { OutputText } from '../protocol/outputText.ts';
import { RunWindow } from './runLog.ts';

export interface RunFollowerOptions {
  readonly file: string;
  readonly runId: string;
  /** Byte of the log at which an event ends, before the start of the run. */
  readonly fromOffset: number;
  /** Keep colours and other looks, as SGR. */
  readonly ansi?: boolean;
  /** Takes the text, piece by piece; nothing more is read before it resolves. */
  write(text: string): Promise<void>;
}

/** What is known of where a run begins in its log: the byte, or the number of its `input_run`. */
export interface RunPlace {
  readonly seq: number;
  readonly logOffset?: number | undefined;
}

/** Byte of the log from which a run has to be read; the start of the log when nothing is known. */
export function runOffset(file: string, at: RunPlace | undefined): number {
  if (at === undefined) return 0;
  return at.logOffset ?? offsetBefore(file, at.seq);
}

/**
 * Reads on whenever it is told that the log grew, one piece in memory at a time. Its failures come out of `finish`.
 */
export class RunFollower {
  readonly #options: RunFollowerOptions;
  readonly #log: LogFollower;
  readonly #window: RunWindow;
  readonly #text: OutputText;
  #hasMore = false;
  #reading: Promise<void> | undefined;

  constructor(options: RunFollowerOptions) {
    this.#options = options;
    this.#text = new OutputText({ ansi: options.ansi === true });
    this.#log = new LogFollower(options.file, { fromOffset: options.fromOffset });
    this.#window = new RunWindow(options.runId);
  }

  /** Whether the start of the command was seen; without it the log holds no output of its own. */
  get hasStarted(): boolean {
    return this.#window.hasStarted;
  }

  /** Whether the output moved about the screen, so that its text may not be what a person saw. */
  get usesScreen(): boolean {
    return this.#text.usesScreen;
  }

  /** Tells that the log grew. */
  poke(): void {
    this.#hasMore = true;
    if (this.#reading !== undefined) return;
    this.#reading = this.#readAll();
    this.#reading.catch(() => undefined); // comes out of finish()
  }

  /** Reads what is there now, gives out the unfinished last line too, and resolves when all of it was taken. */
  async finish(): Promise<void> {
    await this.#reading;
    this.poke();
    await this.#reading;
    await this.#options.write(this.#text.end());
  }

  async #readAll(): Promise<void> {
    while (this.#hasMore && !this.#window.isClosed) {
      this.#hasMore = false;
      for await (const event of this.#log.readAvailable()) {
        const bytes = this.#window.take(event);
        if (bytes !== undefined) await this.#options.write(this.#text.feed(bytes));
        if (this.#window.isClosed) break;
      }
    }
    this.#reading = undefined;
  }
}
