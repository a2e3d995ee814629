/** Makes a proof bundle of a session from its log: the whole directory, or none. Needs no host. */
import { createHash, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openForReading } from '../../eventlog/logFile.ts';
import { faultError } from '../../eventlog/scanner.ts';
import { readLastEvents } from '../../eventlog/tail.ts';
import { TtyError } from '../../protocol/errors.ts';
import { sessionPaths } from '../../protocol/homeLayout.ts';
import type { AbsentProofFile, CreateProofOptions, CreateProofResult, ProofFile } from '../../protocol/proof.ts';
import { PACKAGE_VERSION } from '../../protocol/version.ts';
import { findSession } from '../../store/sessions.ts';
import { OutputFile } from '../outputFile.ts';
import { checkClaim } from './claim.ts';
import { digestText } from './digest.ts';
import { gitCommit } from './gitCommit.ts';
import {
  DIGEST_FILE,
  EMULATOR,
  LOG_FILE,
  MANIFEST_FILE,
  MAX_LOG_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_RUNS,
  PICTURE_RENDERER,
  SIGNATURE_FILE,
} from './layout.ts';
import { type Derived, manifestText } from './manifest.ts';
import type { BundlePart } from './part.ts';
import { PARTS } from './parts.ts';
import { checkBundlePlace, NewDirectory } from './newDirectory.ts';
import { Projection } from './projection.ts';
import { publicKeyText, readPrivateKey, signatureText } from './signature.ts';

/** What the maker of bundles is given beside what the caller says. */
export type CreateProofParts = CreateProofOptions & {
  /** The directory that the package's fonts lie in. */
  readonly fonts: string;
};

/**
 * Makes a bundle of the session `reference` of `home`, up to the last whole event that its log holds now.
 *
 * @throws TtyError `INVALID_INPUT` for a claim or key that cannot be used; `EXPORT_ERROR` for a place that is taken or cannot be
 *   written, and a session that is too large for a bundle; `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, `LOG_CORRUPT`, `REPLAY_ERROR`,
 *   `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function createProof(
  home: string,
  reference: string,
  options: CreateProofParts,
): Promise<CreateProofResult> {
  const claim = checkClaim(options.claim);
  const { sessionId } = findSession(home, reference);
  const { log } = sessionPaths(home, sessionId);
  const out = path.resolve(options.out);
  checkBundlePlace(out);
  const key = options.signKey === undefined ? undefined : readPrivateKey(options.signKey);
  const commit = options.sourceDirectory === undefined ? null : await gitCommit(options.sourceDirectory);
  using directory = new NewDirectory(out);
  const { derived, files, absent } = await writeFiles(log, directory.temporary, options);
  const text = manifestText(
    {
      claim,
      madeBy: {
        agentTty: PACKAGE_VERSION,
        emulator: EMULATOR,
        renderer: files.some(({ name }) => name === 'screen.png') ? PICTURE_RENDERER : null,
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
      },
      gitCommit: commit,
      absent,
      signature: key === undefined ? null : { algorithm: 'ed25519', publicKey: publicKeyText(key) },
    },
    derived,
    files,
  );
  const manifestSha256 = writeManifest(directory.temporary, text, key);
  directory.commit();
  return {
    sessionId,
    directory: out,
    claim,
    head: derived.head,
    runs: derived.runs.length,
    files,
    absent,
    manifestSha256,
    isSigned: key !== undefined,
  };
}

interface Written {
  readonly derived: Derived;
  readonly files: readonly ProofFile[];
  readonly absent: readonly AbsentProofFile[];
}

/** One part being made, and the file that it goes to. */
class PartFile implements Disposable {
  readonly name: string;
  readonly file: OutputFile;
  readonly work: ReturnType<BundlePart['begin']>;

  constructor(part: BundlePart, directory: string, fonts: string) {
    this.name = part.name;
    this.file = new OutputFile(path.join(directory, part.name));
    this.work = part.begin({ log: path.join(directory, LOG_FILE), sink: this.file, fonts });
  }

  [Symbol.dispose](): void {
    this.file[Symbol.dispose]();
  }
}

/** Writes the log and all parts into `directory`. */
async function writeFiles(log: string, directory: string, options: CreateProofParts): Promise<Written> {
  const toOffset = endOf(log);
  const made: PartFile[] = [];
  try {
    for (const part of PARTS) made.push(new PartFile(part, directory, options.fonts));
    using projection = new Projection(
      log,
      made.map(({ work }) => work),
    );
    const logFile = await copyLog(log, directory, projection, { ...options, toOffset });
    if (projection.facts.hasTooManyRuns) throw tooLarge(`the session has more than ${MAX_RUNS} runs`);
    const screen = await projection.screen();
    const files = [logFile];
    const absent: AbsentProofFile[] = [];
    for (const { name, work, file } of made) {
      const reason = await work.end(screen);
      if (reason === undefined) files.push({ name, ...file.commit({ force: false }) });
      else absent.push({ name, reason });
    }
    return { derived: projection.derived(screen), files, absent };
  } finally {
    for (const one of made) one[Symbol.dispose]();
  }
}

async function copyLog(
  log: string,
  directory: string,
  projection: Projection,
  { toOffset, signal, onProgress }: CreateProofParts & { readonly toOffset: number },
): Promise<ProofFile> {
  const fd = openForReading(log);
  try {
    using copy = new OutputFile(path.join(directory, LOG_FILE));
    await projection.read(fd, { toOffset, signal, onProgress, onBytes: (bytes) => copy.writeBytes(bytes) });
    const { fault, offset } = projection.scanner;
    if (fault !== undefined) throw faultError(log, fault);
    if (offset !== toOffset) {
      const reason = `it ended with event ${projection.scanner.head.seq} while it was read`;
      throw faultError(log, { kind: 'shorter', seq: projection.scanner.head.seq + 1, offset, reason });
    }
    return { name: LOG_FILE, ...copy.commit({ force: false }) };
  } finally {
    fs.closeSync(fd);
  }
}

/** Where the last whole event of the log ends. */
function endOf(log: string): number {
  const { events, endOffset } = readLastEvents(log);
  if (events.length === 0)
    throw new TtyError('EXPORT_ERROR', `${log} holds no events`, { details: { reason: 'range' } });
  if (endOffset > MAX_LOG_BYTES) throw tooLarge(`its log has ${endOffset} bytes, more than ${MAX_LOG_BYTES}`);
  return endOffset;
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

function tooLarge(what: string): TtyError {
  return new TtyError('EXPORT_ERROR', `the session is too large for a bundle: ${what}`, {
    details: { reason: 'too_large' },
  });
}
