/**
 * Checks a proof bundle with nothing but the bundle. Everything that can be made again from the log is made again and compared; the
 * first thing that does not fit is told with its place. In constant memory; trusts nothing in the bundle.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { quote, TtyError } from '../../protocol/errors.ts';
import type { LogEvent } from '../../protocol/events.ts';
import type { AbsentProofFile, ProofFile, VerifyProofOptions, VerifyProofResult } from '../../protocol/proof.ts';
import { BundleDirectory } from './bundleDirectory.ts';
import { firstDifference } from './difference.ts';
import { proofFault } from './fault.ts';
import { LOG_FILE, MANIFEST_FILE } from './layout.ts';
import { type Derived, manifestText } from './manifest.ts';
import { type FoundManifest, readManifest } from './manifestForm.ts';
import { PartCheck } from './partCheck.ts';
import { PARTS } from './parts.ts';
import { Projection } from './projection.ts';
import { checkFileList, Seals } from './seals.ts';

/** What the checker is given beside what the caller says. */
export type VerifyProofParts = VerifyProofOptions & {
  /** The directory of the package's own files. */
  readonly assets: string;
};

/**
 * Checks the bundle in `directory`.
 *
 * Finds every change that leaves anything at odds with anything else. Whoever writes log, files and manifest anew so that all of it
 * agrees is found by a signature or a head that was noted elsewhere, and by nothing else.
 *
 * @throws TtyError `PROOF_NOT_VERIFIED` with file and, where they are known, event, byte offset and field; `REFUSED_UNSAFE` for what
 *   must not be in a bundle; `INVALID_INPUT` for what is no directory, and for a key that cannot be used; `STORAGE_READ_ERROR`;
 *   `CANCELLED`
 */
export async function verifyProof(directory: string, options: VerifyProofParts): Promise<VerifyProofResult> {
  const place = path.resolve(directory);
  const seals = new Seals(options);
  using bundle = new BundleDirectory(place);
  const manifestBytes = bundle.read(MANIFEST_FILE);
  const found = readManifest(manifestBytes);
  seals.look(bundle, found.statement, manifestBytes);
  checkFileList(bundle, found);
  const { bytes: logBytes } = bundle.get(LOG_FILE);
  const checks = found.files.flatMap((file) => {
    const part = PARTS.find(({ name }) => name === file.name);
    return part === undefined ? [] : [new PartCheck(part, bundle.get(file.name), { logBytes, assets: options.assets })];
  });
  const log = new LogCheck(bundle, found, checks);
  using projection = log.projection;
  const derived = await log.run(options);
  const expected = manifestText(found.statement, derived, found.files);
  checkDerived(expected, found);
  log.checkHash();
  for (const check of checks) await check.compare(found, await projection.screen());
  checkForm(expected, manifestBytes, found);
  seals.settle();
  return {
    directory: place,
    claim: found.statement.claim,
    sessionId: derived.session.sessionId,
    head: derived.head,
    runs: derived.runs.length,
    ...tellChecks(checks),
    signature: seals.standing,
    headsFound: options.heads?.length ?? 0,
    manifestSha256: seals.manifestSha256,
  };
}

function tellChecks(checks: readonly PartCheck[]): { remade: string[]; hashedOnly: AbsentProofFile[] } {
  const hashedOnly = checks.flatMap(({ name, whyOnlyHashed }) =>
    whyOnlyHashed === undefined ? [] : [{ name, reason: whyOnlyHashed }],
  );
  const remade = checks.filter(({ whyOnlyHashed }) => whyOnlyHashed === undefined).map(({ name }) => name);
  return { remade, hashedOnly };
}

/** The pass over the log of a bundle. */
class LogCheck {
  readonly projection: Projection;
  readonly #fd: number;
  readonly #bytes: number;
  readonly #sealed: ProofFile | undefined;
  readonly #hash = createHash('sha256');

  constructor(bundle: BundleDirectory, { files }: FoundManifest, checks: readonly PartCheck[]) {
    const { fd, bytes } = bundle.get(LOG_FILE);
    this.#fd = fd;
    this.#bytes = bytes;
    this.#sealed = files.find(({ name }) => name === LOG_FILE);
    this.projection = new Projection(
      LOG_FILE,
      checks.map(({ work }) => work),
    );
  }

