import { quote, TtyError } from '../protocol/errors.ts';
import { MAX_TIMEOUT_MS } from '../protocol/limits.ts';

const DURATION = /^([0-9]{1,12})(ms|s|m|h|d)?$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration: a whole number and a unit (`ms`, `s`, `m`, `h`, `d`); without a unit it is milliseconds. Gives milliseconds.
 *
 * @throws TtyError `INVALID_DURATION` that names `flag` and the value; for 0 unless `zeroAllowed`; above `maxMs` (24 h)
 */
export function parseDuration(flag: string, text: string, bounds: { zeroAllowed: boolean; maxMs?: number }): number {
  const maxMs = bounds.maxMs ?? MAX_TIMEOUT_MS;
  const match = DURATION.exec(text);
  const durationMs = match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? 'ms'] ?? 1);
  const fail = (wanted: string): never => {
    throw new TtyError('INVALID_DURATION', `${flag} must be ${wanted}, got ${quote(text)}`, {
      details: { reason: 'duration', option: flag, value: text.slice(0, 80), maxMs },
    });
  };
  if (durationMs === undefined) return fail('a duration like 500ms, 30s or 5m (a bare number is milliseconds)');
  if (durationMs === 0 && !bounds.zeroAllowed) return fail('more than 0');
  if (durationMs > maxMs) return fail(`at most ${formatDuration(maxMs)}`);
  return durationMs;
}

/** A duration for people: the largest unit that gives a whole number, else seconds with a fraction. */
export function formatDuration(durationMs: number): string {
  if (durationMs >= 3_600_000 && durationMs % 3_600_000 === 0) return `${durationMs / 3_600_000}h`;
  if (durationMs >= 60_000 && durationMs % 60_000 === 0) return `${durationMs / 60_000}m`;
  if (durationMs < 1_000) return `${Math.round(durationMs)}ms`;
  return `${Number((durationMs / 1_000).toFixed(1))}s`;
}
