/**
 * Names of tickets, the same while they wait (`q/`) and while they hold (`h/`). What decides about order and admission stands
 * in the name, so that nobody has to open a file for it, and a damaged record cannot change a cap.
 */

/** One ticket: a place in the queue, or in the provider. */
export interface TicketName {
  /** 0 goes first, 9 last. */
  readonly class: number;
  /** Number of the ticket under its key; only ever grows, and is the fence of the lease. */
  readonly seq: number;
  /** How many holders this ticket accepts, itself among them. */
  readonly limit: number;
  /** Wall milliseconds when it was made; for ageing, which touches only the order. */
  readonly sinceMs: number;
  /** Random, never used again. */
  readonly nonce: string;
}

/** Digits of a number in a name: they sort as text up to a trillion tickets. */
const SEQ_DIGITS = 12;
const NAME = /^([0-9])\.([0-9]{12})\.([1-9][0-9]{0,15})\.([0-9]{1,15})\.([0-9a-f]{32})$/;

/** The name of `ticket`. */
export function formatTicketName(ticket: TicketName): string {
  const seq = String(ticket.seq).padStart(SEQ_DIGITS, '0');
  return `${ticket.class}.${seq}.${ticket.limit}.${ticket.sinceMs}.${ticket.nonce}`;
}

/** Reads a name; `undefined` for what we did not write: nobody may touch such a file. */
export function parseTicketName(name: string): TicketName | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [kind, seq, limit, sinceMs] = match.slice(1, 5).map(Number);
  if (kind === undefined || seq === undefined || limit === undefined || sinceMs === undefined) return undefined;
  if (!Number.isSafeInteger(limit)) return undefined;
  return { class: kind, seq, limit, sinceMs, nonce: match[5] ?? '' };
}
