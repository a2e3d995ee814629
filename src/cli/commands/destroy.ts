import type { CommandReply, Handler } from '../command.ts';
import { escapeLine } from '../escape.ts';
import { waitBound, withSession } from '../host.ts';
import type { destroySpec } from '../specs/session.ts';

/** The ladder HUP, TERM, KILL takes at most so long. */
const LADDER_MS = 10_000;

/** `destroy`: ends a session and every process in it. */
export const destroy: Handler<typeof destroySpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const params = { session, force: options.force === true };
  const result = await withSession(context, session, (client) =>
    client.call('session.destroy', params, waitBound(context, LADDER_MS)),
  );
  return {
    result,
    human: () => {
      if (result.destroyed) return `destroyed ${result.sessionId}\n`;
      return `${escapeLine(session)}: ${result.survivors} processes are still there\n`;
    },
  };
};
