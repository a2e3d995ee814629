import { typeText } from '../../client/typeText.ts';
import { MAX_INPUT_BYTES } from '../../protocol/limits.ts';
import type { CommandReply, Handler } from '../command.ts';
import { callBound, withSession } from '../host.ts';
import { readText } from '../inputText.ts';
import type { typeSpec } from '../specs/input.ts';

/** `type`: text to the program, byte for byte. */
export const type: Handler<typeof typeSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = '', word] = positionals;
  const source = { what: 'text', word, file: options.file, stdin: context.stdin, maxBytes: MAX_INPUT_BYTES - 1 };
  const text = (await readText(source)) + (options['append-newline'] === true ? '\n' : '');
  const send = { session, text, force: options.force === true };
  const result = await withSession(context, session, (client) => typeText(client, send, callBound(context)));
  return { result, human: () => '' };
};
