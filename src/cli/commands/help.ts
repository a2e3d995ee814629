import { TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import { commandHelp, overview } from '../help.ts';
import { nearest } from '../../base/nearest.ts';
import { SPECS } from '../specs/all.ts';
import type { helpSpec } from '../specs/global.ts';

/** `help`: all commands, or those whose name begins with the words given. */
export const help: Handler<typeof helpSpec> = async ({ positionals }): Promise<CommandReply> => {
  const asked = positionals.join(' ');
  if (asked === '') return reply(overview(SPECS));
  const exact = SPECS.find((spec) => spec.name === asked || spec.aliases?.includes(asked) === true);
  const family = SPECS.filter((spec) => spec.name.startsWith(`${asked} `));
  if (exact !== undefined) return reply(commandHelp(exact, family));
  if (family.length > 0) return reply(overview(family));
  const near = nearest(
    asked,
    SPECS.map(({ name }) => name),
  );
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new TtyError('INVALID_INPUT', `unknown command ${JSON.stringify(asked.slice(0, 60))}${guess}`, {
    details: { reason: 'usage' },
  });
};

function reply(text: string): CommandReply {
  return { result: { text }, human: () => text };
}
