import { TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import { describeCheck } from '../doctor/check.ts';
import { checkBrowser } from '../doctor/browser.ts';
import { checkLive } from '../doctor/live.ts';
import { checkHome, checkNativeCalls, checkNode, checkSocketPath } from '../doctor/surroundings.ts';
import { EXIT_CHECK_FAILED } from '../exitCodes.ts';
import { interruptible } from '../interruptible.ts';
import type { doctorSpec } from '../specs/global.ts';

/** `doctor`: what works here and what does not, each fault with what to do about it. */
export const doctor: Handler<typeof doctorSpec> = async ({ options }, context): Promise<CommandReply> => {
  const checks = await interruptible(context, async (interruption) => {
    const live = await checkLive({ context, shells: options.shell ?? [], signal: interruption.signal });
    const { by } = interruption;
    if (by !== undefined) throw new TtyError('CANCELLED', `interrupted by ${by}`, { details: { signal: by } });
    return [
      checkNode(process.versions.node),
      checkNativeCalls(),
      ...checkHome(context.home),
      checkSocketPath(context.home),
      checkBrowser(context.environment['PATH']),
      ...live,
    ];
  });
  const isHealthy = checks.every(({ status }) => status !== 'fail');
  return {
    result: { healthy: isHealthy, checks },
    human: () => checks.map((check) => describeCheck(check, context.colour)).join(''),
    exitCode: isHealthy ? 0 : EXIT_CHECK_FAILED,
  };
};
