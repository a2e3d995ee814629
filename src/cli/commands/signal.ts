import { parseSignal } from '../../protocol/signals.ts';
import type { CommandReply, Handler } from '../command.ts';
import { callBound, withSession } from '../host.ts';
import type { signalSpec } from '../specs/verbs.ts';

/** `signal`: a signal to the foreground, or to the whole tree. */
export const signal: Handler<typeof signalSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = '', name = ''] = positionals;
  const params = { session, signal: parseSignal(name), tree: options.tree === true };
  const result = await withSession(context, session, (client) =>
    client.call('session.signal', params, callBound(context)),
  );
  const { processes } = result;
  return {
    result,
    human: () =>
      result.delivered
        ? `sent ${result.signal} to ${processes} ${processes === 1 ? 'process' : 'processes'}\n`
        : `${result.signal} reached no process\n`,
  };
};
