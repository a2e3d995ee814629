import { TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import { checkLive } from '../doctor/live.ts';
import { checkHome, checkNativeCalls, checkNode, checkSocketPath } from '../doctor/surroundings.ts';
import { escapeLine } from '../escape.ts';
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
      ...live,
    ];
  });
  const isHealthy = checks.every(({ status }) => status !== 'fail');
  return {
    result: { healthy: isHealthy, checks },
    human: () => checks.map((check) => describe(check, context.colour)).join(''),
    exitCode: isHealthy ? 0 : EXIT_CHECK_FAILED,
  };
};

/** SGR foreground colours: green, yellow, red. */
const COLOURS = { ok: 32, warn: 33, fail: 31 } as const;

function describe(check: Check, colour: boolean): string {
  const word = check.status.padEnd(4);
  const mark = colour ? `\u001b[${COLOURS[check.status]}m${word}\u001b[39m` : word;
  const fix = check.fix === undefined ? '' : `\n      fix: ${escapeLine(check.fix)}`;
  return `${mark}  ${escapeLine(check.name)}: ${escapeLine(check.message)}${fix}\n`;
}
