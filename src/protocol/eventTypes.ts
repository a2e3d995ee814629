/** The names of the events, for those who choose among them, and the types of events as the library gives them out. */
import type { EventPayloads, EventType } from './events.ts';

/** Every type of event that this version writes. */
export const EVENT_TYPES = [
  'session_started',
  'output',
  'input_text',
  'input_paste',
  'input_keys',
  'input_run',
  'run_lease',
  'run_started',
  'run_echo',
  'run_complete',
  'foreign_run',
  'resize',
  'signal',
  'marker',
  'reply',
  'reply_dropped',
  'redacted',
  'input_lost',
  'exit',
  'host_lost',
  'recovered',
  'durability_lost',
  'log_replaced',
  'perm_fixed',
] as const satisfies readonly EventType[];
type Missing = Exclude<EventType, (typeof EVENT_TYPES)[number]>;
true satisfies [Missing] extends [never] ? true : never;

interface EventOf<T extends EventType> {
  readonly seq: number;
  /** Wall time, ISO 8601; may step back. */
  readonly ts: string;
  /** Monotonic microseconds since the session began. */
  readonly t: number;
  readonly type: T;
  readonly payload: Readonly<EventPayloads[T]>;
  /** The hash chain: base64url SHA-256. */
  readonly h: string;
}

/**
 * An event of a session, told apart by `type`. A log that a later version wrote may hold types that are not listed here:
 * keep a default branch.
 */
export type SessionEvent = { [T in EventType]: EventOf<T> }[EventType];

export function isEventType(text: string): text is EventType {
  return EVENT_TYPES.some((type) => type === text);
}
