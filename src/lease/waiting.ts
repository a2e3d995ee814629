/** A ticket's time in the queue: sleep, look, and when it is the first, take the dead out so that there is room. */
import type { Clock } from '../base/clock.ts';
import { Bell } from './bell.ts';
import { throughGate } from './pace.ts';
import type { Ticket, TicketOffice } from './ticketOffice.ts';

/**
 * How often the first in the queue looks for holders that died: nobody is told of a death. Half of it and the place of a killed
 * holder is free sooner, at twice the cost; a look costs up to a millisecond.
 */
const FIRST_LOOK_MS = 80;
/** The others look in case the first one is stopped, or a ring was lost. */
const OTHER_LOOK_MS = 5_000;
/** Without a bell everybody has to look. */
const BELL_LESS_LOOK_MS = 150;
/** A look that meets a shut gate is worth little: the next one is soon. */
const LOOK_GATE_MS = 30;

export interface WaitOptions {
  readonly clock: Clock;
  readonly limit: number;
  /** Monotonic; Infinity waits for ever. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until `ticket` is let in, its time is over, the signal aborts, or its file is gone. The ticket stays as it is: the
 * caller decides what becomes of it.
 */
export async function waitForTurn(
  office: TicketOffice,
  ticket: Ticket,
  { clock, limit, deadlineMs, signal }: WaitOptions,
): Promise<'held' | 'over' | 'aborted' | 'removed'> {
  using bell = new Bell(office.bell(ticket));
  const ring = (): void => bell.ring();
  signal?.addEventListener('abort', ring, { once: true });
  let rang = false;
  try {
    for (;;) {
      const where = office.where(ticket);
      if (where !== 'queued') return where;
      if (signal?.aborted === true) return 'aborted';
      const leftMs = deadlineMs - clock.nowMs();
      if (leftMs <= 0) return 'over';
      // Rung and not let in: whoever rang has just looked, and says that this ticket is the first now.
      const isFirst = rang || (await isFirstAfterLook(office, ticket, limit, clock));
      if (isFirst === 'held') continue;
      const pause = isFirst ? FIRST_LOOK_MS : bell.isWatching ? OTHER_LOOK_MS : BELL_LESS_LOOK_MS;
      rang = await bell.wait(clock, Math.min(leftMs, pause * (0.75 + Math.random() / 2)));
    }
  } finally {
    signal?.removeEventListener('abort', ring);
  }
}

/** Whether the ticket is next in line; `held` when the look itself may have let it in. The gate is for those who may find room. */
async function isFirstAfterLook(
  office: TicketOffice,
  ticket: Ticket,
  limit: number,
  clock: Clock,
): Promise<boolean | 'held'> {
  const { isFirst, hasRoom } = office.peek(ticket, limit);
  if (!hasRoom) return isFirst;
  const look = await throughGate(() => office.advance(limit), { clock, deadlineMs: clock.nowMs() + LOOK_GATE_MS });
  if (typeof look === 'string') return isFirst;
  const { next } = look.value;
  return next === undefined ? 'held' : next === ticket.name.seq;
}
