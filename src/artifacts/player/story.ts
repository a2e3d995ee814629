/** What a page tells of a recording beside playing it: its runs, and its lines with their times. Pure. */
import { bytesOf, type LogEvent } from '../../protocol/events.ts';
import { OutputText } from '../../protocol/outputText.ts';

/** Characters of lines that can be searched; a page has to be opened by people. */
const MAX_TEXT_CHARS = 8 * 1024 * 1024;
/** What a line counts beside its text, so that millions of short ones are bounded too. */
const LINE_CHARS = 64;
const MS = 1_000;

/** A run of the session, for the list. Times are seconds of the recording. */
export interface RunEntry {
  readonly number: string;
  readonly command: string;
  readonly at: number;
  /** `undefined` as long as it goes on. */
  ended?: { readonly at: number; readonly outcome: string; readonly exitCode: number | undefined };
}

/** Collects what the events of a log tell. */
export class Story {
  readonly #text = new OutputText();
  readonly #runs = new Map<string, RunEntry>();
  readonly #commands = new Map<string, string>();
  readonly #lines: (readonly [seconds: number, text: string])[] = [];
  #chars = 0;
  #isCut = false;

  get runs(): readonly RunEntry[] {
    return [...this.#runs.values()];
  }

  /** Lines with text in them, and when each was complete. */
  get lines(): readonly (readonly [seconds: number, text: string])[] {
    return this.#lines;
  }

  /** Whether there were more lines than can be searched. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Takes an event that is shown `atMs` after the start. */
  feed({ type, payload }: LogEvent, atMs: number): void {
    if (type === 'output') return this.#add(this.#text.feed(bytesOf(payload)), atMs);
    const id = String(payload['runId']);
    if (type === 'input_run') this.#commands.set(id, String(payload['command']));
    // where the session's program is the run, it starts as the session does
    if (type === 'run_started' || (type === 'input_run' && payload['source'] === 'process')) this.#start(id, atMs);
    if (type !== 'run_complete') return;
    if (!this.#runs.has(id)) this.#start(id, atMs);
    const { outcome, exitCode } = payload;
    const run = this.#runs.get(id);
    const code = typeof exitCode === 'number' ? exitCode : undefined;
    if (run !== undefined) run.ended = { at: atMs / MS, outcome: String(outcome), exitCode: code };
  }

  /** Takes the line that has no end yet. */
  end(atMs: number): void {
    this.#add(this.#text.end(), atMs);
  }

  #start(id: string, atMs: number): void {
    const number = id.slice(id.lastIndexOf('.') + 1);
    this.#runs.set(id, { number, command: this.#commands.get(id) ?? '', at: atMs / MS });
    this.#commands.delete(id);
  }

  #add(text: string, atMs: number): void {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      this.#chars += line.length + LINE_CHARS;
      if (this.#chars > MAX_TEXT_CHARS) this.#isCut = true;
      else this.#lines.push([atMs / MS, line]);
    }
  }
}
