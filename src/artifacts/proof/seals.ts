/** What holds a manifest together: its digest, its signature, and the list of files that it names. */
import { createHash, type KeyObject } from 'node:crypto';
import type { TtyError } from '../../protocol/errors.ts';
import type { VerifyProofOptions, VerifyProofResult } from '../../protocol/proof.ts';
import type { BundleDirectory } from './bundleDirectory.ts';
import { digestText } from './digest.ts';
import { proofFault } from './fault.ts';
import { DIGEST_FILE, LOG_FILE, MANIFEST_FILE, SIGNATURE_FILE } from './layout.ts';
import type { Statement } from './manifest.ts';
import type { FoundManifest } from './manifestForm.ts';
import { fingerprint, isSignedBy, publicKeyText, readPublicKey } from './signature.ts';

/** Files that no manifest lists. */
const SEALS: ReadonlySet<string> = new Set([MANIFEST_FILE, DIGEST_FILE, SIGNATURE_FILE]);

/** Looks at digest and signature first, and tells what is wrong with them last: whatever else is found has a better place. */
export class Seals {
  readonly #key: KeyObject | undefined;
  #fault: TtyError | undefined;
  #sha256 = '';
  #standing: VerifyProofResult['signature'] = 'none';

  /** Throws as `readPublicKey` for a key that cannot be used. */
  constructor({ publicKey }: VerifyProofOptions) {
    this.#key = publicKey === undefined ? undefined : readPublicKey(publicKey);
  }

  get manifestSha256(): string {
    return this.#sha256;
  }

  /** Holds once {@link Seals.settle} did not throw. */
  get standing(): VerifyProofResult['signature'] {
    return this.#standing;
  }

  /** Compares. Throws `PROOF_NOT_VERIFIED` only for a signature that is not there or by somebody else. */
  look(bundle: BundleDirectory, { signature }: Statement, manifest: Buffer): void {
    this.#sha256 = createHash('sha256').update(manifest).digest('hex');
    if (bundle.read(DIGEST_FILE).toString('latin1') !== digestText(this.#sha256)) {
      const what = `its SHA-256 is ${this.#sha256}, which is not what ${DIGEST_FILE} says`;
      this.#fault = proofFault({ file: MANIFEST_FILE }, 'manifest_digest', what);
    }
    if (signature === null) {
      if (this.#key !== undefined)
        throw proofFault({ file: MANIFEST_FILE, field: 'signature' }, 'signature', 'the bundle is not signed');
      if (bundle.find(SIGNATURE_FILE) !== undefined)
        throw proofFault({ file: SIGNATURE_FILE }, 'unknown_file', 'the manifest says that the bundle is not signed');
      return;
    }
    const wanted = this.#key === undefined ? signature.publicKey : publicKeyText(this.#key);
    if (wanted !== signature.publicKey) {
      const what = `it is signed with the key ${fingerprint(signature.publicKey)}, not with ${fingerprint(wanted)} (SHA-256)`;
      throw proofFault({ file: MANIFEST_FILE, field: 'signature.publicKey' }, 'signature', what);
    }
    if (!isSignedBy(wanted, manifest, bundle.read(SIGNATURE_FILE).toString('latin1')))
      this.#fault ??= proofFault(
        { file: SIGNATURE_FILE },
        'signature',
        `it is no signature of ${MANIFEST_FILE} by its key`,
      );
    this.#standing = this.#key === undefined ? 'intact' : 'verified';
  }

  /** Throws what was wrong. */
  settle(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }
}

/** Throws unless the bundle has exactly the files that its manifest lists. */
export function checkFileList(bundle: BundleDirectory, { files, statement }: FoundManifest): void {
  for (const name of bundle.names) {
    if (SEALS.has(name) || files.some((file) => file.name === name)) continue;
    throw proofFault({ file: name }, 'unknown_file', `${MANIFEST_FILE} does not list it`);
  }
  for (const { name } of files) bundle.get(name);
  const twice = statement.absent.findIndex(({ name }) => files.some((file) => file.name === name) || name === LOG_FILE);
  if (twice === -1) return;
  const field = `absent[${twice}].name`;
  throw proofFault({ file: MANIFEST_FILE, field }, 'manifest_form', 'the file is listed among those that are there');
}
