import { TtyError } from '../../protocol/errors.ts';
import { MAX_KEYS } from '../../protocol/limits.ts';
import type { CommandReply, Handler } from '../command.ts';
import { callBound, withSession } from '../host.ts';
import type { sendKeysSpec } from '../specs/input.ts';

/** `send-keys`: key chords, one word each. */
export const sendKeys: Handler<typeof sendKeysSpec> = async ({ positionals }, context): Promise<CommandReply> => {
  const [session = '', ...keys] = positionals;
  if (keys.length > MAX_KEYS) {
    throw new TtyError('INVALID_INPUT', `at most ${MAX_KEYS} keys a call, got ${keys.length}`, {
      details: { reason: 'limit' },
    });
  }
  const empty = keys.some((key) => key === '');
  if (empty) throw new TtyError('INVALID_KEYS', 'a key chord is empty', { details: { reason: 'key' } });
  const long = keys.find((key) => key.length > 64);
  if (long !== undefined)
    throw new TtyError('INVALID_KEYS', 'a key chord has more than 64 characters', { details: { reason: 'key' } });
  const result = await withSession(context, session, (client) =>
    client.call('input.keys', { session, keys }, callBound(context)),
  );
  return { result, human: () => '' };
};
