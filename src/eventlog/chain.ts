/**
 * Checks lines in their order: form, hash chain, `seq`, `t`, and what the first event of a log must be. Pure state that
 * reader, verifier and recovery share; a fault leaves the state as it was, so the head is always the last good event.
 */
import { quote } from '../protocol/errors.ts';
import type { LogEvent, LogHead } from '../protocol/events.ts';
import { LOG_FORMAT_VERSION } from '../protocol/version.ts';
import { chainSeed, decodeLine, isFault, sealHolds } from './codec.ts';
import type { LineFault } from './codec.ts';

/** Where checking starts. */
export type ChainStart =
  /** At the log's first event; its hash must fit this session's id, or the id that it names itself. */
  | { readonly from: 'start'; readonly sessionId?: string }
  /** After a known event. */
  | { readonly from: 'event'; readonly event: Pick<LogEvent, 'seq' | 't' | 'h'> }
  /** Somewhere: the first line's form is checked, its hash is taken on trust, and all further ones chain on it. */
  | { readonly from: 'anywhere' };

export class ChainChecker {
  readonly #start: ChainStart;
  #last: Pick<LogEvent, 'seq' | 't' | 'h'> | undefined;

  constructor(start: ChainStart) {
    this.#start = start;
    this.#last = start.from === 'event' ? start.event : undefined;
  }

  /** The last good event; before the first one of a log `seq` is -1 and `h` what that one must chain on, if it is known. */
  get head(): LogHead {
    if (this.#last !== undefined) return { seq: this.#last.seq, h: this.#last.h };
    const id = this.#start.from === 'start' ? this.#start.sessionId : undefined;
    return { seq: -1, h: id === undefined ? '' : chainSeed(id) };
  }

  /** The event of the next line (without LF), or why it cannot stand here. */
  check(line: Buffer): LogEvent | LineFault {
    const event = decodeLine(line);
    if (isFault(event)) return event;
    const fault = this.#last === undefined ? this.#firstFault(line, event) : followFault(line, event, this.#last);
    if (fault !== undefined) return fault;
    this.#last = event;
    return event;
  }

  #firstFault(line: Buffer, event: LogEvent): LineFault | undefined {
    if (this.#start.from !== 'start') return undefined;
    return headerFault(line, event, this.#start.sessionId);
  }
}

function followFault(line: Buffer, event: LogEvent, last: Pick<LogEvent, 'seq' | 't' | 'h'>): LineFault | undefined {
  if (event.seq !== last.seq + 1) return { fault: 'order', reason: `seq ${last.seq + 1} is due, found ${event.seq}` };
  if (!sealHolds(line, last.h))
    return { fault: 'hash', reason: 'its hash does not fit its bytes and the event before it' };
  if (event.t < last.t)
    return { fault: 'order', reason: `its t of ${event.t} us is before the ${last.t} us of the event before` };
  return undefined;
}

function headerFault(line: Buffer, event: LogEvent, sessionId: string | undefined): LineFault | undefined {
  if (event.seq !== 0) return { fault: 'order', reason: `seq 0 is due, found ${event.seq}` };
  const version = event.payload['formatVersion'];
  if (event.type !== 'session_started' || typeof version !== 'number') {
    return { fault: 'header', reason: 'the first event is no session_started' };
  }
  if (version > LOG_FORMAT_VERSION) {
    const reason = `the log has format ${version}, this version reads formats up to ${LOG_FORMAT_VERSION}`;
    return { fault: 'format_version', reason };
  }
  const named = event.payload['sessionId'];
  if (typeof named !== 'string') return { fault: 'header', reason: 'session_started names no session' };
  if (!sealHolds(line, chainSeed(named)))
    return { fault: 'hash', reason: 'its hash does not fit its bytes and its session' };
  return sessionId === undefined || sessionId === named
    ? undefined
    : { fault: 'session', reason: `the log is of session ${quote(named)}` };
}
