/** One finding of `doctor`. A `fail` makes the command end with 1; each `warn` and `fail` says what to do. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, one line. May hold text of others. */
  readonly message: string;
  readonly fix?: string;
}

/** The message of a failure of any kind. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
