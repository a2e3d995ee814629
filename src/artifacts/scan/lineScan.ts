/** Looks into files of lines that are JSON: the log of a session, and asciicasts. */
import { LineDecoder, LineTooLongError } from '../../base/lineDecoder.ts';
import { MAX_LOG_LINE_BYTES } from '../../protocol/limits.ts';
import type { Redaction } from '../../redact/redaction.ts';
import type { SecretScanner } from '../../redact/secretScanner.ts';
import { EventScan, type OnFound } from './eventScan.ts';

/** Codes of an asciicast's events that are text of a program or of who types. */
const CAST_FLOWS = ['o', 'i'] as const;

/** Feed it the file, then {@link LineScan.end}. Lines that are no events are passed over: their bytes are looked at anyway. */
export class LineScan implements Disposable {
  readonly #lines = new LineDecoder(MAX_LOG_LINE_BYTES);
  readonly #secrets: Redaction;
  readonly #onFound: OnFound;
  readonly #events: EventScan;
  readonly #cast = new Map<string, SecretScanner>();
  #line = 0;
  #isReadable = true;

  constructor(secrets: Redaction, onFound: OnFound) {
    this.#secrets = secrets;
    this.#onFound = onFound;
    this.#events = new EventScan(secrets, onFound);
  }

  async feed(chunk: Buffer): Promise<void> {
    if (!this.#isReadable) return;
    try {
      for (const line of this.#lines.feed(chunk)) {
        await this.#take(line);
        this.#line++;
      }
    } catch (error) {
      if (!(error instanceof LineTooLongError)) throw error;
      this.#isReadable = false; // no file of lines of ours: its bytes are looked at anyway
    }
  }

  async end(): Promise<void> {
    await this.#events.end();
  }

  [Symbol.dispose](): void {
    this.#events[Symbol.dispose]();
  }

  async #take(line: Buffer): Promise<void> {
    let value: unknown;
    try {
      value = JSON.parse(line.toString());
    } catch {
      return; // a torn or foreign line
    }
    if (Array.isArray(value)) this.#castEvent(value);
    else if (isEvent(value)) await this.#events.feed(value);
  }

  #castEvent([, code, data]: readonly unknown[]): void {
    if (typeof data !== 'string' || !CAST_FLOWS.some((flow) => flow === code)) return;
    const flow = String(code);
    const scanner = this.#cast.get(flow) ?? this.#secrets.finder((rule) => this.#onFound(rule, 'event', this.#line));
    this.#cast.set(flow, scanner);
    scanner.feed(Buffer.from(data));
  }
}

type Event = Parameters<EventScan['feed']>[0];

function isEvent(value: unknown): value is Event {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, t, type, payload }: { seq?: unknown; t?: unknown; type?: unknown; payload?: unknown } = value;
  const isNumbered = typeof seq === 'number' && typeof t === 'number';
  return isNumbered && typeof type === 'string' && typeof payload === 'object' && payload !== null;
}
