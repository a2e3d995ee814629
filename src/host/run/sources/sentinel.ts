/**
 * Completion by a typed frame: the command stands between two prints of a mark, all of it one logical command, so that the
 * shell has read the frame to its end before the command begins. The command can neither swallow nor read it.
 */
import { MARK_OSC } from '../marks.ts';
import { type CompletionSource, ENTER, type TypedCommand } from './completionSource.ts';
import type { Dialect } from './dialects.ts';

/** A source for a shell of `dialect` whose marks carry `nonce`. */
export function sentinelSource(dialect: Dialect, nonce: string): CompletionSource {
  return {
    name: 'sentinel',
    reportsPrompts: false,
    maxPasteBytes: dialect.maxPasteBytes,
    hidesEcho: true,
    prefersPaste: true,
    submit: ENTER,
    takesLines: true,
    hasStartNoise: false,
    typed(body, token): TypedCommand {
      // In octal, so that what the line editor echoes can never be taken for the mark itself.
      const mark = (kind: string): string => String.raw`\033]${MARK_OSC};${nonce};${kind}\007`;
      // The space in front keeps the line out of the history where the shell is set to allow it.
      const before = ` ${dialect.printKeepingStatus(mark(`S;${token}`))}; `;
      const after = `; ${dialect.printKeepingStatus(mark(`E;${token};%s`))}`;
      const middle = 'path' in body ? dialect.source(body.path) : dialect.evaluate(body.text);
      return { text: `${before}${middle}${after}`, frameParts: [before, after] };
    },
  };
}
