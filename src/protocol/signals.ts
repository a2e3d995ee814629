/** The signals that may be sent to a session's processes. */
import { nearestWords } from '../base/nearest.ts';
import { quote, TtyError } from './errors.ts';

/** In the order in which messages name them. */
export const SIGNAL_NAMES = ['INT', 'TERM', 'KILL', 'HUP', 'QUIT', 'USR1', 'USR2', 'TSTP', 'CONT', 'WINCH'] as const;
export type SessionSignal = `SIG${(typeof SIGNAL_NAMES)[number]}`;

/**
 * The signal that `text` names, with or without `SIG`, in any case.
 *
 * @throws TtyError `INVALID_SIGNAL` that names those allowed and the nearest one
 */
export function parseSignal(text: string): SessionSignal {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const known = SIGNAL_NAMES.find((allowed) => allowed === name);
  if (known !== undefined) return `SIG${known}`;
  const [near] = nearestWords(name, SIGNAL_NAMES, 1);
  const allowed = SIGNAL_NAMES.join(' ');
  throw new TtyError('INVALID_SIGNAL', `no signal ${quote(text)} may be sent; allowed: ${allowed}`, {
    details: { reason: 'signal', allowed: SIGNAL_NAMES, ...(near === undefined ? {} : { nearest: near }) },
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}
