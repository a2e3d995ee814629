import { quote, TtyError } from '../../protocol/errors.ts';
import { MAX_CLAIM_CHARS } from './layout.ts';

/** Gives a claim back that may stand in a manifest. Throws `INVALID_INPUT` for any other. */
export function checkClaim(claim: string): string {
  const why = claimFault(claim);
  if (why === undefined) return claim;
  throw new TtyError('INVALID_INPUT', `the claim ${why}, got ${quote(claim)}`, { details: { reason: 'claim' } });
}

/** Why `claim` may not stand in a manifest: it is for people, in one line, and must read as it is stored. */
export function claimFault(claim: string): string | undefined {
  if (claim.trim() === '') return 'must say something';
  if (claim.length > MAX_CLAIM_CHARS) return `must have at most ${MAX_CLAIM_CHARS} characters, it has ${claim.length}`;
  if (/[\p{Cc}\p{Surrogate}\u2028\u2029]/u.test(claim)) return 'must be one line of text without control characters';
  return undefined;
}
