import { MAX_TIMEOUT_MS } from '../protocol/limits.ts';

/** What a call that waits may take beyond its own bound before the host counts as silent. */
const WAIT_SLACK_MS = 10_000;

/** The bound in ms of a call that itself waits for up to `waitMs` (0: for ever); 0 for none. */
export function waitBoundMs(waitMs: number, slackMs = WAIT_SLACK_MS): number {
  return waitMs === 0 || slackMs === 0 ? 0 : Math.min(waitMs + slackMs, 2 * MAX_TIMEOUT_MS);
}
