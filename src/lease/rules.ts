/** The rules of admission and order, without a disk or a clock. */
import type { TicketName } from './names.ts';

/**
 * Whether a ticket may be let in beside `live` holders. Both limits count: its own, and that of whoever lets it in, who may
 * have been told another one. So the strictest word decides, and lowering a cap needs no agreement.
 */
export function mayPromote(live: number, ticketLimit: number, promoterLimit: number): boolean {
  return live < Math.min(ticketLimit, promoterLimit);
}

/** Whether `limit` can be one: a whole number from 1. Anything else is refused, never bent into shape. */
export function isLimit(limit: unknown): limit is number {
  return Number.isSafeInteger(limit) && Number(limit) >= 1;
}

/** How long a ticket waits before it counts as one of the class before its own: then nobody starves. */
export const DEFAULT_AGING_MS = 60_000;

/** Tickets in the order in which they are let in: by class, a class earlier for each `agingMs` waited, then by number. */
export function inOrder<T extends TicketName>(tickets: readonly T[], nowMs: number, agingMs: number): T[] {
  const classOf = (ticket: T): number => {
    const waitedMs = Math.max(0, nowMs - ticket.sinceMs);
    return Math.max(0, ticket.class - Math.floor(waitedMs / agingMs));
  };
  return tickets
    .map((ticket) => ({ ticket, rank: classOf(ticket) }))
    .toSorted((a, b) => a.rank - b.rank || a.ticket.seq - b.ticket.seq)
    .map(({ ticket }) => ticket);
}
