/**
 * Does a screen match a text or a pattern? Pure, except that a pattern runs under a time limit: one of a dozen characters
 * can backtrack for years (`^(a|a)*$X`).
 */
import vm from 'node:vm';
import { threadCpuMs } from '../../base/threadCpu.ts';
import { TtyError, quote } from '../../protocol/errors.ts';
import type { ScreenRow } from '../emulator/screenModel.ts';

/** Time that one look at the screen may take a pattern: what a pattern without end costs everybody else. */
const REGEX_BUDGET_MS = 100;
/**
 * Processor time after which a pattern that has not ended counts as one without end. Less than {@link REGEX_BUDGET_MS}: the
 * thread that interrupts it takes some, and the kernel counts in ticks.
 */
const ENDLESS_CPU_MS = 80;

/**
 * A look at the screen in which a pattern was interrupted before it had had its processor time: on a busy machine 100 ms can
 * go by without. Nothing is known then, and the pattern has to be asked again.
 */
export class LookInterrupted extends Error {}

/** What conditions match: a text, and where in it each row of the screen begins. */
export interface MatchableText {
  readonly text: string;
  /** Ascending; a row ends where the next one begins, its line end included. */
  readonly rowStarts: readonly number[];
}

/**
 * Gives what matched in the text, or nothing. With `rows` only a match counts that has at least one character in one of
 * these rows; matches are looked for from the top, one after the other, as `matchAll` finds them.
 */
export type Matcher = (screen: MatchableText, rows?: ReadonlySet<number>) => string | undefined;

/** The text that conditions see: rows that the terminal wrapped joined to one line, right-trimmed, joined by LF. */
export function matchableText(rows: readonly ScreenRow[]): MatchableText {
  const lines: string[] = [];
  const rowStarts: number[] = [];
  let lineStart = 0;
  for (const row of rows) {
    const above = lines.at(-1);
    if (row.isWrapped && above !== undefined) {
      rowStarts.push(lineStart + above.length);
      lines[lines.length - 1] = above + row.text;
      continue;
    }
    if (above !== undefined) {
      const trimmed = above.trimEnd();
      lines[lines.length - 1] = trimmed;
      lineStart += trimmed.length + 1;
    }
    rowStarts.push(lineStart);
    lines.push(row.text);
  }
  const text = [...lines.slice(0, -1), ...lines.slice(-1).map((line) => line.trimEnd())].join('\n');
  // a wrapped row of which trimming left nothing begins where its line now ends
  let next = text.length;
  for (let row = rowStarts.length - 1; row >= 0; row -= 1) {
    next = Math.min(next, rowStarts[row] ?? 0);
    rowStarts[row] = next;
  }
  return { text, rowStarts };
}

/** Matches where `wanted` stands in the text, case and spaces exact. */
export function textMatcher(wanted: string): Matcher {
  const reach = wanted.length - 1;
  return (screen, rows) => {
    const { text } = screen;
    if (rows === undefined) return text.includes(wanted) ? wanted : undefined;
    const ranges = rangesOf(screen, rows);
    for (let at = 0; at < ranges.length; at += 2) {
      const [from = 0, to = 0] = ranges.slice(at, at + 2);
      if (text.slice(Math.max(0, from - reach), to + reach).includes(wanted)) return wanted;
    }
    return undefined;
  };
}

/**
 * Matches a JavaScript regular expression; `^` and `$` are the edges of each line. The matcher is interrupted after
 * {@link REGEX_BUDGET_MS}: it throws `INVALID_INPUT` when the pattern had the processor meanwhile, this time or with the times
 * before, and {@link LookInterrupted} when it had not. `cpuMs` tells the processor time of this thread; undefined where that
 * is unknown, and then all the time counts.
 *
 * @throws TtyError `INVALID_INPUT` when it is no regular expression, with the engine's reason
 */
export function regexMatcher(pattern: string, cpuMs: () => number | undefined = threadCpuMs): Matcher {
  const regex = compile(pattern);
  let spentMs = 0;
  return (screen, rows) => {
    const beganMs = cpuMs();
    sandbox.regex = regex;
    sandbox.text = screen.text;
    sandbox.ranges = rows === undefined ? undefined : rangesOf(screen, rows);
    try {
      search ??= new vm.Script(SEARCH);
      const found: unknown = search.runInContext(context(), { timeout: REGEX_BUDGET_MS });
      spentMs = 0;
      return typeof found === 'string' ? found : undefined;
    } catch (cause) {
      if (!isTimeout(cause)) throw cause;
      const endedMs = cpuMs();
      spentMs += beganMs === undefined || endedMs === undefined ? REGEX_BUDGET_MS : endedMs - beganMs;
      if (spentMs < ENDLESS_CPU_MS) throw new LookInterrupted(`${quote(pattern)} had ${spentMs} ms`, { cause });
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

/** Begin and end of each run of neighbouring `rows` in the text, one after the other in one list. */
function rangesOf({ text, rowStarts }: MatchableText, rows: ReadonlySet<number>): number[] {
  const ranges: number[] = [];
  for (const [row, start] of rowStarts.entries()) {
    if (!rows.has(row)) continue;
    const end = rowStarts[row + 1] ?? text.length + 1;
    if (end === start) continue; // no character stands in it
    if (ranges.at(-1) === start) ranges[ranges.length - 1] = end;
    else ranges.push(start, end);
  }
  return ranges;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'gm');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('INVALID_INPUT', `${quote(pattern)} is no regular expression: ${reason}`, {
      details: { reason: 'invalid-regex', regex: pattern },
      cause,
    });
  }
}

/** The first match, with `ranges` the first that touches one. All of the loop is under the time limit. */
const SEARCH = `(() => {
  regex.lastIndex = 0;
  for (let at = 0, match; (match = regex.exec(text)) !== null; ) {
    if (ranges === undefined) return match[0];
    while (at < ranges.length && ranges[at + 1] <= match.index) at += 2;
    if (at >= ranges.length) return undefined;
    if (ranges[at] < match.index + Math.max(1, match[0].length)) return match[0];
    if (match[0] === '') regex.lastIndex += 1;
  }
  return undefined;
})()`;

/** Only `node:vm` can interrupt V8's backtracking. Context and script cost memory, so the first pattern makes them. */
const sandbox: { regex?: RegExp; text?: string; ranges?: readonly number[] | undefined } = {};
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