  /** Walks the chain and gives what follows from the log. */
  async run({ heads = [], signal, onProgress }: VerifyProofParts): Promise<Derived> {
    const { projection } = this;
    const onEvent = ({ seq, h }: LogEvent, offset: number): void => {
      const other = heads.find((head) => head.seq === seq && head.h !== h);
      if (other === undefined) return;
      const what = `its hash is ${h}, the head that was noted elsewhere has ${other.h}`;
      throw proofFault({ file: LOG_FILE, seq, offset }, 'head', what);
    };
    const onBytes = (bytes: Buffer): void => void this.#hash.update(bytes);
    try {
      await projection.read(this.#fd, { toOffset: this.#bytes, signal, onProgress, onBytes, onEvent });
    } catch (error) {
      if (!(error instanceof TtyError) || error.code !== 'REPLAY_ERROR') throw error;
      throw proofFault({ file: LOG_FILE }, 'log', error.message);
    }
    this.#checkEnd();
    const { seq: last } = projection.scanner.head;
    const beyond = heads.find(({ seq }) => seq > last);
    if (beyond !== undefined) {
      const what = `the log ends with event ${last}; the head that was noted elsewhere is of event ${beyond.seq}`;
      throw proofFault({ file: LOG_FILE, seq: last + 1, offset: projection.scanner.offset }, 'head', what);
    }
    return projection.derived(await projection.screen());
  }

  /** Throws unless the log is the one of the manifest; for after everything that can tell where it is not. */
  checkHash(): void {
    const sha256 = this.#hash.digest('hex');
    if (sha256 === this.#sealed?.sha256) return;
    throw proofFault(
      { file: LOG_FILE },
      'hash',
      `its SHA-256 is ${sha256}, the manifest has ${String(this.#sealed?.sha256)}`,
    );
  }

  #checkEnd(): void {
    const { fault, offset, head, tornTailBytes, events } = this.projection.scanner;
    const seq = head.seq + 1;
    if (fault !== undefined) {
      const reason = fault.kind === 'format_version' ? 'format_version' : 'log';
      const number = fault.seq === null ? {} : { seq: fault.seq };
      throw proofFault({ file: LOG_FILE, ...number, offset: fault.offset }, reason, fault.reason);
    }
    if (this.projection.facts.hasTooManyRuns)
      throw proofFault({ file: LOG_FILE, seq: head.seq }, 'log', 'it has more runs than a bundle may have');
    if (tornTailBytes > 0)
      throw proofFault({ file: LOG_FILE, seq, offset }, 'log', `the last ${tornTailBytes} bytes are no whole event`);
    const sealed = this.#sealed?.bytes ?? 0;
    if (events === 0 || offset < sealed)
      throw proofFault(
        { file: LOG_FILE, seq, offset },
        'log_end',
        `the log ends here, the manifest has ${sealed} bytes of it`,
      );
    if (offset > sealed)
      throw proofFault(
        { file: LOG_FILE, offset: sealed },
        'log_end',
        'the log of the manifest ends here, this one goes on',
      );
  }
}

/** The members of a manifest that follow from the log; what people look at first comes first. */
const DERIVED = ['session', 'runs', 'screen', 'redaction', 'head'] as const;

function checkDerived(expectedText: string, { value }: FoundManifest): void {
  const expected: unknown = JSON.parse(expectedText);
  for (const name of DERIVED) {
    const mine = typeof expected === 'object' && expected !== null ? Object.entries(expected) : [];
    const [, told] = mine.find(([key]) => key === name) ?? [];
    const difference = firstDifference(told, value[name], name);
    if (difference === undefined) continue;
    const what = `the log says ${show(difference.expected)}, the manifest ${show(difference.found)}`;
    throw proofFault({ file: MANIFEST_FILE, field: difference.field }, 'facts', what);
  }
}

/** Throws unless the manifest is written as it would be here: nothing in it twice, unknown, or in another order. */
function checkForm(expectedText: string, bytes: Buffer, { value }: FoundManifest): void {
  const expected = Buffer.from(expectedText);
  if (expected.equals(bytes)) return;
  const difference = firstDifference(JSON.parse(expectedText), value);
  if (difference !== undefined) {
    const what = `must be ${show(difference.expected)}, found ${show(difference.found)}`;
    throw proofFault({ file: MANIFEST_FILE, field: difference.field }, 'manifest_form', what);
  }
  const offset = expected.findIndex((byte, at) => byte !== bytes[at]);
  const place = { file: MANIFEST_FILE, offset: offset === -1 ? expected.length : offset };
  throw proofFault(place, 'manifest_form', 'it is not written as manifests are');
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : quote(value);
}
