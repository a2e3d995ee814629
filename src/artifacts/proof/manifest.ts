/**
 * The manifest of a bundle: what its maker states, what its log tells, and what its files are. Written in one form only, so that
 * whoever checks it can write it anew and compare the bytes.
 */
import type { AbsentProofFile, ProofFile, SealedHead } from '../../protocol/proof.ts';
import type { LogFactsTold } from './facts.ts';
import { BUNDLE_FORMAT, BUNDLE_VERSION } from './layout.ts';

/** The programs that made a bundle. Names and versions only. */
export interface MadeBy {
  readonly agentTty: string;
  readonly emulator: string;
  /** `null` when there was nothing to draw pictures with. */
  readonly renderer: string | null;
  readonly node: string;
  readonly platform: string;
}

/** What no log tells: the word of the maker, held by digest and signature alone. */
export interface Statement {
  readonly claim: string;
  readonly madeBy: MadeBy;
  /** Of the directory that the bundle was made in. */
  readonly gitCommit: string | null;
  readonly absent: readonly AbsentProofFile[];
  /** The public key in SPKI form, base64. */
  readonly signature: { readonly algorithm: 'ed25519'; readonly publicKey: string } | null;
}

/** The last screen of the log. */
export interface ScreenFacts {
  readonly capturedAtSeq: number;
  readonly cols: number;
  readonly rows: number;
  readonly cursorRow: number;
  readonly cursorCol: number;
  readonly cursorVisible: boolean;
  readonly isAltScreen: boolean;
  readonly title: string;
  readonly screenHash: string;
}

/** What follows from the log alone. */
export interface Derived extends LogFactsTold {
  readonly head: SealedHead;
  readonly screen: ScreenFacts;
}

/** A manifest as it is written: LF at the end, two spaces of indentation, members in this order. */
export function manifestText(
  { claim, madeBy, gitCommit, absent, signature }: Statement,
  { session, head, screen, runs, redaction }: Derived,
  files: readonly ProofFile[],
): string {
  const about = { format: BUNDLE_FORMAT, formatVersion: BUNDLE_VERSION, claim, madeBy, gitCommit };
  const told = { session, head, screen, runs, redaction };
  return `${JSON.stringify({ ...about, ...told, files, absent, signature }, null, 2)}\n`;
}
