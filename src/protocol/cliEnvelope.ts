import type { ErrorBody } from './errors.ts';

/** What a command prints with `--json`: exactly one of these on standard output. */
export type CliEnvelope =
  | { readonly ok: true; readonly command: string; readonly timestamp: string; readonly result: unknown }
  | { readonly ok: false; readonly command: string; readonly timestamp: string; readonly error: ErrorBody };
