import { checkLabel } from '../../protocol/label.ts';
import type { CommandReply, Handler } from '../command.ts';
import { callBound, withSession } from '../host.ts';
import type { markSpec } from '../specs/verbs.ts';

/** `mark`: a label in the session's log. */
export const mark: Handler<typeof markSpec> = async ({ positionals }, context): Promise<CommandReply> => {
  const [session = '', label = ''] = positionals;
  checkLabel(label);
  const result = await withSession(context, session, (client) =>
    client.call('session.mark', { session, label }, callBound(context)),
  );
  return { result, human: () => '' };
};
