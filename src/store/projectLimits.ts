/** What a project asks of those who work in it: limits of providers that are lower than the user's own. */
import path from 'node:path';
import { quote, TtyError } from '../protocol/errors.ts';
import { readCheckedFile } from './checkedFile.ts';

/** Name of the file, in the directory where the work begins. Directories above are not looked at. */
export const PROJECT_FILE = '.agent-tty.json';
const MAX_BYTES = 16 * 1024;

/**
 * The limits in `directory`'s project file, by provider; empty when there is none. Whoever wrote that file may be a stranger: all it can
 * do is lower. So only `limits` is read of it, an object of whole numbers from 1.
 *
 * @throws TtyError `INVALID_INPUT` that names the file and what is wrong
 */
export function readProjectLimits(directory: string): Readonly<Record<string, number>> {
  const file = path.join(directory, PROJECT_FILE);
  const text = readCheckedFile(file, { maxBytes: MAX_BYTES, notAFileCode: 'INVALID_INPUT', followLinks: false });
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, 'is not JSON', cause);
  }
  const fields = objectOf(value);
  if (fields === undefined) throw invalid(file, `must be a JSON object, found ${quote(value)}`);
  const { limits = {} } = fields;
  const named = objectOf(limits);
  if (named === undefined) throw invalid(file, `key limits must be an object, found ${quote(limits)}`);
  for (const [name, limit] of Object.entries(named)) {
    if (!Number.isSafeInteger(limit) || Number(limit) < 1)
      throw invalid(file, `limits.${quote(name)} must be a whole number from 1, found ${quote(limit)}`);
  }
  return Object.fromEntries(Object.entries(named).map(([name, limit]) => [name, Number(limit)]));
}

function invalid(file: string, problem: string, cause?: unknown): TtyError {
  return new TtyError('INVALID_INPUT', `${file}: ${problem}`, { details: { path: file, reason: 'config' }, cause });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
