/**
 * Events of a log -> lines of an asciicast (https://docs.asciinema.org/manual/asciicast/v3 and .../v2). Pure: knows no file.
 * Times come from `t` alone, so that a clock that was set back changes nothing.
 */
import { constants } from 'node:os';
import { OutputJoiner } from '../eventlog/outputBytes.ts';
import { bytesOf, type LogEvent } from '../protocol/events.ts';
import type { AsciicastVersion } from '../protocol/recording.ts';
import { TimeLine } from './film/timing.ts';
import { cssColour, type Theme } from './paint/themes.ts';
import { typedText } from './typedText.ts';

/** What of a log goes into a cast. */
export interface AsciicastOptions {
  /** 3 unless told otherwise. */
  readonly version?: AsciicastVersion;
  /** First event that takes time. What was written before stands at time 0, so that the screen is right. */
  readonly from?: number;
  /** Whether what was typed is in it (`i`). */
  readonly includeInput?: boolean;
  /** The session's name. */
  readonly title?: string;
  /** Longest pause between two lines, in microseconds; they stay as they are unless told otherwise. */
  readonly longestPauseUs?: number;
  /** Colours that players are to use; theirs unless told otherwise. */
  readonly theme?: Theme;
}

/** What a cast holds, counted. */
export interface AsciicastCounts {
  /** Lines after the header. */
  readonly events: number;
  /** Bytes of output that were no UTF-8 and stand as U+FFFD, counted in those characters. */
  readonly replacedCharacters: number;
  /** Events of output and size before `from`, at time 0. */
  readonly leadInEvents: number;
}

type Code = 'o' | 'i' | 'r' | 'm' | 'x';

const MICROS = 1_000_000;
const SIGNAL_BASE = 128;
const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);

export class AsciicastEncoder {
  readonly #options: AsciicastOptions;
  readonly #version: AsciicastVersion;
  readonly #from: number;
  readonly #commands = new Map<string, string>();
  /** Joins characters that were cut between two events. */
  readonly #joiner = new OutputJoiner();
  /** `t` of time 0 of the cast. */
  #originT: number | undefined;
  readonly #timeLine: TimeLine;
  /** Of the last line, in microseconds of the cast. */
  #time = 0;
  /** Of the last event, in microseconds since the origin. */
  #endTime = 0;
  #events = 0;
  #leadIn = 0;
  #replaced = 0;

  constructor(options: AsciicastOptions = {}) {
    this.#options = options;
    this.#version = options.version ?? 3;
    this.#from = options.from ?? 0;
    this.#timeLine = new TimeLine(options.longestPauseUs ?? Infinity);
  }

