import { describe, expect, it } from 'vitest';
import { describeBlock, howToAnswer, waitsFor } from '../../../src/cli/inputBlocks.ts';
import { INPUT_KINDS } from '../../../src/protocol/outcomes.ts';

const RUN = { sessionId: 'S', runId: 'S.1' };

describe('a block on input, in words', () => {
  it('says for what the command waits, how to answer, and how to go on', () => {
    const block = { evidence: [], confidence: 'certain' } as const;
    expect(INPUT_KINDS.map((kind) => howToAnswer({ ...block, evidence: [], kind }, RUN))).toEqual([
      'the command waits for a line of input (certain); answer it: agent-tty type S TEXT --append-newline; then agent-tty run wait S.1',
      'the command waits for a secret, a line that is not echoed (certain); answer it: agent-tty type S TEXT --append-newline (it will stand in the log of the session); then agent-tty run wait S.1',
      'the command waits for input, key by key (certain); answer it: agent-tty send-keys S KEY... or agent-tty type S TEXT; then agent-tty run wait S.1',
      'the command waits for input (certain); answer it: agent-tty type S TEXT --append-newline; then agent-tty run wait S.1',
    ]);
  });

  it('is told apart from a run that waits for none, and from one at which nobody looked', () => {
    expect([undefined, null].map((block) => [waitsFor(block), describeBlock(block)])).toEqual([
      [undefined, undefined],
      [undefined, 'no input that can be seen'],
    ]);
    expect(describeBlock({ kind: 'raw', evidence: ['tty_poll', 'prompt_line'], confidence: 'likely' })).toBe(
      'input, key by key (likely: tty_poll, prompt_line)',
    );
  });
});
