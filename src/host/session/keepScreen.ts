/** Puts the last screen of a session beside its log when the program has ended. */
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import type { Screen } from '../../screen/live/liveScreen.ts';
import { writeLastScreen } from '../../store/lastScreen.ts';
import type { Journal } from './journal.ts';

/** Logs below this are replayed as quickly as the file is read: about 50 ms. Short sessions get no second file. */
const MIN_LOG_BYTES = 256 * 1024;

/** How long the screen is kept for its last drawing, which a worker that just failed has to make anew. */
const KEEP_SCREEN_MS = 2_000;

export interface KeepScreenOptions {
  readonly sessionId: string;
  readonly screen: Pick<Screen, 'checkpoint'> & Disposable;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Where it goes. */
  readonly file: string;
  readonly logger: Logger;
}

/** The end of a session's screen: drawn once more, then freed. Owns the screen from its making on. */
export class ScreenEnd {
  readonly #options: KeepScreenOptions;
  #kept: Promise<void> | undefined;

  constructor(options: KeepScreenOptions) {
    this.#options = options;
  }

  /** Begins to put the screen beside the log. Call it when nothing more will be fed. */
  keep(): void {
    this.#kept ??= keepScreen(this.#options);
  }

  /** Frees the screen, after a little while if it is being kept. Never rejects. */
  async release(): Promise<void> {
    const { clock, screen } = this.#options;
    const late = clock.after(KEEP_SCREEN_MS, () => screen[Symbol.dispose]());
    await this.#kept;
    late.clear();
    screen[Symbol.dispose]();
  }
}

/** Never rejects: without the file the log is replayed. */
async function keepScreen({ sessionId, screen, journal, file, logger }: KeepScreenOptions): Promise<void> {
  if (journal.offsetBytes < MIN_LOG_BYTES) return;
  try {
    const checkpoint = await screen.checkpoint();
    // a log that takes nothing now does not end with what it will end with
    if (checkpoint === undefined || journal.blocked !== null) return;
    const { seq: capturedAtSeq, cols, rows, bytes } = checkpoint;
    const drawing = Buffer.from(bytes).toString('utf8');
    writeLastScreen(file, { head: journal.head, capturedAtSeq, cols, rows, drawing });
  } catch (error) {
    logger.log('warn', 'screen', 'the last screen was not kept', { sessionId, ...errorFields(error) });
  }
}
