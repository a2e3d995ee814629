import { createProof } from '../../artifacts/proof/create.ts';
import type { CreateProofResult } from '../../protocol/proof.ts';
import type { CommandReply, Handler } from '../command.ts';
import { escapeLine } from '../escape.ts';
import { counted, pathGiven, proofCall, usage } from '../proofCalls.ts';
import type { proofCreateSpec } from '../specs/proof.ts';

/** `proof create`: a bundle of a session. */
export const proofCreate: Handler<typeof proofCreateSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const { out, claim, sign, without = [] } = options;
  if (out === undefined) throw usage('proof create needs --out DIR');
  if (claim === undefined) throw usage('proof create needs --claim TEXT');
  const place = pathGiven(context, '--out', out);
  const key = sign === undefined ? {} : { signKey: pathGiven(context, '--sign', sign) };
  const result = await proofCall(context, 'making the bundle', (call) =>
    createProof(context.home, session, {
      ...call,
      ...key,
      out: place,
      claim,
      without,
      sourceDirectory: context.cwd(),
      environment: context.environment,
    }),
  );
  return { result, human: () => describe(result) };
};

function describe({ directory, files, absent, head, runs, isSigned, manifestSha256 }: CreateProofResult): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `${escapeLine(directory)} (${counted(files.length, 'file')}, ${bytes} bytes, ${counted(runs, 'run')}${isSigned ? ', signed' : ''})\n`,
    ...absent.map(({ name, reason }) => `without ${name}: ${escapeLine(reason)}\n`),
    `head ${head.seq}:${head.h}\n`,
    `manifest.json ${manifestSha256}\n`,
  ].join('');
}
