import { verifyProof } from '../../artifacts/proof/verify.ts';
import { quote } from '../../protocol/errors.ts';
import type { LogHead } from '../../protocol/events.ts';
import type { VerifyProofResult } from '../../protocol/proof.ts';
import type { CommandReply, Handler } from '../command.ts';
import { escapeLine } from '../escape.ts';
import { counted, pathGiven, proofCall, usage } from '../proofCalls.ts';
import type { proofVerifySpec } from '../specs/proof.ts';

const HEAD = /^(\d{1,15}):([A-Za-z0-9_-]{43})$/;

/** `proof verify`: whether everything in a bundle fits. */
export const proofVerify: Handler<typeof proofVerifySpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [directory = ''] = positionals;
  const { 'public-key': publicKey, head = [] } = options;
  const place = pathGiven(context, 'DIR', directory);
  const key = publicKey === undefined ? {} : { publicKey: pathGiven(context, '--public-key', publicKey) };
  const heads = head.map(headOf);
  const result = await proofCall(context, 'checking the bundle', (call) =>
    verifyProof(place, { ...call, ...key, heads }),
  );
  return { result, human: () => describe(result) };
};

function headOf(text: string): LogHead {
  const [, seq, h] = HEAD.exec(text) ?? [];
  if (seq === undefined || h === undefined)
    throw usage(`--head must be SEQ:H, the number of an event and its hash of 43 characters, got ${quote(text)}`);
  return { seq: Number(seq), h };
}

const SIGNATURES: Readonly<Record<VerifyProofResult['signature'], string>> = {
  none: 'not signed',
  intact: 'signed, but with a key that only the bundle vouches for',
  verified: 'signed with the given key',
};

function describe(result: VerifyProofResult): string {
  const { directory, claim, sessionId, head, runs, remade, hashedOnly, signature, headsFound } = result;
  const heads = headsFound === 0 ? '' : `; ${counted(headsFound, 'noted head')} found`;
  return [
    `${escapeLine(directory)} verifies: ${escapeLine(claim)}\n`,
    `session ${escapeLine(sessionId)}, ${counted(head.seq + 1, 'event')}, ${counted(runs, 'run')}; ${SIGNATURES[signature]}${heads}\n`,
    `made again from the log and the same: ${remade.join(', ') || 'nothing'}\n`,
    ...hashedOnly.map(({ name, reason }) => `${name}: only its hash was compared; ${escapeLine(reason)}\n`),
  ].join('');
}
