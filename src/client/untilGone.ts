import { type Clock, delay } from '../base/clock.ts';
import { liveness, type ProcessIdentity } from '../base/processIdentity.ts';
import { TtyError } from '../protocol/errors.ts';

/** Ending sessions takes up to 5 s each, all at once; the rest is for a busy machine. */
const STOP_MS = 20_000;
/** A process has no event to await from outside, so its end is looked for. */
const POLL_MS = 10;

/** Resolves when the process is gone; throws `HOST_TIMEOUT` when it does not go within 20 s. */
export async function untilGone(identity: ProcessIdentity, clock: Clock): Promise<void> {
  const deadline = clock.nowMs() + STOP_MS;
  while (liveness(identity) !== 'gone') {
    if (clock.nowMs() > deadline) {
      throw new TtyError('HOST_TIMEOUT', `host process ${identity.pid} did not end within ${STOP_MS / 1_000} s`, {
        details: { pid: identity.pid },
      });
    }
    await delay(clock, POLL_MS);
  }
}
