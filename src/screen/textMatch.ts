/**
 * Does a screen match a text or a pattern? Pure, except that a pattern runs under a time limit: one of a dozen characters
 * can backtrack for years (`^(a|a)*$X`).
 */
import vm from 'node:vm';
import { TtyError, quote } from '../protocol/errors.ts';
import type { ScreenRow } from './screenModel.ts';

/** Time that one look at the screen may take a pattern. Halving it fails honest patterns on a busy machine. */
const REGEX_BUDGET_MS = 100;

/** Gives what matched in the text, or nothing. */
export type Matcher = (text: string) => string | undefined;

/** The text that conditions see: rows that the terminal wrapped joined to one line, right-trimmed, joined by LF. */
export function matchableText(rows: readonly ScreenRow[]): string {
  const lines: string[] = [];
  for (const row of rows) {
    const last = lines.length - 1;
    if (row.isWrapped && last >= 0) lines[last] += row.text;
    else lines.push(row.text);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Matches where `wanted` stands in the text, case and spaces exact. */
export function textMatcher(wanted: string): Matcher {
  return (text) => (text.includes(wanted) ? wanted : undefined);
}

/**
 * Matches a JavaScript regular expression; `^` and `$` are the edges of each line. The matcher throws `INVALID_INPUT`
 * when the pattern takes longer than {@link REGEX_BUDGET_MS}.
 *
 * @throws TtyError `INVALID_INPUT` when it is no regular expression, with the engine's reason
 */
export function regexMatcher(pattern: string): Matcher {
  const regex = compile(pattern);
  return (text) => {
    sandbox.regex = regex;
    sandbox.text = text;
    try {
      search ??= new vm.Script('regex.exec(text)?.[0]');
      const found: unknown = search.runInContext(context(), { timeout: REGEX_BUDGET_MS });
      return typeof found === 'string' ? found : undefined;
    } catch (cause) {
      if (!isTimeout(cause)) throw cause;
      throw new TtyError(
        'INVALID_INPUT',
        `the pattern ${quote(pattern)} took more than ${REGEX_BUDGET_MS} ms on the screen`,
        {
          details: { reason: 'regex-too-slow', regex: pattern },
          hint: 'Write it without nested repetition.',
          cause,
        },
      );
    }
  };
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'm');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('INVALID_INPUT', `${quote(pattern)} is no regular expression: ${reason}`, {
      details: { reason: 'invalid-regex', regex: pattern },
      cause,
    });
  }
}

/** Only `node:vm` can interrupt V8's backtracking. Context and script cost memory, so the first pattern makes them. */
const sandbox: { regex?: RegExp; text?: string } = {};
let sandboxContext: vm.Context | undefined;
let search: vm.Script | undefined;

function context(): vm.Context {
  sandboxContext ??= vm.createContext(sandbox);
  return sandboxContext;
}

function isTimeout(error: unknown): boolean {
  // made in the sandbox, so not an instance of this side's Error
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
