import { SessionRedaction } from '../../src/host/session/sessionRedaction.ts';

/** What a session masks that is told these values; nothing without any. */
export function redactionOf(values: readonly string[] = [], patterns = false): SessionRedaction {
  const redact = { env: [], values: [...values], patterns };
  return new SessionRedaction({ environment: '', ...(values.length === 0 && !patterns ? {} : { redact }) });
}
