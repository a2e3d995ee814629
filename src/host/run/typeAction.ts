/** From a command to what the session does to get it into the shell. */
import { invariant } from '../../base/invariant.ts';
import type { CompletionSource } from './sources/completionSource.ts';
import { type LineEditor, typingBytes, typingWay } from './typing.ts';

/** What the session does, in this order: write the script if there is one (0600), then the bytes to the PTY. */
export interface TypeAction {
  readonly bytes: Buffer;
  /** To be removed when the run ended: a shell may read it as it goes. */
  readonly script?: { readonly path: string; readonly content: string };
  readonly source: CompletionSource;
  /** The parts of what is typed that are ours. */
  readonly frameParts: readonly string[];
}

export interface TypingRequest {
  readonly source: CompletionSource;
  readonly command: string;
  readonly token: string;
  readonly editor: LineEditor;
  readonly scriptPath: string;
}

/** Chooses the way that gets `command` to the shell whole. */
export function planTyping({ source, command, token, editor, scriptPath }: TypingRequest): TypeAction {
  if (source.script === undefined) {
    const direct = source.typed({ text: command }, token);
    const way = typingWay(direct.text, editor, source);
    if (way !== 'file') return { source, bytes: typingBytes(direct.text, way, source), frameParts: direct.frameParts };
  }
  const bySource = source.typed({ path: scriptPath }, token);
  const short = typingWay(bySource.text, editor, source);
  invariant(short !== 'file', 'the path of a script can be typed');
  return {
    source,
    bytes: typingBytes(bySource.text, short, source),
    script: { path: scriptPath, content: source.script?.(command, token, scriptPath) ?? `${command}\n` },
    frameParts: bySource.frameParts,
  };
}
