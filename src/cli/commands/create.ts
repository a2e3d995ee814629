import { fallbackShell } from '../../client/environment.ts';
import { checkSessionName, newUlid } from '../../protocol/ids.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import { createParams } from '../createParams.ts';
import { callBound, withStartedHost } from '../host.ts';
import { leaseParams } from '../leaseParams.ts';
import type { createSpec } from '../specs/session.ts';
import { shellWarnings, termWarnings, withWarnings } from '../warnings.ts';

/** `create`: prints the id of the new session. */
export const create: Handler<typeof createSpec> = async ({ options, rest }, context): Promise<CommandReply> => {
  if (options.name !== undefined) checkSessionName(options.name);
  if (rest?.length === 0) throw invalid('the command after -- is missing');
  if (rest !== undefined && options.shell !== undefined) throw invalid('give --shell or a command after --, not both');
  if (options.shell === '') throw invalid('--shell must be a program, got ""');
  const { environment } = context;
  const fallback = rest === undefined && options.shell === undefined ? fallbackShell(environment) : undefined;
  const shell = options.shell ?? fallback;
  const params = {
    ...createParams(options, rest ?? [], context),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(shell === undefined ? {} : { shell }),
    ...leaseParams(options),
    ...(options.completion === undefined ? {} : { completion: options.completion }),
    ...(options['idle-timeout-ms'] === undefined ? {} : { idleTimeoutMs: options['idle-timeout-ms'] }),
  };
  const hostId = options['dedicated-host'] === true ? newUlid(context.clock.wallMs()) : undefined;
  const result = await withStartedHost(
    context,
    (client) => client.call('session.create', params, callBound(context)),
    hostId,
  );
  const warnings = [...shellWarnings(environment, fallback), ...termWarnings(options.term, environment)];
  return withWarnings({ result, human: () => `${result.sessionId}\n` }, warnings);
};

function invalid(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
}