  get counts(): AsciicastCounts {
    return { events: this.#events, replacedCharacters: this.#replaced, leadInEvents: this.#leadIn };
  }

  /** From time 0 to the last event of the log that was fed, in ms. */
  get durationMs(): number {
    return this.#timeLine.after(this.#endTime) / 1_000;
  }

  /** When the last line is shown, in ms. */
  get lastLineMs(): number {
    return this.#time / 1_000;
  }

  /** The header, from the first event of a log. `undefined` when that is not the start of a session with its size. */
  header(started: LogEvent): string | undefined {
    const { cols, rows, term, command } = started.payload;
    if (started.type !== 'session_started' || typeof cols !== 'number' || typeof rows !== 'number') return undefined;
    const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [];
    const wallMs = Date.parse(started.ts);
    const type = typeof term === 'string' ? term : undefined;
    const about = {
      ...(Number.isNaN(wallMs) ? {} : { timestamp: Math.floor(wallMs / 1_000) }),
      ...(words.length === 0 ? {} : { command: words.map(shellWord).join(' ') }),
      ...(this.#options.title === undefined ? {} : { title: this.#options.title }),
    };
    const theme = this.#options.theme === undefined ? {} : { theme: castTheme(this.#options.theme) };
    if (this.#version === 2) {
      const env = type === undefined ? {} : { env: { TERM: type } };
      return `${JSON.stringify({ version: 2, width: cols, height: rows, ...about, ...env, ...theme })}\n`;
    }
    const size = { cols, rows, ...(type === undefined ? {} : { type }), ...theme };
    return `${JSON.stringify({ version: 3, term: size, ...about, tags: ['agent-tty'] })}\n`;
  }

  /** The lines of one event, each with its LF; most have one or none. */
  feed(event: LogEvent): string {
    const isLeadIn = event.seq < this.#from;
    if (!isLeadIn) {
      this.#originT ??= this.#from === 0 ? 0 : event.t;
      this.#endTime = Math.max(this.#endTime, event.t - this.#originT);
    }
    const text = this.#lines(event, isLeadIn);
    if (isLeadIn && text !== '') this.#leadIn++;
    return text;
  }

  /** What a character that was cut at the end leaves. */
  end(): string {
    const rest = this.#decode(this.#joiner.flush());
    return rest === '' ? '' : this.#line('o', rest);
  }

  #lines(event: LogEvent, isLeadIn: boolean): string {
    const { payload, type } = event;
    switch (type) {
      case 'output':
        return this.#output(payload);
      case 'resize':
        return this.#line('r', `${String(payload['cols'])}x${String(payload['rows'])}`);
      case 'input_run':
        this.#commands.set(String(payload['runId']), String(payload['command']));
        break;
      default:
    }
    if (isLeadIn) return '';
    const typed = this.#options.includeInput === true ? typedText(type, payload) : undefined;
    if (typed !== undefined) return this.#line('i', typed);
    const mark = this.#mark(type, payload);
    if (mark !== undefined) return this.#line('m', mark);
    const status = type === 'exit' && this.#version === 3 ? exitStatus(payload) : undefined;
    return status === undefined ? '' : this.end() + this.#line('x', status);
  }

  #mark(type: string, payload: LogEvent['payload']): string | undefined {
    if (type === 'marker') return String(payload['label']);
    if (type === 'host_lost') return 'the host died';
    const id = String(payload['runId']);
    const run = `run ${id.slice(id.lastIndexOf('.') + 1)}`;
    if (type === 'run_started') {
      const command = this.#commands.get(id);
      return command === undefined ? run : `${run}: ${command}`;
    }
    if (type !== 'run_complete') return undefined;
    this.#commands.delete(id);
    const { exitCode, outcome } = payload;
    return `${run}: ${String(outcome)}${typeof exitCode === 'number' ? ` (exit code ${exitCode})` : ''}`;
  }

  #output(payload: LogEvent['payload']): string {
    const { data } = payload;
    const isWhole = typeof data === 'string' && this.#joiner.heldBytes === 0;
    const text = isWhole ? data : this.#decode(this.#joiner.push(bytesOf(payload)));
    return text === '' ? '' : this.#line('o', text);
  }

  #decode(records: readonly Buffer[]): string {
    let all = '';
    for (const bytes of records) {
      const text = bytes.toString('utf8');
      this.#replaced += count(text) - countIn(bytes);
      all += text;
    }
    return all;
  }

  /** Version 3 counts each line's time from the line before, version 2 from the start; both in seconds. */
  #line(code: Code, data: string): string {
    const at = this.#timeLine.at(this.#originT === undefined ? 0 : this.#endTime);
    const time = this.#version === 3 ? at - this.#time : at;
    this.#time = at;
    this.#events++;
    return `[${seconds(time)}, "${code}", ${JSON.stringify(data)}]\n`;
  }
}

function castTheme({ foreground, background, ansi }: Theme): object {
  return { fg: cssColour(foreground), bg: cssColour(background), palette: ansi.map(cssColour).join(':') };
}

/** Microseconds as seconds with up to six places, never in exponents. */
function seconds(micros: number): string {
  const fraction = String(micros % MICROS)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${Math.floor(micros / MICROS)}.${fraction === '' ? '0' : fraction}`;
}

function count(text: string): number {
  return text.split(REPLACEMENT).length - 1;
}

/** U+FFFD that the program wrote itself. */
function countIn(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(REPLACEMENT_BYTES); at !== -1; at = bytes.indexOf(REPLACEMENT_BYTES, at + 3)) found++;
  return found;
}

/** As a shell reports it: the exit code, or 128 and the signal's number. `undefined` when neither is known. */
function exitStatus({ exitCode, exitSignal }: LogEvent['payload']): string | undefined {
  if (typeof exitSignal === 'string') {
    const numbers: Readonly<Record<string, number>> = constants.signals;
    const number = numbers[exitSignal] ?? numbers[`SIG${exitSignal}`];
    if (number !== undefined) return String(SIGNAL_BASE + number);
  }
  return typeof exitCode === 'number' ? String(exitCode) : undefined;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
