/** Makes a proof bundle of a session from its log: the whole directory, or none. Needs no host. */
import { createHash, type KeyObject } from 'node:crypto';
import path from 'node:path';
import { quote, TtyError } from '../../protocol/errors.ts';
import { sessionPaths } from '../../protocol/homeLayout.ts';
import type { CreateProofOptions, CreateProofResult } from '../../protocol/proof.ts';
import { PACKAGE_VERSION } from '../../protocol/version.ts';
import { findSession } from '../../store/sessions.ts';
import { OutputFile } from '../outputFile.ts';
import { tooLarge, writeBundleFiles } from './bundleFiles.ts';
import { checkClaim } from './claim.ts';
import { digestText } from './digest.ts';
import { gitCommit } from './gitCommit.ts';
import {
  DIGEST_FILE,
  EMULATOR,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  PICTURE_RENDERER,
  SIGNATURE_FILE,
} from './layout.ts';
import { manifestText } from './manifest.ts';
import { checkBundlePlace, NewDirectory } from './newDirectory.ts';
import { PARTS } from './parts.ts';
import { publicKeyText, readPrivateKey, signatureText } from './signature.ts';

/** What the maker of bundles is given beside what the caller says. */
export type CreateProofParts = CreateProofOptions & {
  /** The directory of the package's own files. */
  readonly assets: string;
  /** In which a browser is looked up and run; without it there is none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

/**
 * Makes a bundle of the session `reference` of `home`, up to the last whole event that its log holds now.
 *
 * @throws TtyError `INVALID_INPUT` for a claim, key or file name that cannot be used; `EXPORT_ERROR` for a place that is taken or
 *   cannot be written, and a session that is too large for a bundle; `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, `LOG_CORRUPT`,
 *   `REPLAY_ERROR`, `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function createProof(
  home: string,
  reference: string,
  options: CreateProofParts,
): Promise<CreateProofResult> {
  const claim = checkClaim(options.claim);
  checkLeftOut(options.without ?? []);
  const { sessionId } = findSession(home, reference);
  const { log } = sessionPaths(home, sessionId);
  const out = path.resolve(options.out);
  checkBundlePlace(out);
  const key = options.signKey === undefined ? undefined : readPrivateKey(options.signKey);
  const commit = options.sourceDirectory === undefined ? null : await gitCommit(options.sourceDirectory);
  using directory = new NewDirectory(out);
  const { environment, signal } = options;
  const source = { ...options, home, reference: sessionId, log, environment, signal };
  const { derived, files, absent } = await writeBundleFiles(directory.temporary, source);
  const madeBy = {
    agentTty: PACKAGE_VERSION,
    emulator: EMULATOR,
    renderer: files.some(({ name }) => name === 'screen.png') ? PICTURE_RENDERER : null,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
  const signature = key === undefined ? null : ({ algorithm: 'ed25519', publicKey: publicKeyText(key) } as const);
  const text = manifestText({ claim, madeBy, gitCommit: commit, absent, signature }, derived, files);
  const manifestSha256 = writeManifest(directory.temporary, text, key);
  directory.commit();
  const { head, runs } = derived;
  const told = { sessionId, directory: out, claim, head, runs: runs.length, files, absent };
  return { ...told, manifestSha256, isSigned: key !== undefined };
}

/** Throws `INVALID_INPUT` for a file that no bundle has, or that each must have. */
function checkLeftOut(names: readonly string[]): void {
  const known = PARTS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TtyError('INVALID_INPUT', `only ${known.join(', ')} can be left out, got ${quote(unknown)}`, {
    details: { reason: 'without' },
  });
}

/** Writes manifest, digest and signature; gives the digest. */
function writeManifest(directory: string, text: string, key: KeyObject | undefined): string {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_MANIFEST_BYTES) throw tooLarge(`its manifest would have ${bytes.length} bytes`);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const texts = [
    [MANIFEST_FILE, text],
    [DIGEST_FILE, digestText(digest)],
    ...(key === undefined ? [] : [[SIGNATURE_FILE, signatureText(key, bytes)]]),
  ];
  for (const [name = '', content = ''] of texts) {
    using file = new OutputFile(path.join(directory, name));
    file.write(content);
    file.commit({ force: false });
  }
  return digest;
}
