import { escapeLine } from '../escape.ts';

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

/** SGR foreground colours: green, yellow, red. */
const COLOURS = { ok: 32, warn: 33, fail: 31 } as const;

/** A finding as lines for people. */
export function describeCheck(check: Check, colour: boolean): string {
  const word = check.status.padEnd(4);
  const mark = colour ? `\u001b[${COLOURS[check.status]}m${word}\u001b[39m` : word;
  const fix = check.fix === undefined ? '' : `\n      fix: ${escapeLine(check.fix)}`;
  return `${mark}  ${escapeLine(check.name)}: ${escapeLine(check.message)}${fix}\n`;
}
