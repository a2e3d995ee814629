import { type ForceMode, type ForceOutcome, forceRelease } from '../../lease/force.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { refusalError } from '../../protocol/leaseOutcome.ts';
import type { CommandReply, Handler } from '../command.ts';
import { type LeaseParts, leaseParts, usableProviders } from '../leases.ts';
import type { leaseReleaseSpec } from '../specs/lease.ts';

const WORDS: Readonly<Record<ForceOutcome, string>> = {
  released: 'the place is free',
  'live-holder': 'its holder lives and keeps it',
  'no-lock': 'there is no such holder',
  conflict: 'it cannot be decided: somebody else is at it, several match, or there is no work that could be ended',
  error: 'its work did not end',
};
/** A lease that is still held after the command, for whatever reason. */
const EXIT_NOT_RELEASED = 4;

/** `lease release`: frees a place by an operator's word, audited. */
export const leaseRelease: Handler<typeof leaseReleaseSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [ref = ''] = positionals;
  if (options.force !== true) throw usage('a place is freed by force only: give --force');
  if (options.reason === undefined || options.reason.trim() === '') throw usage('--reason is missing: say why');
  if (options.kill === true && options.evict === true) throw usage('give --kill or --evict, not both');
  const how: ForceMode = options.kill === true ? 'kill' : options.evict === true ? 'evict' : 'if-dead';
  const parts = leaseParts(context);
  const outcome = await releaseIn(parts, { ref, how, why: options.reason, provider: options.provider }, context);
  return {
    result: { ref, outcome },
    human: () => `${quote(ref)}: ${WORDS[outcome]}\n`,
    exitCode: outcome === 'released' ? 0 : EXIT_NOT_RELEASED,
  };
};

/** Looks in the directories of all providers that are set up here. */
async function releaseIn(
  parts: LeaseParts,
  what: { ref: string; how: ForceMode; why: string; provider: string | undefined },
  { clock }: Parameters<Handler<typeof leaseReleaseSpec>>[1],
): Promise<ForceOutcome> {
  const { disk, view } = parts;
  if (disk === null) throw refusalError('', { reason: 'engine_unavailable' });
  const roots = new Set(usableProviders(parts, what.provider).map(({ root }) => root));
  for (const root of roots) {
    const outcome = await forceRelease(what.ref, what.how, { disk, root, view, clock, why: what.why });
    if (outcome !== 'no-lock') return outcome;
  }
  return 'no-lock';
}

function usage(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
}
