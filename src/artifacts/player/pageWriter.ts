/** The page of a recording, piece by piece: what comes before, each event of the log in its order, and what comes behind. */
import fs from 'node:fs';
import path from 'node:path';
import { quote, TtyError } from '../../protocol/errors.ts';
import type { LogEvent } from '../../protocol/events.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import { AsciicastEncoder, type AsciicastOptions } from '../asciicast.ts';
import { screenMarkup } from '../forms/html.ts';
import type { Theme } from '../paint/themes.ts';
import { pageHead, pageTail, scriptText } from './pageParts.ts';
import { Story } from './story.ts';

export interface PageOptions extends Pick<AsciicastOptions, 'from' | 'longestPauseUs'> {
  readonly title: string;
  readonly theme: Theme;
  /** The directory of the package's own files. */
  readonly assets: string;
}

/** Makes one page. */
export class PageWriter {
  readonly encoder: AsciicastEncoder;
  readonly story = new Story();
  readonly #options: PageOptions;
  readonly #scripts: readonly string[];
  readonly #css: string;

  /** Throws `EXPORT_ERROR` when a file of the package is not there. */
  constructor(options: PageOptions) {
    this.#options = options;
    const { assets, title: _, ...cast } = options;
    this.encoder = new AsciicastEncoder(cast);
    this.#scripts = ['player/asciinema-player.min.js', 'playerPage.js'].map((file) => asset(assets, file));
    this.#css = asset(assets, 'player/asciinema-player.css');
  }

  /** The beginning of the page, from the first event, which is to be fed as well; `undefined` when that starts no session. */
  begin(started: LogEvent): string | undefined {
    const header = this.encoder.header(started);
    if (header === undefined) return undefined;
    return pageHead(this.#options.title, { css: this.#css, scripts: this.#scripts }) + scriptText(header);
  }

  /** What an event adds. */
  feed(event: LogEvent): string {
    const text = scriptText(this.encoder.feed(event));
    if (event.seq >= (this.#options.from ?? 0)) this.story.feed(event, this.encoder.lastLineMs);
    return text;
  }

  /** The rest of the page. `screen` is the last one, with its cells. */
  end(screen: ScreenState): string {
    const last = scriptText(this.encoder.end());
    this.story.end(this.encoder.lastLineMs);
    return last + pageTail(this.story, { screen: screenMarkup(screen, this.#options.theme), scripts: this.#scripts });
  }
}

/** A file of the package. Throws `EXPORT_ERROR` when it is not there. */
function asset(directory: string, name: string): string {
  const file = path.join(directory, name);
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new TtyError('EXPORT_ERROR', `cannot read ${quote(file)}, which is part of the package`, {
      details: { path: file, reason: 'package' },
      hint: 'install agent-tty again',
      cause,
    });
  }
}
