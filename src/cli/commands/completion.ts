import { quote, TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { type CompletionModel, completionModel } from '../completion/model.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { SPECS } from '../specs/all.ts';
import { type completionSpec, SHELLS } from '../specs/completion.ts';
import { GLOBAL_OPTIONS } from '../specs/global.ts';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (model: CompletionModel) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `completion`: the script for a shell, made from the specs of the commands. */
export const completion: Handler<typeof completionSpec> = async ({ positionals }): Promise<CommandReply> => {
  const shell = SHELLS.find((name) => name === positionals[0]);
  if (shell === undefined) {
    throw new TtyError('INVALID_INPUT', `SHELL must be one of ${SHELLS.join(', ')}, got ${quote(positionals[0])}`, {
      details: { reason: 'usage' },
    });
  }
  const script = SCRIPTS[shell](completionModel(SPECS, GLOBAL_OPTIONS));
  return { result: { shell, script }, human: () => script };
};
