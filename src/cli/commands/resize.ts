import { TtyError } from '../../protocol/errors.ts';
import { MAX_SIZE, MIN_SIZE } from '../../protocol/limits.ts';
import type { CommandReply, Handler } from '../command.ts';
import { callBound, withSession } from '../host.ts';
import type { resizeSpec } from '../specs/verbs.ts';

/** `resize`: another size of the terminal. */
export const resize: Handler<typeof resizeSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const { cols, rows } = options;
  if (cols === undefined || rows === undefined) {
    const missing = cols === undefined ? '--cols' : '--rows';
    throw new TtyError(
      'INVALID_INPUT',
      `${missing} is missing: give --cols and --rows, each ${MIN_SIZE} to ${MAX_SIZE}`,
      {
        details: { reason: 'usage', option: missing },
      },
    );
  }
  const result = await withSession(context, session, (client) =>
    client.call('session.resize', { session, cols, rows }, callBound(context)),
  );
  return { result, human: () => '' };
};
