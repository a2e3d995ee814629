import { quote, TtyError } from '../../protocol/errors.ts';

/** Where in a bundle something does not fit, as far as it is known. */
export interface ProofPlace {
  readonly file: string;
  readonly seq?: number;
  /** Byte offset in the file. */
  readonly offset?: number;
  /** Of the manifest, as in `runs[2].exitCode`. */
  readonly field?: string;
}

/** What kind of thing does not fit. */
export type ProofReason =
  | 'missing_file'
  | 'unknown_file'
  | 'size'
  | 'log'
  | 'log_end'
  | 'head'
  | 'facts'
  | 'content'
  | 'hash'
  | 'manifest_form'
  | 'manifest_digest'
  | 'format_version'
  | 'signature';

/** The error for a bundle that does not verify: `PROOF_NOT_VERIFIED`, with the place. */
export function proofFault(place: ProofPlace, reason: ProofReason, what: string, hint?: string): TtyError {
  const { file, seq, offset, field } = place;
  const where = [
    file,
    ...(seq === undefined ? [] : [`event ${seq}`]),
    ...(offset === undefined ? [] : [`byte offset ${offset}`]),
    ...(field === undefined ? [] : [field]),
  ].join(', ');
  return new TtyError('PROOF_NOT_VERIFIED', `${where}: ${what}`, {
    details: { ...place, reason },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The error for what must not be in a bundle at all: `REFUSED_UNSAFE`. */
export function unsafeBundle(name: string, what: string): TtyError {
  return new TtyError('REFUSED_UNSAFE', `the bundle holds ${quote(name)}, which ${what}`, {
    details: { file: name, reason: 'bundle' },
    hint: 'a bundle is a directory of plain files',
  });
}
