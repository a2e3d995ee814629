/** For programs that cannot read a file of this host's: they run on another machine, or for another user. */
import { TtyError } from '../../../protocol/errors.ts';
import type { CompletionSource } from './completionSource.ts';

/** `source`, but what would need a file is refused. `whose` names the program: `a shell that may be on another machine`. */
export function withoutFiles(source: CompletionSource, whose: string): CompletionSource {
  return {
    ...source,
    typed(body, token) {
      if ('text' in body) return source.typed(body, token);
      throw new TtyError('INVALID_INPUT', `the command cannot be typed to ${whose}; nothing was typed`, {
        details: { reason: 'typing' },
        hint: 'commands for interpreters, with control characters, with several lines where no paste is taken, and very long ones need a file that the program can read',
      });
    },
  };
}
