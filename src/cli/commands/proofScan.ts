import path from 'node:path';
import { type ScanResult, scanDirectory } from '../../artifacts/scan/scanDirectory.ts';
import type { Finding } from '../../artifacts/scan/findings.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { CommandReply, Handler } from '../command.ts';
import { escapeLine } from '../escape.ts';
import { EXIT_PROOF_FAILED } from '../exitCodes.ts';
import { interruptible } from '../interruptible.ts';
import { readSecretValues } from '../secretValues.ts';
import type { proofScanSpec } from '../specs/proofScan.ts';

/** `proof scan`: what of the secrets is left in a directory. */
export const proofScan: Handler<typeof proofScanSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [directory = ''] = positionals;
  const environment = new Map<string, string>();
  for (const [name, value] of Object.entries(context.environment))
    if (value !== undefined) environment.set(name, value);
  const secrets = {
    variables: options['redact-env'] ?? [],
    environment,
    values: (options['redact-file'] ?? []).flatMap(readSecretValues),
  };
  const result = await interruptible(context, async (interruption) => {
    try {
      return await scanDirectory(path.resolve(context.cwd(), directory), secrets, interruption.signal);
    } catch (error) {
      if (!interruption.signal.aborted) throw error;
      const { by } = interruption;
      throw new TtyError('CANCELLED', by === undefined ? 'the reader went away' : `interrupted by ${by}`, {
        details: by === undefined ? {} : { signal: by },
      });
    }
  });
  return { result, human: () => describe(result), exitCode: result.clean ? 0 : EXIT_PROOF_FAILED };
};

function describe({ clean, files, bytes, pictures, found, foundCount }: ScanResult): string {
  const lines = found.map((finding) => escapeLine(`${finding.file}  ${placeOf(finding)}  ${finding.rule}`));
  const seen = `${files} files, ${bytes} bytes`;
  lines.push(clean ? `nothing found in ${seen}` : `found ${foundCount} in ${seen}`);
  if (pictures > 0) lines.push(`${pictures} of them pictures or videos: what they show was looked for in logs only`);
  return `${lines.join('\n')}\n`;
}

function placeOf({ foundAs, offset, seq }: Finding): string {
  if (foundAs === 'bytes') return `byte ${offset ?? 0}`;
  if (foundAs === 'event') return `event ${seq ?? 0}`;
  return foundAs === 'screen' ? `screen after event ${seq ?? 0}` : foundAs;
}
