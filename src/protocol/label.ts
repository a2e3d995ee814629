import { quote, TtyError } from './errors.ts';
import { MAX_LABEL_CHARS } from './limits.ts';

/** C0, DEL, C1, the line and paragraph separators, the bidi controls, and halves of characters. */
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

/** Throws `INVALID_INPUT` unless `label` may stand on a marker: 1 to 256 characters, none of them a control. */
export function checkLabel(label: string): void {
  const fail = (why: string): never => {
    throw new TtyError('INVALID_INPUT', `the label ${quote(label)} ${why}`, { details: { reason: 'label' } });
  };
  if (label === '') fail('is empty');
  if ([...label].length > MAX_LABEL_CHARS) fail(`has more than ${MAX_LABEL_CHARS} characters`);
  if (UNFIT.test(label)) fail('holds a control character');
}
