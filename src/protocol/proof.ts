/** Proof bundles: what is asked for, and what is told of one that was made or checked. */
import type { LogHead } from './events.ts';

/** What a bundle is made of, beside the session. */
export interface CreateProofOptions {
  /** The new directory; one that is there must be empty. */
  readonly out: string;
  /** What the bundle is to show: one line of 1 to 1,000 characters. */
  readonly claim: string;
  /** File of a private Ed25519 key (PEM, PKCS #8) that signs the manifest. */
  readonly signKey?: string;
  /** Files that are not made, by name: `recording.webm` takes a browser and its time, `index.html` 250 KB. */
  readonly without?: readonly string[];
  /** Whose git commit goes into the manifest, if it has one. */
  readonly sourceDirectory?: string;
  /** Stops the work, which then leaves nothing and rejects with `CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Called now and then. */
  readonly onProgress?: (progress: ProofProgress) => void;
}

/** What a bundle is checked against, beside itself. */
export interface VerifyProofOptions {
  /** File of the public Ed25519 key (PEM, SPKI) that must have signed it. */
  readonly publicKey?: string;
  /** Heads that somebody noted elsewhere; the log must hold each. */
  readonly heads?: readonly LogHead[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProofProgress) => void;
}

/** How much of the log was gone through. */
export interface ProofProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** A file of a bundle, its manifest and what belongs to that apart. */
export interface ProofFile {
  readonly name: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** A file that a bundle could have, and why it does not. */
export interface AbsentProofFile {
  readonly name: string;
  readonly reason: string;
}

/** A sealed head with the bytes of the log that it seals. */
export interface SealedHead extends LogHead {
  readonly bytes: number;
}

/** A bundle that was made. */
export interface CreateProofResult {
  readonly sessionId: string;
  /** Absolute. */
  readonly directory: string;
  readonly claim: string;
  readonly head: SealedHead;
  readonly runs: number;
  readonly files: readonly ProofFile[];
  readonly absent: readonly AbsentProofFile[];
  /** Of `manifest.json`, in hex: whoever notes it elsewhere can tell this bundle from every other. */
  readonly manifestSha256: string;
  readonly isSigned: boolean;
}

/** A bundle in which everything fits. */
export interface VerifyProofResult {
  readonly directory: string;
  readonly claim: string;
  readonly sessionId: string;
  readonly head: SealedHead;
  readonly runs: number;
  /** Files that were made again from the log and are the same. */
  readonly remade: readonly string[];
  /** Files of which only the hash was compared, and why. */
  readonly hashedOnly: readonly AbsentProofFile[];
  /**
   * `none`: not signed. `intact`: signed with the key that the bundle itself names, which proves nothing of who that is. `verified`:
   * signed with the key that the caller gave.
   */
  readonly signature: 'none' | 'intact' | 'verified';
  /** How many noted heads were found in the log. */
  readonly headsFound: number;
  readonly manifestSha256: string;
}
