/** What the commands on proof bundles have in common. */
import path from 'node:path';
import { TtyError } from '../protocol/errors.ts';
import type { ProofProgress } from '../protocol/proof.ts';
import type { CliContext } from './context.ts';
import { interruptible } from './interruptible.ts';
import { ProgressLine } from './progressLine.ts';

/** What the makers and checkers of bundles are given by this program. */
interface ProofCall {
  readonly assets: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProofProgress) => void;
}

/** Does `work`, which a signal ends, and tells a person at a terminal how far it is once it takes longer than a second. */
export function proofCall<T>(context: CliContext, verb: string, work: (call: ProofCall) => Promise<T>): Promise<T> {
  return interruptible(context, async (interruption) => {
    const meter = new ProgressLine(context, verb);
    const onProgress = ({ doneBytes, totalBytes }: ProofProgress): void =>
      meter.show({ doneEvents: doneBytes, totalEvents: totalBytes });
    try {
      const assets = path.dirname(context.hostEntry);
      return await work({ assets, signal: interruption.signal, onProgress });
    } catch (error) {
      const { by } = interruption;
      if (!interruption.signal.aborted || by === undefined) throw error;
      throw new TtyError('CANCELLED', `interrupted by ${by}; nothing was left`, { details: { signal: by } });
    } finally {
      await meter.clear();
    }
  });
}

/** The path that an option names. Throws `INVALID_INPUT` for an empty one. */
export function pathGiven(context: CliContext, option: string, value: string): string {
  if (value === '') throw usage(`${option} must be a path, got ""`);
  return path.resolve(context.cwd(), value);
}

/** The error for words that do not go together. */
export function usage(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
}

/** A number with its word: `1 run`, `2 runs`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
