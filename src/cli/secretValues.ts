/** Files of values to redact: one a line. */
import { TtyError, quote } from '../protocol/errors.ts';
import { MAX_REDACT_BYTES } from '../protocol/limits.ts';
import { readCheckedFile } from '../store/checkedFile.ts';

/** @throws TtyError `INVALID_INPUT` that names the file, never what is in it */
export function readSecretValues(file: string): string[] {
  const rules = { maxBytes: MAX_REDACT_BYTES, notAFileCode: 'INVALID_INPUT', followLinks: true } as const;
  const text = readCheckedFile(file, rules);
  if (text === undefined) throw invalid(`--redact-file ${quote(file)} does not exist`);
  const values = text.split(/\r?\n/).filter((line) => line !== '');
  if (values.length === 0) throw invalid(`--redact-file ${quote(file)} holds no value; it has one a line`);
  return values;
}

function invalid(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'redact' } });
}
