/** Idempotency keys of runs: a caller's own name for one command of a session, which is then typed once. */
import { quote, TtyError } from './errors.ts';
import { MAX_RUN_KEY_CHARS } from './limits.ts';

/** Visible ASCII. */
export const RUN_KEY = new RegExp(`^[!-~]{1,${MAX_RUN_KEY_CHARS}}$`);

/** @throws TtyError `INVALID_INPUT` unless `key` has 1 to 128 visible ASCII characters */
export function checkRunKey(key: string): void {
  if (RUN_KEY.test(key)) return;
  throw new TtyError(
    'INVALID_INPUT',
    `an idempotency key has 1 to ${MAX_RUN_KEY_CHARS} visible ASCII characters, got ${quote(key)}`,
    { details: { reason: 'idempotency_key' } },
  );
}

/** The answer to a key that belongs to another command; `runId` once that was typed. */
export function keyReused(key: string, runId: string | undefined): TtyError {
  const whose = runId === undefined ? 'another command that waits for its turn' : `run ${runId}, another command`;
  return new TtyError(
    'IDEMPOTENCY_KEY_REUSED',
    `the idempotency key ${quote(key)} belongs to ${whose}; nothing was typed`,
    {
      details: { key, ...(runId === undefined ? {} : { runId }) },
      hint: 'give each command a key of its own',
    },
  );
}
