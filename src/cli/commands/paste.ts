import { pasteText } from '../../client/typeText.ts';
import { MAX_PASTE_BYTES } from '../../protocol/limits.ts';
import type { PasteResult } from '../../protocol/methods/input.ts';
import type { CommandReply, Handler } from '../command.ts';
import { callBound, withSession } from '../host.ts';
import { readText } from '../inputText.ts';
import type { pasteSpec } from '../specs/input.ts';

/** `paste`: text as a terminal pastes it. */
export const paste: Handler<typeof pasteSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = '', word] = positionals;
  const source = { what: 'text', word, file: options.file, stdin: context.stdin, maxBytes: MAX_PASTE_BYTES };
  const send = {
    session,
    text: await readText(source),
    force: options.force === true,
    raw: options.raw === true,
    enter: options['append-newline'] === true,
  };
  const result = await withSession(context, session, (client) => pasteText(client, send, callBound(context)));
  if (!context.json && result.removedMarkers > 0) await context.stderr.write(warning(result));
  return { result, human: () => '' };
};

function warning({ removedMarkers, firstMarkerByte }: PasteResult): string {
  const what = removedMarkers === 1 ? 'a paste marker was' : `${removedMarkers} paste markers were`;
  return `agent-tty: ${what} removed from the text, the first at byte ${firstMarkerByte}\n`;
}
