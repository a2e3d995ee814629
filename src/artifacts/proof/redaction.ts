import type { LogEvent } from '../../protocol/events.ts';

/** What a log says of secrets that were kept out of it. */
export interface RedactionFacts {
  /** What the secrets were called; never what they were. */
  readonly names: readonly string[];
  /** Events that stand for something that was masked. */
  readonly events: number;
}

const MAX_NAMES = 100;

/** What is told of redaction: `null` for a log that states none. `redactedEvents` counts its events of the type `redacted`. */
export function redactionOf(started: LogEvent['payload'], redactedEvents: number): RedactionFacts | null {
  const stated = started['redact'];
  if (typeof stated !== 'object' || stated === null)
    return redactedEvents === 0 ? null : { names: [], events: redactedEvents };
  const names: readonly unknown[] = 'names' in stated && Array.isArray(stated.names) ? stated.names : [];
  const texts = names.filter((name) => typeof name === 'string');
  return { names: texts.slice(0, MAX_NAMES), events: redactedEvents };
}
