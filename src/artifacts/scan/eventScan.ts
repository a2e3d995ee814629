/** Looks into the events of a log: output and input put together over their borders, every other text for itself, and the screen. */
import { bytesOf } from '../../protocol/events.ts';
import type { Redaction } from '../../redact/redaction.ts';
import type { SecretScanner } from '../../redact/secretScanner.ts';
import { ScreenModel } from '../../screen/emulator/screenModel.ts';
import type { FoundAs } from './findings.ts';

/** A line of a log, as far as it could be read. */
interface ScannedEvent {
  readonly seq: number;
  /** Microseconds. */
  readonly t: number;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A screen that stands for less is in no frame of a video. */
const FRAME_US = 1_000_000 / 60;
/** Output after which the screen is looked at whatever the time. */
const LOOK_BYTES = 4 * 1024;

export type OnFound = (rule: string, foundAs: FoundAs, seq: number) => void;

/** One stream that goes over several events. */
class Flow {
  readonly #scanner: SecretScanner;
  /** Where the last events begin in the stream. */
  #starts: { readonly position: number; readonly seq: number }[] = [];

  constructor(secrets: Redaction, onFound: OnFound) {
    this.#scanner = secrets.finder((rule, position) => {
      const start = this.#starts.findLast((candidate) => candidate.position <= position);
      onFound(rule, 'event', start?.seq ?? 0);
    });
  }

  feed(bytes: Buffer, seq: number): void {
    this.#starts.push({ position: this.#scanner.position, seq });
    const from = Math.min(this.#scanner.unsureFrom, this.#scanner.position);
    const needed = this.#starts.findLastIndex(({ position }) => position <= from);
    if (needed > 0) this.#starts = this.#starts.slice(needed);
    this.#scanner.feed(bytes);
  }
}

/** Feed it the events in order, then {@link EventScan.end}. The caller disposes it. */
export class EventScan implements Disposable {
  readonly #secrets: Redaction;
  readonly #onFound: OnFound;
  readonly #output: Flow;
  readonly #echo: Flow;
  readonly #input: Flow;
  #screen: ScreenModel | undefined;
  #lookedAt = 0;
  #bytesSince = 0;
  #lastSeq = 0;
  /** Rules whose secret stood on the screen when it was looked at last. */
  #shown: ReadonlySet<string> = new Set();

  constructor(secrets: Redaction, onFound: OnFound) {
    this.#secrets = secrets;
    this.#onFound = onFound;
    this.#output = new Flow(secrets, onFound);
    this.#echo = new Flow(secrets, onFound);
    this.#input = new Flow(secrets, onFound);
  }

  async feed(event: ScannedEvent): Promise<void> {
    const { seq, t, type, payload } = event;
    if (this.#bytesSince >= LOOK_BYTES || t - this.#lookedAt >= FRAME_US) await this.#look(t);
    if (type === 'output') {
      const bytes = bytesOf(payload);
      this.#output.feed(bytes, seq);
      this.#screen?.write(bytes, seq);
      this.#bytesSince += bytes.length;
    } else if (type === 'run_echo') {
      this.#echo.feed(bytesOf(payload), seq);
    } else if (type === 'input_text' || type === 'input_paste') {
      this.#input.feed(bytesOf(payload), seq);
    } else if (type === 'input_keys') {
      this.#input.feed(Buffer.from(typedBy(payload['keys'])), seq);
    } else {
      this.#sizes(event);
      for (const text of textsOf(payload)) this.#text(text, seq);
    }
    this.#lastSeq = seq;
  }

  /** No more events: the last screen, and what has left it. */
  async end(): Promise<void> {
    await this.#look(Infinity);
    const state = this.#screen?.state({ includeScrollback: true });
    if (state === undefined) return;
    const lines = (state.scrollbackLines ?? []).map(({ text }) => text);
    this.#text([state.title, ...lines].join('\n'), this.#lastSeq, 'screen');
  }

  [Symbol.dispose](): void {
    this.#screen?.[Symbol.dispose]();
  }

  #sizes({ seq, type, payload: { cols, rows } }: ScannedEvent): void {
    if (!isSize(cols) || !isSize(rows)) return;
    if (type === 'session_started') this.#screen ??= new ScreenModel({ cols, rows });
    if (type === 'resize') this.#screen?.resize(cols, rows, seq);
  }

  async #look(t: number): Promise<void> {
    this.#lookedAt = t;
    if (this.#screen === undefined || this.#bytesSince === 0) return;
    this.#bytesSince = 0;
    await this.#screen.flush();
    const rows = this.#screen.rows();
    const lines = rows.map(({ text, isWrapped }) => `${isWrapped ? '' : '\n'}${text.trimEnd()}`);
    const shown = new Set<string>();
    this.#secrets.finder((rule) => shown.add(rule)).feed(Buffer.from(lines.join('')));
    for (const rule of shown) if (!this.#shown.has(rule)) this.#onFound(rule, 'screen', this.#lastSeq);
    this.#shown = shown;
  }

  #text(text: string, seq: number, foundAs: FoundAs = 'event'): void {
    this.#secrets.finder((rule) => this.#onFound(rule, foundAs, seq)).feed(Buffer.from(text));
  }
}

/** Every text in `value`, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(textsOf)];
}

/** Stands for a key that types no character: what is typed begins anew behind it. */
const OTHER_KEY = '\ufffd';

/** What keys type: those that are one character. */
function typedBy(keys: unknown): string {
  if (!Array.isArray(keys)) return '';
  const names = keys.filter((key) => typeof key === 'string');
  return names.map((name) => (name === 'Space' ? ' ' : /^.$/u.test(name) ? name : OTHER_KEY)).join('');
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1_000;
}
