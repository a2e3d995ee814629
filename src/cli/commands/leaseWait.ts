import { delay } from '../../base/clock.ts';
import { resolveAdmission } from '../../lease/admission.ts';
import { TtyError } from '../../protocol/errors.ts';
import { DEFAULT_WAIT_TIMEOUT_MS } from '../../protocol/limits.ts';
import type { CommandReply, Handler } from '../command.ts';
import { EXIT_WAIT_TIMED_OUT } from '../exitCodes.ts';
import { interruptible } from '../interruptible.ts';
import { capacityAt, leaseParts, namedProvider } from '../leases.ts';
import type { leaseWaitSpec } from '../specs/lease.ts';

const LOOK_MS = 250;

/** `lease wait`: until a place is free. By the time the caller asks for it somebody else may have it: `lease run` waits for its own. */
export const leaseWait: Handler<typeof leaseWaitSpec> = async ({ options }, context): Promise<CommandReply> => {
  const provider = namedProvider(options.provider);
  const parts = leaseParts(context);
  const admission = resolveAdmission(provider, parts.inputs);
  const { clock } = context;
  const startMs = clock.nowMs();
  const timeoutMs = options.timeout ?? DEFAULT_WAIT_TIMEOUT_MS;
  return interruptible(context, async (interruption) => {
    for (;;) {
      const capacity = await capacityAt(parts, admission);
      const isFree = capacity.active < admission.limit && capacity.queued === 0;
      const waitedMs = Math.round(clock.nowMs() - startMs);
      const timedOut = !isFree && timeoutMs !== 0 && waitedMs >= timeoutMs;
      if (isFree || timedOut) {
        return {
          result: { provider, free: isFree, timedOut, waitedMs, capacity },
          human: () => `${isFree ? 'free' : 'timed out'}: ${capacity.active} of ${capacity.limit} taken\n`,
          exitCode: timedOut ? EXIT_WAIT_TIMED_OUT : 0,
        };
      }
      try {
        await delay(clock, LOOK_MS, interruption.signal);
      } catch {
        const { by } = interruption; // the delay ends early for no other reason
        throw new TtyError('CANCELLED', by === undefined ? 'nobody reads the answer' : `interrupted by ${by}`, {
          details: by === undefined ? {} : { signal: by },
        });
      }
    }
  });
};
