import type { CommandReply, Handler } from '../command.ts';
import { checkLeases } from '../doctor/leases.ts';
import { describeCheck } from '../doctor/check.ts';
import { EXIT_CHECK_FAILED } from '../exitCodes.ts';
import { leaseParts } from '../leases.ts';
import type { leaseDoctorSpec } from '../specs/lease.ts';

/** `lease doctor`: whether places are safe to give here. */
export const leaseDoctor: Handler<typeof leaseDoctorSpec> = async (_, context): Promise<CommandReply> => {
  const checks = checkLeases(leaseParts(context), context);
  const isHealthy = checks.every(({ status }) => status !== 'fail');
  return {
    result: { healthy: isHealthy, checks },
    human: () => checks.map((check) => describeCheck(check, context.colour)).join(''),
    exitCode: isHealthy ? 0 : EXIT_CHECK_FAILED,
  };
};
