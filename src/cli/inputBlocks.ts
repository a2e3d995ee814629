/** That a command waits for input, in words. */
import type { RunView } from '../protocol/methods/common.ts';

/** What `run status` and a result know of it. */
type Block = RunView['blockedOn'];

const KINDS = {
  line: 'a line of input',
  secret: 'a secret, a line that is not echoed',
  raw: 'input, key by key',
  unknown: 'input',
} as const;

/** `the command waits for a line of input`; nothing when it waits for none. */
export function waitsFor(block: Block): string | undefined {
  return block === null || block === undefined ? undefined : `the command waits for ${KINDS[block.kind]}`;
}

/** The same with how to answer and how to go on waiting. */
export function howToAnswer(
  block: NonNullable<Block>,
  { sessionId, runId }: Pick<RunView, 'sessionId' | 'runId'>,
): string {
  const line = `agent-tty type ${sessionId} TEXT --append-newline`;
  const answers = {
    line,
    secret: `${line} (it will stand in the log of the session)`,
    raw: `agent-tty send-keys ${sessionId} KEY... or agent-tty type ${sessionId} TEXT`,
    unknown: line,
  };
  return `${waitsFor(block) ?? ''} (${block.confidence}); answer it: ${answers[block.kind]}; then agent-tty run wait ${runId}`;
}

/** What a status says of a run under way; nothing when nobody could look. */
export function describeBlock(block: Block): string | undefined {
  if (block === undefined) return undefined;
  if (block === null) return 'no input that can be seen';
  return `${KINDS[block.kind]} (${block.confidence}: ${block.evidence.join(', ')})`;
}
